import type { Application, Phase, ResourceResult, ResourceStatus, SyncResult } from './model.ts';
import { listsOf, originOf, resultOrigin } from './origin.ts';
import { resourcesOf } from './resources.ts';

/** How an operation, or an attempt of it, came out. */
export interface Outcome {
  readonly phase: Phase;
  readonly message?: string;
  /** Where it ended on newer revisions than it began with (`retry.refresh`). */
  readonly revisions?: readonly string[];
  /** It failed so early that there is no result, as where the project cannot be loaded. */
  readonly hasNoResult?: boolean;
  /** The images that the manifests name. */
  readonly images?: readonly string[];
}

/** What the controller tells of the resources that it applied. An Error has none: it came to nothing. */
export function syncResultOf(app: Application, outcome: Outcome): SyncResult {
  const sync = app.operation?.sync ?? {};
  const { revisions, sources } = listsOf(sync);
  const origin = resultOrigin(originOf(app, outcome.revisions ?? revisions, sources));
  if (outcome.phase === 'Error') return origin;
  const named = new Set((sync.resources ?? []).map((resource) => resource.name));
  const touched = resourcesOf(app).filter((resource) => named.size === 0 || named.has(resource.name));
  const resources = touched.map((resource, index) =>
    resourceResult(resource, outcome, outcome.phase === 'Failed' && index === touched.length - 1, sync.dryRun === true),
  );
  return { ...origin, resources };
}

function resourceResult(resource: ResourceStatus, outcome: Outcome, fails: boolean, dryRun: boolean): ResourceResult {
  const { group = '', version, kind, namespace, name } = resource;
  const done = `${kind.toLowerCase()}${group === '' ? '' : `.${group}`}/${name} configured${dryRun ? ' (dry run)' : ''}`;
  return {
    group,
    version,
    kind,
    namespace,
    name,
    status: fails ? 'SyncFailed' : 'Synced',
    message: fails ? (outcome.message ?? '') : done,
    // What is applied is said to run, as if it were a hook.
    hookPhase: fails ? 'Failed' : dryRun ? 'Succeeded' : 'Running',
    syncPhase: 'Sync',
    ...(kind === 'Deployment' && outcome.images !== undefined ? { images: outcome.images } : {}),
  };
}
