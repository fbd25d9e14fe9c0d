import type { Clock } from '../domain/clock.ts';
import type { Pollable, PollEnd } from './pollable.ts';
import { withDeadline } from './with-deadline.ts';

/** History gets this share of the interval even where polls take all of it, or it would never be read. */
const LEAST_SLICE = 0.1;

export interface CycleOptions {
  readonly pollable: Pollable;
  /** From the beginning of one poll to that of the next, in milliseconds. */
  readonly intervalMs: number;
  /** How long `poll()` may take, in milliseconds. */
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly stop: AbortSignal;
}

export interface Cycle {
  readonly end: PollEnd;
  /** How long `poll()` alone took, in milliseconds. */
  readonly tookMs: number;
  /** What was thrown and should not have been; null without a bug. */
  readonly bug: unknown;
}

/**
 * One cycle: the news, then history until the next poll is due at `nextAt` (by `clock.monotonic`), then the stamp of
 * success when both were good. News of which only a part failed does not keep history from being read. Throws `stop.reason` when asked to stop; a bug is an end with the reason `internal`.
 */
export async function runCycle(options: CycleOptions, nextAt: number): Promise<Cycle> {
  const { pollable, intervalMs, clock, stop } = options;
  const begun = clock.monotonic();
  let tookMs: number | null = null;
  try {
    let end = await poll(options);
    tookMs = clock.monotonic() - begun;
    if (end.ok || end.partial) {
      const sliceMs = Math.max(nextAt - clock.monotonic(), intervalMs * LEAST_SLICE);
      const caughtUp = await withDeadline(sliceMs, clock, stop, (slice) => pollable.catchUp(slice, stop));
      if (end.ok) end = caughtUp;
    }
    if (end.ok) end = await pollable.stamp();
    // What fails while everything is being stopped is no failure.
    if (!end.ok) stop.throwIfAborted();
    return { end, tookMs, bug: null };
  } catch (bug) {
    stop.throwIfAborted();
    const detail = bug instanceof Error ? bug.message : String(bug);
    const end: PollEnd = { ok: false, reason: 'internal', detail, retryAfterMs: null, partial: false };
    return { end, tookMs: tookMs ?? clock.monotonic() - begun, bug };
  }
}

async function poll({ pollable, timeoutMs, clock, stop }: CycleOptions): Promise<PollEnd> {
  return await withDeadline(timeoutMs, clock, stop, async (signal) => {
    try {
      return await pollable.poll(signal);
    } catch (error) {
      stop.throwIfAborted();
      if (!signal.aborted) throw error;
      const detail = `not done within ${timeoutMs} ms (poll_timeout)`;
      return { ok: false, reason: 'timeout', detail, retryAfterMs: null, partial: false };
    }
  });
}
