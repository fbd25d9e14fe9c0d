/** The longest wait between two polls of an upstream that fails (design.md §2). */
const LONGEST_MS = 5 * 60_000;

/**
 * How long to wait, in milliseconds, after `failures` failures in a row (at least 1): the interval after the first,
 * then doubling up to 5 min, or up to the interval where that is longer. What the upstream asked for by `Retry-After`
 * wins, but never makes the next poll come sooner than the interval.
 */
export function backOffMs(intervalMs: number, failures: number, retryAfterMs: number | null): number {
  if (retryAfterMs !== null) return Math.max(intervalMs, retryAfterMs);
  return Math.min(intervalMs * 2 ** (failures - 1), Math.max(intervalMs, LONGEST_MS));
}
