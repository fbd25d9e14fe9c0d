/** What a set of times says. Milliseconds; null over none. */
export interface TimeStatistics {
  readonly count: number;
  readonly mean: number | null;
  readonly median: number | null;
  readonly p90: number | null;
}

/** The statistics of a set of times in milliseconds, given in any order. */
export function timeStatistics(times: Iterable<number>): TimeStatistics {
  const sorted = Float64Array.from(times).sort();
  if (sorted.length === 0) return { count: 0, mean: null, median: null, p90: null };
  // Whole milliseconds add up exactly, so the order in which they are added is of no matter.
  const sum = sorted.reduce((total, time) => total + time, 0);
  return {
    count: sorted.length,
    mean: sum / sorted.length,
    median: quantile(sorted, 5),
    p90: quantile(sorted, 9),
  };
}

/**
 * The quantile of so many `tenths` (0 to 10) of ascending values, at least one: linear between the order statistics around
 * (n - 1) p. Type 7 of Hyndman and Fan, "Sample Quantiles in Statistical Packages", The American Statistician 50 (1996),
 * 361-365. In tenths, as whole numbers are exact where 0.9 is not.
 */
export function quantile(sorted: ArrayLike<number>, tenths: number): number {
  const place = (sorted.length - 1) * tenths;
  const beyond = place % 10;
  const lower = sorted[(place - beyond) / 10] ?? Number.NaN;
  const upper = beyond === 0 ? lower : (sorted[(place - beyond) / 10 + 1] ?? Number.NaN);
  return lower + (beyond * (upper - lower)) / 10;
}
