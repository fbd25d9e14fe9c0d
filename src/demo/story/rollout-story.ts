import { addAccount } from '../argocd/accounts.ts';
import { addApplication } from '../argocd/applications.ts';
import type { Source } from '../argocd/model.ts';
import type { ArgocdState } from '../argocd/state.ts';
import type { WoodpeckerState } from '../woodpecker/state.ts';
import { DAY } from './calendar.ts';
import { applicationName, CHART_REPO, DEPLOY_REPO, ENVIRONMENTS, type Part, SERVICES } from './rollout-cast.ts';
import { RolloutManager } from './rollout-manager.ts';
import { HISTORY_ROLLOUT_PACE, LIVE_ROLLOUT_PACE } from './rollout-pace.ts';

/** The token of the story's one account, which may read all applications. */
export const DEMO_ARGOCD_TOKEN = 'demo-argocd-token';

export interface RolloutStoryOptions {
  readonly seed: number;
  /** Milliseconds since the epoch: the story ends here. */
  readonly now: number;
  /** How far it goes back. */
  readonly days: number;
  /** The server whose story seedStory told up to the same moment. */
  readonly builds: WoodpeckerState;
}

/**
 * Fills an empty server with what became of the builds of a simulated Woodpecker: an application for each service and
 * environment. Same builds and seed, same applications. Every rollout has ended by `now`.
 */
export function seedRollouts(state: ArgocdState, { seed, now, days, builds }: RolloutStoryOptions): void {
  const until = Math.floor(now / 1000);
  const begin = until - days * DAY;
  addAccount(state, 'exporter', DEMO_ARGOCD_TOKEN);
  const manager = new RolloutManager({ state, builds, seed, pace: HISTORY_ROLLOUT_PACE, until });
  for (const service of SERVICES) {
    for (const environment of ENVIRONMENTS) {
      addPart(state, { service, environment }, begin);
      manager.planFirst({ service, environment }, begin);
    }
  }
  manager.advance(until);
}

export interface LiveRolloutOptions {
  readonly seed: number;
  readonly builds: WoodpeckerState;
}

/**
 * Goes on with a story that seedRollouts began. The function that is returned makes the server look as it does at `now`
 * (milliseconds since the epoch, never going back), and is called when the builds stand there already; its first call is
 * where the live part begins. What happens depends on the builds and the seed, not on how often it is called.
 */
export function continueRollouts(state: ArgocdState, { seed, builds }: LiveRolloutOptions): (now: number) => void {
  const pace = LIVE_ROLLOUT_PACE;
  const manager = new RolloutManager({ state, builds, seed, pace, until: Number.POSITIVE_INFINITY });
  let isLive = false;
  return (now) => {
    const at = Math.floor(now / 1000);
    if (isLive) manager.advance(at);
    else manager.skip(at);
    isLive = true;
  };
}

function addPart(state: ArgocdState, part: Part, begin: number): void {
  const { service, environment } = part;
  const [team = '', app = ''] = service.fullName.split('/');
  const values: Source = { repoURL: DEPLOY_REPO, path: `${environment}/${app}`, targetRevision: 'main' };
  const chart: Source = { repoURL: CHART_REPO, path: `charts/${app}`, targetRevision: 'main' };
  addApplication(
    state,
    {
      name: applicationName(part),
      namespace: service.namespace,
      project: team,
      labels: { app, team, env: environment },
      ...(service.hasChart ? { sources: [chart, values] } : { source: values }),
      destination: { server: 'https://kubernetes.default.svc', namespace: `${app}-${environment}` },
      ...(service.automated ? { syncPolicy: { automated: { prune: true, selfHeal: service.selfHeals } } } : {}),
    },
    begin * 1000,
  );
}
