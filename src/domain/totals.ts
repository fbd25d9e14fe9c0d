import type { FailureCause, IncidentKind, Outcome, ReworkCause } from './deployment.ts';
import type { Severity } from './severity.ts';

/** Bounds in seconds at the bands people use (dora.dev's reports); they never change. */
export const RECOVERY_BOUNDS = [300, 900, 1800, 3600, 14400, 43200, 86400, 259200, 604800, 2592000, 7776000] as const;

/** Bounds in seconds of deployments' run times; they never change. */
export const DURATION_BOUNDS = [10, 30, 60, 120, 300, 600, 1200, 3600] as const;

/** Points from a sample to one deployment that it counts. `value` in the sample's unit, `at` in milliseconds. */
export interface Exemplar {
  readonly id: string;
  readonly value: number;
  readonly at: number;
}

/** Counts per bucket (not cumulative), the last one being +Inf; the sum in milliseconds, so that it is exact. */
export interface Histogram {
  readonly buckets: number[];
  sumMs: number;
  count: number;
  /** The latest exemplar of each bucket, where there is one. */
  readonly exemplars: (Exemplar | null)[];
}

/**
 * Lead times of a target's changes. What a first read of history brought is looked up after the target was born:
 * it is kept apart, so that the first value that is shown can be the whole of it and no more (design.md §5, birth).
 */
export interface LeadTimes {
  readonly all: Histogram;
  /** Those of deployments that a first read brought before anything was shown. */
  readonly prior: Histogram;
  /** From when on they are shown: there is one, and no first read's lookup waits. Milliseconds since the epoch. */
  shownSince: number | null;
}

/** Everything about one target that only ever grows. Counted once, as first recorded (counting.md §8). */
export interface Totals {
  readonly deployments: Record<Outcome, number>;
  /** The latest deployment of each outcome. */
  readonly exemplars: Partial<Record<Outcome, Exemplar>>;
  readonly durations: Histogram;
  readonly changeFailures: Partial<Record<FailureCause, number>>;
  readonly rework: Partial<Record<ReworkCause, number>>;
  readonly recoveries: Partial<Record<IncidentKind, Histogram>>;
  /** Error events that were posted, by severity; absent before the first. */
  errors?: Partial<Record<Severity, number>>;
  /** Absent before the first known one. */
  leadTimes?: LeadTimes;
}

/** End of the latest deployment of either outcome, in milliseconds since the epoch; null: there is none. */
export function latestAt({ exemplars }: Pick<Totals, 'exemplars'>): number | null {
  const ends = [exemplars.success, exemplars.failure].flatMap((exemplar) => exemplar?.at ?? []);
  return ends.length === 0 ? null : Math.max(...ends);
}

export function emptyHistogram(bounds: readonly number[]): Histogram {
  return {
    buckets: new Array<number>(bounds.length + 1).fill(0),
    sumMs: 0,
    count: 0,
    exemplars: new Array<Exemplar | null>(bounds.length + 1).fill(null),
  };
}

export function emptyLeadTimes(): LeadTimes {
  return { all: emptyHistogram(RECOVERY_BOUNDS), prior: emptyHistogram(RECOVERY_BOUNDS), shownSince: null };
}

export function emptyTotals(): Totals {
  return {
    deployments: { success: 0, failure: 0 },
    exemplars: {},
    durations: emptyHistogram(DURATION_BOUNDS),
    changeFailures: {},
    rework: {},
    recoveries: {},
  };
}

/**
 * Adds one observation of `ms` milliseconds; a bucket holds what is at most its bound in seconds. Without a
 * later exemplar the bucket keeps the one it has.
 */
export function observe(
  histogram: Histogram,
  bounds: readonly number[],
  ms: number,
  exemplar: Omit<Exemplar, 'value'> | null,
): void {
  const seconds = ms / 1000;
  const found = bounds.findIndex((bound) => seconds <= bound);
  const bucket = found < 0 ? bounds.length : found;
  histogram.buckets[bucket] = (histogram.buckets[bucket] ?? 0) + 1;
  histogram.sumMs += ms;
  histogram.count += 1;
  if (exemplar !== null && isLater(exemplar, histogram.exemplars[bucket]))
    histogram.exemplars[bucket] = { ...exemplar, value: seconds };
}

/**
 * Whether an exemplar takes the place of the one that a sample has. One of the same moment does not: Prometheus refuses, at
 * each scrape anew, an exemplar that is not later than the last one it stored (`tsdb/exemplar.go`, "out of order").
 */
export function isLater(one: Pick<Exemplar, 'at'>, than: Pick<Exemplar, 'at'> | null | undefined): boolean {
  return one.at > (than?.at ?? Number.NEGATIVE_INFINITY);
}

/** Adds `from` to `to`: two targets that became one. */
export function addTotals(to: Totals, from: Totals): void {
  for (const outcome of ['success', 'failure'] as const) to.deployments[outcome] += from.deployments[outcome];
  addCounts(to.changeFailures, from.changeFailures);
  addCounts(to.rework, from.rework);
  if (from.errors !== undefined) {
    to.errors ??= {};
    addCounts(to.errors, from.errors);
  }
  addHistogram(to.durations, from.durations);
  for (const [kind, histogram] of Object.entries(from.recoveries) as [IncidentKind, Histogram][]) {
    to.recoveries[kind] ??= emptyHistogram(RECOVERY_BOUNDS);
    addHistogram(to.recoveries[kind], histogram);
  }
  if (from.leadTimes !== undefined) {
    to.leadTimes ??= emptyLeadTimes();
    addHistogram(to.leadTimes.all, from.leadTimes.all);
    addHistogram(to.leadTimes.prior, from.leadTimes.prior);
    to.leadTimes.shownSince ??= from.leadTimes.shownSince;
  }
  for (const outcome of ['success', 'failure'] as const) {
    const theirs = from.exemplars[outcome];
    if (theirs !== undefined && isLater(theirs, to.exemplars[outcome])) to.exemplars[outcome] = theirs;
  }
}

function addCounts<K extends string>(to: Partial<Record<K, number>>, from: Partial<Record<K, number>>): void {
  for (const [key, count] of Object.entries(from) as [K, number][]) to[key] = (to[key] ?? 0) + count;
}

function addHistogram(to: Histogram, from: Histogram): void {
  from.buckets.forEach((count, bucket) => {
    to.buckets[bucket] = (to.buckets[bucket] ?? 0) + count;
    const theirs = from.exemplars[bucket] ?? null;
    if (theirs !== null && isLater(theirs, to.exemplars[bucket])) to.exemplars[bucket] = theirs;
  });
  to.sumMs += from.sumMs;
  to.count += from.count;
}
