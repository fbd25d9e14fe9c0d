import type { FailureCause } from '../../src/domain/deployment.ts';

/** Rows as plain as they come; times in milliseconds. */
export interface PlainDeployment {
  readonly at: number;
  readonly failuresSeen: boolean;
  readonly changeFailure: FailureCause | null;
  readonly isRework: boolean;
}

export interface PlainRecovery {
  readonly deployment: string;
  readonly openedAt: number;
  readonly closedAt: number;
}

/** The definitions of counting.md §8 word by word, without a thought for speed. */
export function slowWindow(
  rows: {
    readonly deployments: readonly PlainDeployment[];
    readonly recoveries: readonly PlainRecovery[];
    readonly leads: readonly { readonly at: number; readonly leadMs: number }[];
    /** Ends of the deployments of a first read whose commits are still to be looked up. */
    readonly awaited?: readonly number[];
  },
  now: number,
  windowMs: number,
  minSamples: number,
) {
  const inWindow = (at: number) => now - windowMs < at && at <= now;
  const ended = rows.deployments.filter(({ at }) => inWindow(at));
  const d = ended.filter(({ failuresSeen }) => failuresSeen);
  const failed = d.filter(({ changeFailure }) => changeFailure !== null);
  const rework = d.filter(({ isRework }) => isRework);
  const changeFailures: Partial<Record<FailureCause, number>> = {};
  for (const { changeFailure } of failed)
    if (changeFailure !== null) changeFailures[changeFailure] = (changeFailures[changeFailure] ?? 0) + 1;
  const leads = rows.leads.filter(({ at }) => inWindow(at)).map(({ leadMs }) => leadMs);
  const awaitsLeadTimes = (rows.awaited ?? []).some((at) => at > now - windowMs);
  const enough = d.length >= minSamples && d.length > 0;
  return {
    deployments: ended.length,
    ratioDeployments: d.length,
    changeFailures,
    rework: rework.length,
    changeFailureRatio: enough ? failed.length / d.length : null,
    reworkRatio: enough ? rework.length / d.length : null,
    recovery: slowStatistics(slowSpans(rows.recoveries.filter(({ closedAt }) => inWindow(closedAt)))),
    leadTime: awaitsLeadTimes ? { ...slowStatistics([]), count: leads.length } : slowStatistics(leads),
    awaitsLeadTimes,
  };
}

/** Lengths of the spans: two of one deployment that have a moment in common are made one, until none are left. */
function slowSpans(recoveries: readonly PlainRecovery[]): number[] {
  const spans = recoveries.map((one) => ({ ...one }));
  for (;;) {
    const pair = spans.flatMap((a, i) =>
      spans.slice(i + 1).flatMap((b) => {
        const overlap = a.openedAt <= b.closedAt && b.openedAt <= a.closedAt;
        return a.deployment === b.deployment && overlap ? [[a, b] as const] : [];
      }),
    )[0];
    if (pair === undefined) return spans.map(({ openedAt, closedAt }) => closedAt - openedAt);
    const [a, b] = pair;
    a.openedAt = Math.min(a.openedAt, b.openedAt);
    a.closedAt = Math.max(a.closedAt, b.closedAt);
    spans.splice(spans.indexOf(b), 1);
  }
}

export function slowStatistics(times: readonly number[]) {
  const count = times.length;
  if (count === 0) return { count, mean: null, median: null, p90: null };
  const sum = times.reduce((total, time) => total + time, 0);
  return { count, mean: sum / count, median: slowQuantile(times, 0.5), p90: slowQuantile(times, 0.9) };
}

/** Hyndman and Fan's definition 7: p(k) = (k - 1) / (n - 1), and linear in between. */
function slowQuantile(times: readonly number[], p: number): number {
  const x = times.toSorted((a, b) => a - b);
  const n = x.length;
  for (let k = 1; k < n; k += 1) {
    const from = (k - 1) / (n - 1);
    const to = k / (n - 1);
    const [low = 0, high = 0] = [x[k - 1], x[k]];
    if (p >= from && p <= to) return low + ((p - from) / (to - from)) * (high - low);
  }
  return x[0] ?? Number.NaN;
}

/** Quantiles to a thousandth of a millisecond: two ways to interpolate round differently. */
export function rounded<T>(keys: T): T {
  return JSON.parse(JSON.stringify(keys, (_, value) => (typeof value === 'number' ? Number(value.toFixed(3)) : value)));
}
