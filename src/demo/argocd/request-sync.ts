import type { Application, Operation, Source, SyncResource } from './model.ts';
import { latestRevisions, listsOf, originOf } from './origin.ts';
import type { ArgocdState } from './state.ts';
import { changed } from './watchers.ts';

/** A sync as somebody asks for it: of all that git has, by `admin`, unless said otherwise. */
export interface SyncRequest {
  /** One for each source; none for a sync of local manifests. */
  readonly revisions?: readonly string[];
  readonly sources?: readonly Source[];
  readonly initiatedBy?: string;
  /** By the controller itself. */
  readonly automated?: boolean;
  readonly dryRun?: boolean;
  readonly prune?: boolean;
  /** A partial sync of these. */
  readonly resources?: readonly SyncResource[];
  /** A self-heal, the how manyth. */
  readonly autoHealAttemptsCount?: number;
  readonly syncStrategy?: unknown;
  readonly retryLimit?: number;
  readonly manifests?: readonly string[];
  /** Written into the application with kubectl, past the API, which would have nulled `operationState`. */
  readonly isPastApi?: boolean;
}

/**
 * Asks for an operation. As on the real server this nulls `operationState` (util/argo/argo.go SetAppOperation), so that
 * of a failure before it nothing is left but its event. Throws while another operation is under way, which the API
 * refuses with 400.
 */
export function requestSync(state: ArgocdState, app: Application, request: SyncRequest = {}): void {
  if (app.operation !== undefined) throw new Error('another operation is already in progress');
  if (request.isPastApi !== true) app.status.operationState = undefined;
  app.operation = operationOf(app, request);
  changed(state, app);
}

/** Asks for what the history's entry `id` deployed, as a person does. Throws where the history has no such entry. */
export function requestRollback(state: ArgocdState, app: Application, id: number, initiatedBy = 'admin'): void {
  const entry = app.status.history?.find((candidate) => candidate.id === id);
  if (entry === undefined) throw new Error(`the history of ${app.metadata.name} has no entry ${id}`);
  const { source, sources, ...rest } = entry;
  const origin = sources === undefined ? { ...rest, source } : { ...rest, sources };
  requestSync(state, app, { ...listsOf(origin), initiatedBy, syncStrategy: { apply: {} } });
}

/** Asks, as the controller does, for the drift of one resource to be undone. */
export function requestSelfHeal(state: ArgocdState, app: Application, attempt: number): void {
  requestSync(state, app, {
    automated: true,
    prune: true,
    resources: [{ kind: 'ConfigMap', name: `${app.metadata.name}-config` }],
    autoHealAttemptsCount: attempt,
    retryLimit: 5,
  });
}

function operationOf(app: Application, request: SyncRequest): Operation {
  const { revisions = latestRevisions(app), sources, initiatedBy = 'admin', automated, retryLimit } = request;
  const { prune, dryRun, syncStrategy, resources, manifests, autoHealAttemptsCount } = request;
  return {
    sync: {
      ...originOf(app, manifests === undefined ? revisions : [], sources),
      ...(prune === undefined ? {} : { prune }),
      ...(dryRun === undefined ? {} : { dryRun }),
      ...(syncStrategy === undefined ? {} : { syncStrategy }),
      ...(resources === undefined ? {} : { resources }),
      ...(manifests === undefined ? {} : { manifests }),
      ...(autoHealAttemptsCount === undefined ? {} : { autoHealAttemptsCount }),
    },
    initiatedBy: automated === true ? { automated } : { username: initiatedBy },
    retry: retryLimit === undefined ? {} : { limit: retryLimit },
  };
}
