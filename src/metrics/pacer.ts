import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../domain/clock.ts';

/**
 * How long a scrape may hold the event loop at a stretch, in milliseconds. design.md §10 allows 10, of which one
 * collection of garbage takes up to 7.
 */
const STRETCH_MS = 2;

/** Lets long work make room for others: ask `due` between two steps, and await `rest` when it says so. */
export interface Pacer {
  due(): boolean;
  rest(): Promise<void>;
}

export function createPacer(clock: Clock): Pacer {
  let since = clock.monotonic();
  return {
    due: () => clock.monotonic() - since >= STRETCH_MS,
    rest: async () => {
      await setImmediate();
      since = clock.monotonic();
    },
  };
}
