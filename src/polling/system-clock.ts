import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from '../domain/clock.ts';

/** Timers cannot be longer: Node.js makes them fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The real time. Nothing else in the program reads it. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => Math.round(performance.now()),
  async sleep(ms, signal) {
    signal.throwIfAborted();
    try {
      let left = ms;
      for (; left > LONGEST_TIMER_MS; left -= LONGEST_TIMER_MS) await wait(LONGEST_TIMER_MS, undefined, { signal });
      await wait(left, undefined, { signal });
    } catch (error) {
      // Node.js wraps the reason in an error of its own.
      signal.throwIfAborted();
      throw error;
    }
  },
};
