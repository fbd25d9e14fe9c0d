import type { Clock } from '../domain/clock.ts';

export interface TickerOptions {
  /** From the beginning of one run to that of the next, in milliseconds. */
  readonly intervalMs: number;
  /** From the start to the first run, in milliseconds; one interval unless given. */
  readonly firstMs?: number;
  readonly clock: Clock;
  readonly run: () => Promise<void>;
  /** Told of what `run` throws; the ticker goes on. */
  readonly onError: (error: unknown) => void;
  readonly stop: AbortSignal;
}

/**
 * Runs `run` every interval, the first time after `firstMs`, never twice at once: a run that takes longer than the interval
 * is followed by the next at once, and what was missed is not made up for. Resolves when `stop` is aborted and the run
 * that was under way has ended.
 */
export async function startTicker(options: TickerOptions): Promise<void> {
  const { intervalMs, firstMs = intervalMs, clock, run, onError, stop } = options;
  let nextAt = clock.monotonic() + firstMs;
  while (await slept(Math.max(0, nextAt - clock.monotonic()), clock, stop)) {
    nextAt = clock.monotonic() + intervalMs;
    try {
      await run();
    } catch (error) {
      onError(error);
    }
  }
}

/** False when `stop` was aborted meanwhile. */
async function slept(ms: number, clock: Clock, stop: AbortSignal): Promise<boolean> {
  try {
    await clock.sleep(ms, stop);
    return true;
  } catch (error) {
    if (!stop.aborted) throw error;
    return false;
  }
}
