import type { FailureCause } from './deployment.ts';
import { type TimeStatistics, timeStatistics } from './quantile.ts';
import { type Recovery, recoverySpans } from './recovery-spans.ts';

/** A span back from now over which ratios and times are taken. */
export interface Window {
  /** As it was written: the value of the label `window`. */
  readonly name: string;
  readonly ms: number;
  /** It is shorter than its name says: see `keptOf`. */
  readonly isCut?: true;
}

/**
 * A window as far as all rows are kept, which is `retentionMs` back: of what is older only that is left which a gauge or an open
 * incident still needs, and stands for nothing.
 */
export function keptOf(window: Window, retentionMs: number): Window {
  return window.ms <= retentionMs ? window : { ...window, ms: retentionMs, isCut: true };
}

/** A place in time that a window covers, in milliseconds since the epoch: `after` < t <= `until`. */
export interface Span {
  readonly after: number;
  readonly until: number;
}

/** What of a window is counted over deployments. */
export interface DeploymentCounts {
  readonly deployments: number;
  /** Those whose failures could be seen: the denominator of both ratios. The rest counts only those among them. */
  readonly ratioDeployments: number;
  readonly changeFailures: Readonly<Partial<Record<FailureCause, number>>>;
  readonly rework: number;
}

/** The rows of one target, or of several together, that a window is taken over. */
export interface WindowRows {
  /** Counts the deployments that ended in the span. */
  count(span: Span): DeploymentCounts;
  recoveries(): Iterable<Recovery>;
  /** Lead times, in milliseconds, of the changes whose deployment ended in the span. */
  leadTimes(span: Span): readonly number[];
  /**
   * Whether commits of deployments that ended in the span, or after it, and that a first read of history brought are still
   * to be looked up: the lead times that are known would stand for all.
   */
  awaitsLeadTimes(span: Span): boolean;
}

/** The five keys over one window. Times in milliseconds; what there is too little for is null, never 0 (design.md §4). */
export interface WindowKeys extends DeploymentCounts {
  readonly changeFailureRatio: number | null;
  readonly reworkRatio: number | null;
  readonly recovery: TimeStatistics;
  /** Of those that are known; while others of a first read are to be looked up, their number alone. */
  readonly leadTime: TimeStatistics;
  readonly awaitsLeadTimes: boolean;
}

/** The span of a window that ends `now`. */
export function spanOf({ ms }: Pick<Window, 'ms'>, now: number): Span {
  return { after: now - ms, until: now };
}

export function isWithin(at: number, { after, until }: Span): boolean {
  return after < at && at <= until;
}

/** Whether all that happened in a window is known of what is known whole since `observedSince`. `span`: the window's place in time. */
export function isWhole(window: Window, span: Span, observedSince: number): boolean {
  return window.isCut !== true && observedSince <= span.after;
}

/** The keys over a span as counting.md §8 defines them; a ratio is absent below `minSamples` deployments. */
export function windowKeys(rows: WindowRows, span: Span, minSamples: number): WindowKeys {
  const counts = rows.count(span);
  const awaitsLeadTimes = rows.awaitsLeadTimes(span);
  const failures = Object.values(counts.changeFailures).reduce((sum, count) => sum + count, 0);
  return {
    ...counts,
    changeFailureRatio: ratio(failures, counts.ratioDeployments, minSamples),
    reworkRatio: ratio(counts.rework, counts.ratioDeployments, minSamples),
    recovery: timeStatistics(recoveryTimes(rows.recoveries(), span)),
    leadTime: leadTimeStatistics(rows.leadTimes(span), awaitsLeadTimes),
    awaitsLeadTimes,
  };
}

/** The statistics of lead times in milliseconds: no more than how many are known while others are awaited. */
export function leadTimeStatistics(leadTimes: readonly number[], awaited: boolean): TimeStatistics {
  return awaited ? { ...timeStatistics([]), count: leadTimes.length } : timeStatistics(leadTimes);
}

/** How long each span of failing took, of the incidents that were closed in a span of time; in milliseconds. */
export function recoveryTimes(recoveries: Iterable<Recovery>, span: Span): number[] {
  const closed = [...recoveries].filter(({ closedAt }) => isWithin(closedAt, span));
  return recoverySpans(closed).map(({ openedAt, closedAt }) => closedAt - openedAt);
}

/** Absent below `minSamples`, and over none whatever that says. */
function ratio(part: number, whole: number, minSamples: number): number | null {
  return whole === 0 || whole < minSamples ? null : part / whole;
}
