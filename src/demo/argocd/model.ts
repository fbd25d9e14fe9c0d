/**
 * What an Argo CD server keeps. The fields carry the names and the order of its own JSON, so that an object can be
 * compared with a recording at a glance. Times are RFC 3339 text; a member that is `undefined` is left out of the JSON.
 */
export interface Source {
  /** Empty where the application has several sources. */
  readonly repoURL: string;
  readonly path?: string;
  readonly targetRevision?: string;
  readonly chart?: string;
  readonly name?: string;
  readonly helm?: unknown;
  readonly kustomize?: unknown;
}

export interface Destination {
  readonly server?: string;
  readonly name?: string;
  readonly namespace?: string;
}

/** What an application is, as a person wrote it down: one source, or several. */
export interface Spec {
  source?: Source;
  destination: Destination;
  project: string;
  syncPolicy?: unknown;
  revisionHistoryLimit?: number;
  sources?: readonly Source[];
}

/** Of one source `revision` and `source`, of several `revisions` and `sources`; a sync of local files has no revision. */
export interface Origin {
  readonly revision?: string;
  readonly revisions?: readonly string[];
  readonly source?: Source;
  readonly sources?: readonly Source[];
}

export interface Initiator {
  readonly username?: string;
  readonly automated?: boolean;
}

/** A resource that a partial sync names. */
export interface SyncResource {
  readonly group?: string;
  readonly kind: string;
  readonly name: string;
}

export interface SyncOperation extends Origin {
  readonly prune?: boolean;
  readonly dryRun?: boolean;
  readonly syncStrategy?: unknown;
  /** Not empty: a partial sync. */
  readonly resources?: readonly SyncResource[];
  readonly manifests?: readonly string[];
  /** Above 0: a self-heal. */
  readonly autoHealAttemptsCount?: number;
}

export interface Operation {
  readonly sync: SyncOperation;
  readonly initiatedBy: Initiator;
  readonly retry: { readonly limit?: number; readonly [more: string]: unknown };
}

export type Phase = 'Running' | 'Terminating' | 'Failed' | 'Error' | 'Succeeded';

export interface ResourceResult {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly status?: string;
  readonly message?: string;
  readonly hookType?: string;
  readonly hookPhase?: string;
  readonly syncPhase?: string;
  readonly images?: readonly string[];
}

export interface SyncResult extends Origin {
  readonly resources?: readonly ResourceResult[];
  /** Empty where there are several sources, but never absent. */
  readonly revision: string;
  readonly source: Source;
}

export interface OperationState {
  operation: Operation;
  phase: Phase;
  message?: string | undefined;
  syncResult?: SyncResult | undefined;
  startedAt: string;
  finishedAt?: string | undefined;
  retryCount?: number | undefined;
}

export interface HistoryEntry extends Origin {
  readonly deployedAt: string;
  readonly id: number;
  readonly source: Source;
  readonly deployStartedAt?: string;
  readonly initiatedBy: Initiator;
}

export type HealthStatus = 'Healthy' | 'Suspended' | 'Progressing' | 'Missing' | 'Degraded' | 'Unknown';
export type SyncStatus = 'Synced' | 'OutOfSync' | 'Unknown' | '';

export interface ResourceStatus {
  readonly group?: string;
  readonly version: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly status?: string;
  readonly health?: unknown;
}

export interface ApplicationStatus {
  resources?: readonly ResourceStatus[];
  sync: {
    status: SyncStatus;
    comparedTo: unknown;
    revision?: string | undefined;
    revisions?: readonly string[] | undefined;
  };
  health: { status?: HealthStatus; lastTransitionTime?: string };
  history?: readonly HistoryEntry[] | undefined;
  conditions?: readonly { readonly type: string; readonly message: string; readonly lastTransitionTime?: string }[];
  reconciledAt?: string;
  /** Nulled by every request, so that of a failure nothing is left. */
  operationState?: OperationState | undefined;
  summary: { images?: readonly string[] };
  sourceHydrator: unknown;
  readonly [more: string]: unknown;
}

export interface Metadata {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  resourceVersion: string;
  generation: number;
  readonly creationTimestamp: string;
  deletionTimestamp?: string;
  deletionGracePeriodSeconds?: number;
  labels?: Readonly<Record<string, string>>;
  annotations?: Readonly<Record<string, string>>;
  finalizers?: readonly string[];
  readonly managedFields?: unknown;
}

export interface Application {
  readonly metadata: Metadata;
  spec: Spec;
  status: ApplicationStatus;
  /** What was asked for or is under way; gone when it ends. */
  operation?: Operation | undefined;
}

/** A commit in a repository that the server's repo-server can read. */
export interface Commit {
  readonly sha: string;
  readonly author: string;
  /** The author date, RFC 3339. */
  readonly date: string;
  readonly message: string;
  readonly tags?: readonly string[];
  /** The commits that its `Argocd-reference-commit-*` trailers name. */
  readonly references?: readonly { readonly commit: Readonly<Record<string, string>> }[];
}
