import { addCommit } from '../argocd/commits.ts';
import { endOperation } from '../argocd/end-operation.ts';
import { failAttempt, retryOperation, startOperation } from '../argocd/operations.ts';
import { requestRollback, requestSelfHeal, requestSync, type SyncRequest } from '../argocd/request-sync.ts';
import { setHealth, setSync } from '../argocd/status.ts';
import { between, pick, type Random } from '../random.ts';
import { AUTHORS } from './cast.ts';
import { DEPLOY_REPO, type Part } from './rollout-cast.ts';
import type { RolloutPace } from './rollout-pace.ts';
import type { Release } from './rollout-release.ts';
import type { Script } from './rollout-script.ts';

/** Whose rollout is planned, and by which dice. */
export interface RolloutPlanner {
  readonly part: Part;
  readonly pace: RolloutPace;
  readonly random: Random;
}

const BROKEN = 'one or more objects failed to apply, reason: Deployment.apps is invalid: spec.template: Required value';

/** The release's commit is there, and a sync to it is asked for: by Argo CD itself, or by somebody. */
export function begin(planner: RolloutPlanner, script: Script, release: Release): void {
  script
    .after(0, (state, app, at) => {
      addCommit(state, DEPLOY_REPO, release.commit);
      setSync(state, app, 'OutOfSync', release.revisions, at);
    })
    .after(1, (state, app) => requestSync(state, app, requestFor(planner, release)))
    .after(1, (state, app, at) => startOperation(state, app, at));
}

/** The sync succeeds; the new version is on its way up. */
export function succeed(planner: RolloutPlanner, script: Script, release: Release): void {
  script
    .after(between(planner.random, planner.pace.sync), (state, app, at) => {
      endOperation(state, app, { phase: 'Succeeded', images: release.images }, at);
    })
    .after(1, (state, app, at) => {
      setSync(state, app, 'Synced', release.revisions, at);
      setHealth(state, app, 'Progressing', at);
    });
}

/** The sync fails, where Argo CD itself syncs only after a second attempt. */
export function fail(planner: RolloutPlanner, script: Script, release: Release): void {
  const { part, pace, random } = planner;
  if (part.service.automated && !release.isRepeated) {
    script
      .after(between(random, pace.sync), (state, app, at) => failAttempt(state, app, BROKEN, at))
      .after(5, (state, app) => retryOperation(state, app));
  }
  script.after(between(random, pace.sync), (state, app, at) => {
    endOperation(state, app, { phase: 'Failed', message: BROKEN }, at);
  });
}

/** The new version is up. */
export function becomeHealthy({ pace, random }: RolloutPlanner, script: Script): void {
  script.after(between(random, pace.progress), (state, app, at) => setHealth(state, app, 'Healthy', at));
}

/** Somebody goes back to the deployment before the last one, of these images. Git is then ahead of what runs. */
export function rollBack(planner: RolloutPlanner, script: Script, images: readonly string[]): void {
  const { pace, random } = planner;
  const person = pick(random, AUTHORS);
  script
    .after(0, (state, app) => requestRollback(state, app, app.status.history?.at(-2)?.id ?? 0, person))
    .after(1, (state, app, at) => startOperation(state, app, at))
    .after(between(random, pace.sync), (state, app, at) => endOperation(state, app, { phase: 'Succeeded', images }, at))
    .after(1, (state, app, at) => {
      setSync(state, app, 'OutOfSync', undefined, at);
      setHealth(state, app, 'Progressing', at);
    });
}

/** Somebody changes something by hand, again and again, and Argo CD undoes it. */
export function healItself(script: Script): void {
  for (let attempt = 1; attempt <= 3; attempt += 1) {
    script
      .after(15, (state, app, at) => {
        setSync(state, app, 'OutOfSync', undefined, at);
        requestSelfHeal(state, app, attempt);
      })
      .after(0, (state, app, at) => startOperation(state, app, at))
      .after(1, (state, app, at) => endOperation(state, app, { phase: 'Succeeded' }, at))
      .after(0, (state, app, at) => setSync(state, app, 'Synced', undefined, at));
  }
}

/** Somebody syncs what is there already: once more, only to see, or a part of it. */
export function syncAgain({ random }: RolloutPlanner, script: Script, request: SyncRequest): void {
  const person = pick(random, AUTHORS);
  script
    .after(60, (state, app) => requestSync(state, app, { ...request, initiatedBy: person }))
    .after(1, (state, app, at) => startOperation(state, app, at))
    .after(3, (state, app, at) => endOperation(state, app, { phase: 'Succeeded' }, at));
}

function requestFor({ part, random }: RolloutPlanner, { revisions, isRepeated }: Release): SyncRequest {
  if (part.service.automated && !isRepeated) return { revisions, automated: true, prune: true, retryLimit: 1 };
  return { revisions, initiatedBy: pick(random, AUTHORS) };
}
