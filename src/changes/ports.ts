import type { FoundChange, Lookup } from '../domain/change.ts';
import type { Lookups } from '../ledger/lookups.ts';
import type { Outcome } from './trouble.ts';

/** What was told of commits, kept for good. */
export type Kept = Pick<Lookups, 'known' | 'keep'>;

/** What is to be looked up next. Each throws `StoreFailure` when the store cannot do it. */
export interface Queue extends Pick<Lookups, 'due' | 'postpone'> {
  /** Records what a lookup found, and ends it. */
  settle(lookup: Lookup, changes: readonly FoundChange[]): Promise<void>;
}

/** Finds out which changes a deployment brought. Throws `stop.reason`, `StoreFailure` and bugs. */
export type Find = (lookup: Lookup, stop: AbortSignal) => Promise<Outcome<readonly FoundChange[]>>;
