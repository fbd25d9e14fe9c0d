import { benchmarkLine, LEVELS } from './benchmarks.ts';
import { CALM, FAINT, GOOD, matching, named, PLAIN, SAMPLE_SIZE, type Steps, WORSE } from './fields.ts';
import { CHANGE_FAILURES, FREQUENCY, type Key, LEAD_TIME, REWORK_RATE, TIME_TO_RECOVER } from './keys.ts';
import { type Common, query, stat, timeseries } from './panels.ts';

/** A change by so much, relative or in points, is coloured. */
const NOTED = 0.05;
const LESS_IS_GOOD: Steps = [GOOD, [-NOTED, PLAIN], [NOTED, WORSE]];
const MORE_IS_GOOD: Steps = [WORSE, [-NOTED, PLAIN], [NOTED, GOOD]];

function keyPanel(common: Omit<Common, 'height' | 'noValue'>, key: Key, change: Steps) {
  const styled = {
    ...common,
    height: 7,
    noValue: 'none known',
    steps: [CALM] as const,
    overrides: [
      named('against the window before', { unit: 'percentunit', decimals: 1, steps: change, noValue: 'not known' }),
      named('over', { unit: 'short', decimals: 0, steps: SAMPLE_SIZE }),
    ],
  };
  return stat(
    styled,
    query(key.now, 'in $window'),
    query(key.change, 'against the window before'),
    query(key.samples, 'over'),
  );
}

const COMPARED =
  'The second number compares the same targets over the window before: those only whose history is known over both, so it needs samples from one window ago (give Prometheus a past: docs/history.md). The third is the sample size, grey below 5.';

/** The keys over the chosen window, each with its change and its sample size. */
export const FIVE_KEYS = [
  keyPanel(
    {
      title: 'Deployments per day',
      description: `Deployments that ended in the window, both outcomes, by the days of the window; all chosen targets together. ${COMPARED} The change is relative.`,
      span: 5,
      unit: 'short',
      decimals: 2,
    },
    FREQUENCY,
    MORE_IS_GOOD,
  ),
  keyPanel(
    {
      title: 'Lead time, median app',
      description: `From a commit to the end of the deployment that brought it: the median of the chosen targets' medians, each of which is exact. ${COMPARED} The change is relative.`,
      span: 5,
      unit: 's',
    },
    LEAD_TIME,
    LESS_IS_GOOD,
  ),
  keyPanel(
    {
      title: 'Change failure ratio',
      description: `Change failures over the deployments whose failures could be seen; all chosen targets together. ${COMPARED} The change is a difference of the two ratios.`,
      span: 5,
      unit: 'percentunit',
      decimals: 1,
    },
    CHANGE_FAILURES,
    LESS_IS_GOOD,
  ),
  keyPanel(
    {
      title: 'Time to recover, mean',
      description: `MTTR: the mean over every failing span of the chosen targets that ended in the window. Medians are in the table of apps. ${COMPARED} The change is relative.`,
      span: 5,
      unit: 's',
    },
    TIME_TO_RECOVER,
    LESS_IS_GOOD,
  ),
  keyPanel(
    {
      title: 'Rework ratio',
      description: `Rollbacks, and deployments that repaired a failing target, over the deployments whose failures could be seen. ${COMPARED} The change is a difference of the two ratios.`,
      span: 4,
      unit: 'percentunit',
      decimals: 1,
    },
    REWORK_RATE,
    LESS_IS_GOOD,
  ),
];
const CONTEXT = matching('DORA .*', { color: FAINT, dashed: true });
const LEVELS_DRAWN =
  "The dashed lines are the worst that DORA's report of the chosen year has in each level, as context: its levels describe those who answered, and are no targets.";

function trend(
  common: Omit<Common, 'span' | 'height'>,
  key: Key,
  said: Parameters<typeof benchmarkLine>[0] | null,
  logarithmic: boolean,
) {
  const levels = LEVELS.filter((level) => level !== 'low').flatMap((level) =>
    said === null ? [] : [query(benchmarkLine(said, level), `DORA $report: ${level}`)],
  );
  return timeseries(
    { ...common, span: 12, height: 9, overrides: [CONTEXT] },
    logarithmic ? { logarithmic } : { min: 0 },
    query(key.overTime, '{{environment}}'),
    ...levels,
  );
}

/** The keys as their windows rolled, with the levels of a report as context. */
export const OVER_TIME = [
  trend(
    {
      title: 'Time to recover (MTTR) over time',
      description: `The mean over the failing spans that ended in the rolling window, by environment. ${LEVELS_DRAWN}`,
      unit: 's',
    },
    TIME_TO_RECOVER,
    'recovery',
    true,
  ),
  trend(
    {
      title: 'Change failure ratio (CFR) over time',
      description: `Change failures over deployments in the rolling window, by environment. ${LEVELS_DRAWN}`,
      unit: 'percentunit',
    },
    CHANGE_FAILURES,
    'failures',
    false,
  ),
  trend(
    {
      title: 'Lead time over time',
      description: `The median of the targets' medians over the rolling window, by environment. ${LEVELS_DRAWN}`,
      unit: 's',
    },
    LEAD_TIME,
    'leadTime',
    true,
  ),
  trend(
    {
      title: 'Deployments per day over time',
      description: `Deployments in the rolling window, by its days, by environment: of all targets together, whereas DORA's reports ask of one team's service, so its levels are not drawn here.`,
      unit: 'short',
    },
    FREQUENCY,
    null,
    false,
  ),
];
