import { backOffMs } from '../domain/back-off.ts';
import type { Observe } from '../domain/observation.ts';
import { type Log, PollLog } from './poll-log.ts';
import { type CycleOptions, runCycle } from './run-cycle.ts';
import { withDeadline } from './with-deadline.ts';

/** News may make polls come more often, but never more than so many in an interval. */
const MOST_IN_INTERVAL = 10;

/** Each interval is longer or shorter by up to this share of it, so that several sources drift apart. */
const JITTER = 0.1;

export interface PollerOptions extends CycleOptions {
  /** From 0 to below 1. */
  readonly random: () => number;
  /** Waits until there is news that makes the next poll worth while before it is due, or until `signal` is aborted. */
  readonly news?: ((signal: AbortSignal) => Promise<void>) | undefined;
  readonly observe: Observe;
  readonly log: Log;
}

/**
 * Polls one source, the first time at once, one cycle at a time, until `stop` is aborted; resolves when the cycle that
 * was under way has ended. Every cycle that was not stopped midway is observed once.
 */
export async function startPoller(options: PollerOptions): Promise<void> {
  try {
    await pollForEver(options);
  } catch (error) {
    if (!options.stop.aborted) throw error;
  }
}

async function pollForEver(options: PollerOptions): Promise<never> {
  const { pollable, intervalMs, clock, stop, observe } = options;
  const log = new PollLog(pollable.name, options.log);
  let failures = 0;
  for (;;) {
    stop.throwIfAborted();
    const begunAt = clock.monotonic();
    const nextAt = begunAt + intervalMs * (1 + JITTER * (2 * options.random() - 1));
    const cycle = await runCycle(options, nextAt);
    const { end, tookMs } = cycle;
    const trouble = end.ok ? { failure: null, detail: null } : { failure: end.reason, detail: end.detail };
    observe({ kind: 'poll', source: pollable.name, at: clock.now(), tookMs, ...trouble });
    log.ended(cycle);

    failures = end.ok || end.partial ? 0 : failures + 1;
    const retryAfterMs = end.ok ? null : end.retryAfterMs;
    // A back-off runs from the end of the failed cycle: a slow failing upstream gets its rest.
    const waitMs =
      failures > 0
        ? backOffMs(intervalMs, failures, retryAfterMs)
        : Math.max(0, nextAt - clock.monotonic(), retryAfterMs ?? 0);
    if (failures > 0 || retryAfterMs !== null) await clock.sleep(waitMs, stop);
    else await sleepUntilNews(options, begunAt + intervalMs / MOST_IN_INTERVAL, nextAt);
  }
}

/** Sleeps until `latest`, or, from `earliest` on, until there is news; both by `clock.monotonic`. */
async function sleepUntilNews({ clock, stop, news }: PollerOptions, earliest: number, latest: number): Promise<void> {
  const sleepUntil = (at: number, signal: AbortSignal) => clock.sleep(Math.max(0, at - clock.monotonic()), signal);
  if (news === undefined) {
    await sleepUntil(latest, stop);
    return;
  }
  await sleepUntil(Math.min(earliest, latest), stop);
  await withDeadline(Math.max(0, latest - clock.monotonic()), clock, stop, news);
  stop.throwIfAborted();
}
