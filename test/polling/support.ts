import type { FailureReason, Observation } from '../../src/domain/observation.ts';
import type { Log } from '../../src/polling/poll-log.ts';
import type { Pollable, PollEnd } from '../../src/polling/pollable.ts';
import { type PollerOptions, startPoller } from '../../src/polling/poller.ts';
import { FakeClock } from '../support/fake-clock.ts';

export const OK: PollEnd = { ok: true };

export function failing(
  reason: FailureReason,
  more: { retryAfterMs?: number | null; partial?: boolean } = {},
): PollEnd {
  return { ok: false, reason, detail: 'what went wrong', retryAfterMs: null, partial: false, ...more };
}

export interface LogLine {
  readonly level: keyof Log;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface Running {
  readonly clock: FakeClock;
  readonly polls: Extract<Observation, { kind: 'poll' }>[];
  /** The failure of each observed poll. */
  readonly failures: (FailureReason | null)[];
  readonly lines: LogLine[];
  /** When each `poll()` began, in milliseconds from the start. */
  readonly begun: number[];
  /** Everything that the pollable was asked for, in order. */
  readonly calls: string[];
  readonly stop: AbortController;
  /** Resolves when the poller has stopped. */
  readonly done: Promise<void>;
}

/** Starts a poller of 30 s without jitter (unless told) over a pollable of which the test gives what matters. */
export function run(parts: Partial<Pollable>, overrides: Partial<PollerOptions> = {}): Running {
  const clock = (overrides.clock as FakeClock | undefined) ?? new FakeClock();
  const polls: Running['polls'] = [];
  const failures: Running['failures'] = [];
  const lines: LogLine[] = [];
  const begun: number[] = [];
  const calls: string[] = [];
  const stop = new AbortController();
  const write =
    (level: keyof Log): Log['info'] =>
    (fields, message) =>
      lines.push({ level, message, fields });
  const pollable: Pollable = {
    name: parts.name ?? 'woodpecker',
    poll(signal) {
      calls.push('poll');
      begun.push(clock.monotonic());
      return parts.poll?.(signal) ?? Promise.resolve(OK);
    },
    catchUp(slice, stopSignal) {
      calls.push('catchUp');
      return parts.catchUp?.(slice, stopSignal) ?? Promise.resolve(OK);
    },
    stamp() {
      calls.push('stamp');
      return parts.stamp?.() ?? Promise.resolve(OK);
    },
  };
  const done = startPoller({
    pollable,
    intervalMs: 30_000,
    timeoutMs: 60_000,
    clock,
    random: () => 0.5,
    observe: (observation) => {
      if (observation.kind !== 'poll') return;
      polls.push(observation);
      failures.push(observation.failure);
    },
    log: { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') },
    stop: stop.signal,
    ...overrides,
  });
  return {
    clock,
    polls,
    failures,
    lines,
    begun,
    calls,
    stop,
    done,
  };
}

/** Lasts until `signal` is aborted, and then throws its reason. */
export function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
