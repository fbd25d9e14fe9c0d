import type { FailureCause, IncidentKind, Outcome, ReworkCause } from '../../domain/deployment.ts';
import type { TargetProjection } from '../projection.ts';
import type { WindowChanges } from '../window-log.ts';

/**
 * What once changed what `/metrics` shows of a target. `at` is when a scrape would have shown it first, in milliseconds
 * since the epoch: when it was recorded; for what the first read of a history brought, which nobody saw come, when it was.
 */
export type PastEvent = { readonly at: number } & (
  | {
      readonly kind: 'deployment';
      readonly outcome: Outcome;
      readonly endedAt: number;
      readonly durationMs: number | null;
    }
  | { readonly kind: 'change_failure'; readonly cause: FailureCause }
  | { readonly kind: 'rework'; readonly cause: ReworkCause }
  /** `since` is null where the beginning is not known. */
  | { readonly kind: 'opened'; readonly incident: number; readonly about: IncidentKind; readonly since: number | null }
  /** `recoveredAt` is null where no success of known history closed it. */
  | {
      readonly kind: 'closed';
      readonly incident: number;
      readonly about: IncidentKind;
      readonly recoveredAt: number | null;
    }
  | { readonly kind: 'recovery'; readonly about: IncidentKind; readonly ms: number }
  | { readonly kind: 'lead_time'; readonly ms: number }
  /** The target is no longer listed, or is again. */
  | { readonly kind: 'removed' }
  | { readonly kind: 'listed' }
);

/** One target, and how it came to what it shows now. */
export interface TargetPast {
  /** As last committed; also of one that is gone. */
  readonly projection: TargetProjection;
  /** In the order of `at`: all that the retention has left of what the totals counted, and of what gauges show. */
  readonly events: readonly PastEvent[];
  /** All rows that windows are taken over. */
  readonly windows: WindowChanges;
}
