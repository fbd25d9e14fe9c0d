import type { Capabilities, IgnoredReason } from '../domain/batch.ts';
import type { Clock } from '../domain/clock.ts';
import type { Observe } from '../domain/observation.ts';
import type { End } from './end.ts';
import type { Inbox, Log } from './inbox.ts';

/** What knows, beside the polls, that there is news. */
export interface Watching {
  /** Looks out for it until `stop` is aborted. Never throws. */
  run(stop: AbortSignal): Promise<void>;
  /** Waits for the next, or until `signal` is aborted. */
  news(signal: AbortSignal): Promise<void>;
}

/** What polls one configured source. */
export interface Collector {
  readonly name: string;
  /** What its targets can show from birth. */
  readonly capabilities: Capabilities;
  /** Why it can leave a row uncounted. */
  readonly ignores: readonly IgnoredReason[];
  /** First reads of history, in repositories or applications; null for a source without history. */
  readonly backfill: { readonly pending: number; readonly done: number } | null;
  poll(signal: AbortSignal): Promise<End>;
  catchUp(slice: AbortSignal, stop: AbortSignal): Promise<End>;
  stamp(): Promise<End>;
  /** Where the source hears of news before it asks. */
  readonly watch?: Watching;
  close(): Promise<void>;
}

/** What main passes to every source. */
export interface SourceParts {
  readonly inbox: Inbox;
  /** Milliseconds after which an open row is given up. */
  readonly retentionMs: number;
  /** Milliseconds after a deployment in which errors are blamed on it. */
  readonly attributionWindowMs: number;
  readonly userAgent: string;
  readonly clock: Clock;
  readonly observe: Observe;
  readonly log: Log;
}
