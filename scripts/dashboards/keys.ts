import {
  CHOSEN,
  IDENTITY,
  inWindow,
  shown,
  TARGET,
  WINDOW_SECONDS,
  windowBefore,
  windowOverTime,
} from './selectors.ts';

/** How a family of windows is read: now, as of one window ago, or over time. */
type Reading = (metric: string, matchers: string, by: string) => string;

/** What a key is made of, target by target: the parts are summed, and the first is divided by the second. */
interface Parts {
  readonly numerator: (read: Reading) => string;
  readonly denominator: (read: Reading) => string;
}

/** `stat` of a time, in all seconds of the target: with the mean, the sum over all its observations. */
function sumOf(time: string, count: string): (read: Reading) => string {
  return (read) =>
    `${read(time, `${CHOSEN}, stat="mean"`, IDENTITY)} * on (${IDENTITY}) ${read(count, CHOSEN, IDENTITY)}`;
}

function simply(metric: string): (read: Reading) => string {
  return (read) => read(metric, CHOSEN, IDENTITY);
}

const FAILURES: Parts = {
  numerator: (read) => `sum by (${IDENTITY}) (${read('dora_window_change_failures', CHOSEN, `${IDENTITY}, cause`)})`,
  denominator: simply('dora_window_ratio_deployments'),
};

const REWORK: Parts = {
  numerator: simply('dora_window_rework_deployments'),
  denominator: simply('dora_window_ratio_deployments'),
};

const RECOVERY: Parts = {
  numerator: sumOf('dora_window_recovery_time_seconds', 'dora_window_recoveries'),
  denominator: simply('dora_window_recoveries'),
};

/** A target whose history is known over this window and the one before it. */
const KNOWN_TWICE = `${shown('dora_target_observed_since_timestamp_seconds', CHOSEN, IDENTITY)} <= time() - 2 * ${WINDOW_SECONDS}`;

/** `value`, of the targets that have `present` now and a window ago, and whose history is known over both. */
function comparable(value: string, present: (read: Reading) => string): string {
  return [value, present(inWindow), present(windowBefore), KNOWN_TWICE]
    .map((part) => `(${part})`)
    .join(`\n      and on (${IDENTITY}) `);
}

/** Numerator over denominator, both summed over all that was chosen; absent over none. */
function pooled({ numerator, denominator }: Parts, read: Reading, by = ''): string {
  return `sum${by} (${numerator(read)})\n  / (sum${by} (${denominator(read)}) > 0)`;
}

function pooledComparable({ numerator, denominator }: Parts, read: Reading): string {
  return `sum (${comparable(numerator(read), denominator)})\n    / (sum (${comparable(denominator(read), denominator)}) > 0)`;
}

const DEPLOYMENTS = simply('dora_window_deployments');
const MEDIAN_LEAD = (read: Reading) => read('dora_window_lead_time_seconds', `${CHOSEN}, stat="median"`, IDENTITY);

/** One key: its value over the chosen window, how it differs from the window before, and over how many it is taken. */
export interface Key {
  readonly now: string;
  readonly change: string;
  readonly samples: string;
  /** The value over time, by environment; the window rolls. */
  readonly overTime: string;
}

const BY_ENVIRONMENT = ' by (environment)';
const RATIO_SAMPLES = `sum (${simply('dora_window_ratio_deployments')(inWindow)})`;

/** Deployments per day. The change is relative. */
export const FREQUENCY: Key = {
  now: `sum (${DEPLOYMENTS(inWindow)}) / (${WINDOW_SECONDS} / 86400)`,
  change: `sum (${comparable(DEPLOYMENTS(inWindow), DEPLOYMENTS)})\n  / (sum (${comparable(DEPLOYMENTS(windowBefore), DEPLOYMENTS)}) > 0) - 1`,
  samples: `sum (${DEPLOYMENTS(inWindow)})`,
  overTime: `sum${BY_ENVIRONMENT} (${DEPLOYMENTS(windowOverTime)}) / (${WINDOW_SECONDS} / 86400)`,
};

/** The median app: of each target's median. Medians do not add up, and a mean would be its slowest changes. The change is relative. */
export const LEAD_TIME: Key = {
  now: `quantile (0.5, ${MEDIAN_LEAD(inWindow)})`,
  change: `quantile (0.5, ${comparable(MEDIAN_LEAD(inWindow), MEDIAN_LEAD)})\n  / (quantile (0.5, ${comparable(MEDIAN_LEAD(windowBefore), MEDIAN_LEAD)}) > 0) - 1`,
  samples: `sum (${simply('dora_window_changes')(inWindow)})`,
  overTime: `quantile${BY_ENVIRONMENT} (0.5, ${MEDIAN_LEAD(windowOverTime)})`,
};

/** Failures over deployments. The change is a difference: that of a ratio says little when it was small. */
export const CHANGE_FAILURES: Key = {
  now: pooled(FAILURES, inWindow),
  change: `${pooledComparable(FAILURES, inWindow)}\n  - ${pooledComparable(FAILURES, windowBefore)}`,
  samples: RATIO_SAMPLES,
  overTime: pooled(FAILURES, windowOverTime, BY_ENVIRONMENT),
};

/** The mean over all recoveries, exactly: each target's mean by its number. The change is relative. */
export const TIME_TO_RECOVER: Key = {
  now: pooled(RECOVERY, inWindow),
  change: `${pooledComparable(RECOVERY, inWindow)}\n  / (${pooledComparable(RECOVERY, windowBefore)} > 0) - 1`,
  samples: `sum (${simply('dora_window_recoveries')(inWindow)})`,
  overTime: pooled(RECOVERY, windowOverTime, BY_ENVIRONMENT),
};

/** Rework over deployments. The change is a difference. */
export const REWORK_RATE: Key = {
  now: pooled(REWORK, inWindow),
  change: `${pooledComparable(REWORK, inWindow)}\n  - ${pooledComparable(REWORK, windowBefore)}`,
  samples: RATIO_SAMPLES,
  overTime: pooled(REWORK, windowOverTime, BY_ENVIRONMENT),
};

/** Per target, for the table of apps: a family of windows, with `stat` where it has one. */
export function perTarget(metric: string, stat?: string): string {
  return inWindow(metric, stat === undefined ? CHOSEN : `${CHOSEN}, stat="${stat}"`, TARGET);
}
