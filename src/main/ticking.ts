import type { Clock } from '../domain/clock.ts';
import { StoreFailure } from '../domain/store-failure.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { startTicker } from '../polling/ticker.ts';
import type { Log } from './parts.ts';
import type { Recorder } from './recorder.ts';

/** Time as an event for the ledger (design.md §2.5), and, more often, for what `/metrics` holds back. */
const TICK_MS = 15_000;
const RELEASE_MS = 1_000;
/** How long what a follower took in waits at most. */
const INBOX_MS = 500;
const SWEEP_MS = 60 * 60_000;
/** Soon, so that a program which never runs for an hour is swept, too, and the time of the last sweep is soon known. */
const FIRST_SWEEP_MS = 60_000;

/** Lets time pass until `stop`: expiry, held counters, and rows older than the retention. */
export async function letTimePass(parts: {
  readonly recorder: Recorder;
  readonly metrics: Metrics;
  /** Milliseconds. */
  readonly retentionMs: () => { readonly rows: number; readonly errors: number };
  /** The sources whose lookups of commits are worked on. */
  readonly lookedUp: () => readonly string[];
  /** Does what others took in; null: nobody shares the ledger. */
  readonly takeInbox: (() => Promise<void>) | null;
  readonly clock: Clock;
  readonly log: Log;
  readonly stop: AbortSignal;
}): Promise<void> {
  const { recorder, metrics, clock, log, stop, takeInbox } = parts;
  const every = (intervalMs: number, what: string, run: () => Promise<void>, firstMs = intervalMs) => {
    const onError = (error: unknown) => {
      if (error instanceof StoreFailure) log.warn({ what, detail: error.message }, 'the ledger did not take a write');
      else log.error({ what, err: error }, 'a background task failed');
    };
    return startTicker({ intervalMs, firstMs, clock, run, onError, stop });
  };
  const sweep = () => {
    const { rows, errors } = parts.retentionMs();
    const now = clock.now();
    return recorder.sweep({ rows: now - rows, errors: now - errors, lookedUp: parts.lookedUp() }, stop);
  };
  await Promise.all([
    takeInbox !== null && every(INBOX_MS, 'inbox', takeInbox),
    every(TICK_MS, 'tick', () => recorder.tick(clock.now())),
    // A ledger that takes no write holds no window up.
    every(TICK_MS, 'windows', async () => metrics.advance(clock.now())),
    every(RELEASE_MS, 'release', async () => metrics.tick(clock.now())),
    every(SWEEP_MS, 'sweep', sweep, FIRST_SWEEP_MS),
  ]);
}
