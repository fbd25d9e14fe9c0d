import { addCommit } from '../argocd/commits.ts';
import type { SyncRequest } from '../argocd/request-sync.ts';
import { setHealth, setSync } from '../argocd/status.ts';
import { between, chance, pick } from '../random.ts';
import { applicationName, DEPLOY_REPO } from './rollout-cast.ts';
import { FLAP_SECONDS } from './rollout-pace.ts';
import { type Release, revertOf } from './rollout-release.ts';
import { Script } from './rollout-script.ts';
import {
  becomeHealthy,
  begin,
  fail,
  healItself,
  type RolloutPlanner,
  rollBack,
  succeed,
  syncAgain,
} from './rollout-syncs.ts';

/** A release and all that comes of it, from a moment on in unix seconds. `before` has the images that ran until then. */
export type RolloutScene = (planner: RolloutPlanner, at: number, release: Release, before: readonly string[]) => Script;

/** It goes well; afterwards now and then something happens that is no deployment. */
export const rollOut: RolloutScene = (planner, at, release) => {
  const script = goLive(planner, at, release);
  becomeHealthy(planner, script);
  if (planner.part.environment === 'production') disturb(planner, script);
  return script;
};

/** The sync fails and nothing is done about it until the next release. */
export const failing: RolloutScene = (planner, at, release) => {
  const script = new Script(at);
  begin(planner, script, release);
  fail(planner, script, release);
  return script;
};

/** The sync fails, and the commit is taken back: there is nothing to sync then, and the failure stays on display. */
export const withdrawn: RolloutScene = (planner, at, release, before) => {
  const script = failing(planner, at, release, before);
  const revert = revertOf(planner.part, release, before, script.end);
  return script.after(between(planner.random, planner.pace.react), (state, app, now) => {
    addCommit(state, DEPLOY_REPO, revert.commit);
    setSync(state, app, 'Synced', revert.revisions, now);
  });
};

/** It is Degraded for a while and comes round by itself. */
export const degrading: RolloutScene = (planner, at, release) => {
  const script = degrade(planner, at, release);
  const seconds = between(planner.random, planner.pace.degraded);
  return script.after(seconds, (state, app, now) => setHealth(state, app, 'Healthy', now));
};

/** It is Degraded, and somebody rolls it back. */
export const rolledBack: RolloutScene = (planner, at, release, before) => {
  const script = degrade(planner, at, release);
  script.after(between(planner.random, planner.pace.react), () => {});
  rollBack(planner, script, before);
  becomeHealthy(planner, script);
  return script;
};

/** It is Degraded, and its commit is reverted: a release like any other. */
export const reverted: RolloutScene = (planner, at, release, before) => {
  const script = degrade(planner, at, release);
  script.after(between(planner.random, planner.pace.react), () => {});
  const revert = revertOf(planner.part, release, before, script.end);
  begin(planner, script, revert);
  succeed(planner, script, revert);
  becomeHealthy(planner, script);
  return script;
};

/** How a release that is broken ends: only where people sync can they roll back. */
export function brokenScene({ part, random }: RolloutPlanner): RolloutScene {
  return pick(random, [failing, degrading, reverted, part.service.automated ? withdrawn : rolledBack]);
}

function goLive(planner: RolloutPlanner, at: number, release: Release): Script {
  const script = new Script(at);
  begin(planner, script, release);
  succeed(planner, script, release);
  return script;
}

function degrade(planner: RolloutPlanner, at: number, release: Release): Script {
  const seconds = between(planner.random, planner.pace.progress);
  return goLive(planner, at, release).after(seconds, (state, app, now) => setHealth(state, app, 'Degraded', now));
}

function disturb(planner: RolloutPlanner, script: Script): void {
  const { part, random } = planner;
  if (part.service.selfHeals && chance(random, 0.3)) healItself(script);
  if (chance(random, 0.2)) flap(script);
  if (!chance(random, 0.15)) return;
  const config = { kind: 'ConfigMap', name: `${applicationName(part)}-config` };
  syncAgain(planner, script, pick<SyncRequest>(random, [{}, { dryRun: true }, { resources: [config] }]));
}

/** A pod is replaced. */
function flap(script: Script): void {
  script
    .after(30, (state, app, at) => setHealth(state, app, 'Degraded', at))
    .after(FLAP_SECONDS, (state, app, at) => setHealth(state, app, 'Healthy', at));
}
