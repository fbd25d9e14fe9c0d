import type { IncidentKind, TargetKey } from './deployment.ts';
import type { WindowRows } from './windows.ts';

/** A target as this process knows it, without asking the ledger. Times in milliseconds since the epoch. */
export interface KnownTarget extends TargetKey {
  /** The ledger's number. */
  readonly id: number;
  /** Empty when unknown. */
  readonly team: string;
  /** From when on its history is known whole. */
  readonly observedSince: number;
  /** End of its latest counted deployment; null: it has none. */
  readonly latestAt: number | null;
  /** The incidents that are open now; `since` is null where the beginning is not known. */
  readonly open: readonly { readonly kind: IncidentKind; readonly since: number | null }[];
  /** Whether `/metrics` leaves it out to keep within its limits. */
  readonly isDropped: boolean;
  readonly rows: WindowRows;
}
