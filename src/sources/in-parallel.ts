import { setImmediate } from 'node:timers/promises';

/** Most items that are begun before others get their turn: of thousands, work on most waits for nothing. */
const ITEMS_PER_TURN = 200;

/**
 * Runs `work` over the items, at most `limit` at a time, letting others run in between. The first that throws ends it,
 * once the others are through.
 */
export async function inParallel<T>(
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = items.entries();
  const worker = async () => {
    for (const [index, item] of queue) {
      if (index % ITEMS_PER_TURN === ITEMS_PER_TURN - 1) await setImmediate();
      await work(item);
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: limit }, worker));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}
