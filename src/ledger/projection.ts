import type { Capabilities } from '../domain/batch.ts';
import type { IncidentKind, TargetKey } from '../domain/deployment.ts';
import type { Totals } from '../domain/totals.ts';
import type { WindowChanges } from './window-log.ts';

/** What `/metrics` shows of one target, as last committed. Times in milliseconds since the epoch; null is unknown. */
export interface TargetProjection extends TargetKey {
  /** The ledger's own number of the target: stable over restarts and renames. */
  readonly id: number;
  readonly team: string;
  readonly capabilities: Capabilities;
  readonly observedSince: number;
  /** When a live event, or our first sight, made the target known; null when a first read of history did. */
  readonly bornLiveAt: number | null;
  /** End of the latest counted deployment, at least the beginning of what was sighted without one: what the cardinality budget sorts by. */
  readonly lastActiveAt: number;
  readonly lastSuccessAt: number | null;
  /** End of the failure that opened the current or latest deployment incident with a known beginning. */
  readonly failureAt: number | null;
  /** End of the success that closed the latest recovered deployment incident. */
  readonly recoveryAt: number | null;
  /** The incidents that are open now; `since` is null where the beginning is not known. */
  readonly open: readonly { readonly kind: IncidentKind; readonly since: number | null }[];
  readonly totals: Totals;
}

/** A counter of a source that the ledger keeps: what was added to it, or, at start, all of it. */
export type SourceCount =
  | {
      readonly counter: 'ignored';
      readonly source: string;
      readonly labels: { readonly reason: string };
      readonly by: number;
    }
  | {
      readonly counter: 'transitions';
      readonly source: string;
      readonly labels: {
        readonly kind: string;
        readonly operation: string;
        readonly outcome: string;
        readonly origin: string;
      };
      readonly by: number;
    }
  | {
      readonly counter: 'gaps';
      readonly source: string;
      readonly labels: Readonly<Record<never, string>>;
      readonly by: number;
    }
  | {
      readonly counter: 'lead_time_unknown';
      readonly source: string;
      readonly labels: { readonly reason: string };
      readonly by: number;
    }
  | {
      readonly counter: 'corrections';
      readonly source: string;
      readonly labels: Readonly<Record<never, string>>;
      readonly by: number;
    };

/** What a commit changed, for those who show it. */
export interface Changes {
  /** Targets to be shown as they are here. */
  readonly targets: readonly TargetProjection[];
  /** Ids of targets that are gone: all their series go at once. */
  readonly gone: readonly number[];
  readonly counts: readonly SourceCount[];
  /** Of a snapshot nothing: `windowRows` reads them. */
  readonly windows: WindowChanges;
  /** Collectors whose last complete good poll was stamped, in milliseconds since the epoch. */
  readonly successes: readonly { readonly source: string; readonly at: number }[];
}
