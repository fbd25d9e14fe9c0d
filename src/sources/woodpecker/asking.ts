import type { OpenRow } from './memory.ts';

/** How long an open row is asked for at every poll, and the longest interval after that (counting.md §2.4). */
const EVERY_POLL_MS = 10 * 60_000;
const LONGEST_MS = 60 * 60_000;

/** An open row that the listing stopped showing, or that was asked for and has not ended: when to ask again. */
export function askAgain(row: OpenRow, now: number): OpenRow {
  const askedSince = row.askedSince ?? now;
  const asking = now - askedSince;
  // Waiting as long as it has been asked for doubles the interval each time.
  const wait = asking < EVERY_POLL_MS ? 0 : Math.min(LONGEST_MS, asking);
  return { ...row, askedSince, nextAsk: Math.max(now + wait, row.until ?? 0) };
}
