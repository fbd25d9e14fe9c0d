import type { ChangeOrigin } from '../domain/change.ts';
import type { FailureCause, Outcome, ReworkCause } from '../domain/deployment.ts';
import type { WindowKeys } from '../domain/windows.ts';

/** What the keys can be asked for. A null filter asks for all. Times in milliseconds since the epoch. */
export interface KeysQuery {
  readonly source: string | null;
  readonly app: string | null;
  readonly environment: string | null;
  /** With a team and no app, its targets of one source and environment are taken together; else each stands alone. */
  readonly team: string | null;
  /** `after` < t <= `until`. */
  readonly after: number;
  readonly until: number;
  readonly minSamples: number;
  readonly limit: number;
  readonly cursor: string | null;
}

/** A deployment that ended in the window. */
export interface KeyDeployment {
  /** The ledger's number. */
  readonly id: number;
  readonly app: string;
  /** Pipeline number or history id. */
  readonly number: number;
  readonly outcome: Outcome;
  readonly finishedAt: number;
  /** False: no ratio counts it. */
  readonly failuresSeen: boolean;
  readonly changeFailure: FailureCause | null;
  readonly changeFailureWhy: string | null;
  readonly rework: ReworkCause | null;
}

/** A time in which one deployment kept its target failing, that ended in the window. */
export interface KeySpan {
  readonly app: string;
  /** The deployment to blame; null when its row was swept. */
  readonly deployment: { readonly id: number; readonly number: number } | null;
  readonly openedAt: number;
  readonly closedAt: number;
  /** The ledger's numbers of the incidents that it is made of. */
  readonly incidents: readonly number[];
}

/** A change with a known lead time whose deployment ended in the window. */
export interface KeyChange {
  readonly app: string;
  /** The deployment that brought it; null when its row was swept. */
  readonly deployment: { readonly id: number; readonly number: number } | null;
  readonly sha: string;
  readonly repository: string;
  readonly committedAt: number | null;
  readonly deployedAt: number;
  readonly leadMs: number;
  readonly origin: ChangeOrigin | null;
}

/** The keys of one target, or of a team's targets of one source and environment together, with all their rows. */
export interface KeysRecord {
  readonly source: string;
  /** Null: a team's targets together. */
  readonly app: string | null;
  readonly environment: string;
  readonly team: string;
  /** How many targets it is taken over. */
  readonly targets: number;
  /** From when on the history of all of them is known whole. */
  readonly observedSince: number;
  readonly keys: WindowKeys;
  /** The latest first, each. */
  readonly deployments: readonly KeyDeployment[];
  readonly spans: readonly KeySpan[];
  readonly changes: readonly KeyChange[];
}
