import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { benchmarkLine, LEVELS, reportsTable } from './benchmarks.ts';
import { dashboard, moments, reportVariable, someOf, windowVariable } from './dashboard.ts';
import { BAD, CALM, FAINT, GOOD, matching, named, PLAIN, SAMPLE_SIZE, type Steps, WORSE } from './fields.ts';
import { CHANGE_FAILURES, FREQUENCY, type Key, LEAD_TIME, perTarget, REWORK_RATE, TIME_TO_RECOVER } from './keys.ts';
import { type Common, query, stat, table, text, timeseries } from './panels.ts';
import { CHOSEN, COLLECTOR, IDENTITY, inWindow, JOB, shown, TARGET, WINDOW_SECONDS } from './selectors.ts';

const OF_ALL = `${JOB}, source=~"$source"`;
const VARIABLES = [
  someOf('source', 'Source', `label_values(dora_incident_open{${JOB}}, source)`),
  someOf('environment', 'Environment', `label_values(dora_incident_open{${OF_ALL}}, environment)`),
  someOf('team', 'Team', `label_values(dora_incident_open{${OF_ALL}, environment=~"$environment"}, team)`, '.*'),
  someOf('app', 'App', `label_values(dora_incident_open{${OF_ALL}, environment=~"$environment", team=~"$team"}, app)`),
  windowVariable(OF_ALL),
  reportVariable(),
];

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

const FIVE_KEYS = [
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

/** To the app dashboard, for the row's own target. */
const TO_APP = {
  title: 'Open this app',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana's own placeholders
  url: '/d/dora-app?${datasource:queryparam}&${job:queryparam}&${window:queryparam}&var-environment=${__data.fields.Environment:percentencode}&var-app=${__data.fields.App:percentencode}&${__url_time_range}',
};

const TARGET_COLUMNS = {
  app: { title: 'App', style: { link: TO_APP } },
  environment: { title: 'Environment' },
  team: { title: 'Team' },
  source: { title: 'Source' },
};

const OPEN = `${shown('dora_incident_open', CHOSEN, `${TARGET}, kind`)} == 1`;
const SINCE = shown('dora_incident_open_since_timestamp_seconds', CHOSEN, `${TARGET}, kind`);

const NOW = [
  stat(
    {
      title: 'Open incidents',
      description: 'Incidents that are open now in the chosen targets, by kind.',
      span: 5,
      height: 8,
      unit: 'short',
      decimals: 0,
      noValue: 'no target',
      steps: [GOOD, [1, BAD]],
    },
    query(`sum by (kind) (${shown('dora_incident_open', CHOSEN, `${TARGET}, kind`)})`, '{{kind}}'),
  ),
  table(
    {
      title: 'What is open',
      description:
        'Each open incident and how long it has been open; the age is empty where the beginning is not known. No row: nothing is open.',
      span: 14,
      height: 8,
      unit: 's',
      noValue: '',
    },
    { ...TARGET_COLUMNS, kind: { title: 'Kind' } },
    [
      {
        title: 'Open',
        expr: OPEN,
        style: { unit: 'short', states: { '1': { text: 'open', color: BAD } }, colored: 'text' },
      },
      {
        title: 'Age',
        expr: `time() - ${SINCE}`,
        style: { unit: 's', steps: [PLAIN, [3_600, WORSE], [86_400, BAD]], colored: 'text' },
      },
    ],
    { column: 'Age', descending: true },
  ),
  stat(
    {
      title: 'Can the numbers be trusted?',
      description:
        'Targets whose history does not reach back over the whole window; sources whose last poll was not complete and good; age of the last good poll of the source that had its one longest ago; changes of the last day whose lead time is not known.',
      span: 5,
      height: 8,
      unit: 'short',
      decimals: 0,
      noValue: 'not known',
      steps: [GOOD, [1, WORSE]],
      overrides: [named('oldest good poll', { unit: 's', steps: [GOOD, [900, BAD]] })],
    },
    query(
      `sum (${shown('dora_target_observed_since_timestamp_seconds', CHOSEN, IDENTITY)} > bool (time() - ${WINDOW_SECONDS}))`,
      'incomplete windows',
    ),
    query(`sum (${shown('dora_collector_up', COLLECTOR, 'source')} == bool 0)`, 'sources failing'),
    query(
      `time() - min (${shown('dora_collector_last_success_timestamp_seconds', COLLECTOR, 'source')})`,
      'oldest good poll',
    ),
    query(`sum (increase(dora_lead_time_unknown_total{${COLLECTOR}}[1d]))`, 'lead times unknown'),
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

const OVER_TIME = [
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

const RATIO = { unit: 'percentunit', decimals: 1 };
const SIZE = { unit: 'short', decimals: 0, steps: SAMPLE_SIZE, colored: 'text', width: 60 } as const;

const APPS = table(
  {
    title: 'Apps',
    description:
      'Each chosen target over the window. Behind each number is its sample size, grey below 5; a number is empty where there is too little for it. The name leads to the app.',
    span: 24,
    height: 12,
    unit: 'short',
    noValue: '',
  },
  TARGET_COLUMNS,
  [
    { title: 'Deployments', expr: perTarget('dora_window_deployments'), style: { unit: 'short', decimals: 0 } },
    { title: 'Failure ratio', expr: perTarget('dora_window_change_failure_ratio'), style: RATIO },
    { title: 'of', expr: perTarget('dora_window_ratio_deployments'), style: SIZE },
    {
      title: 'Rework',
      expr: perTarget('dora_window_rework_deployments'),
      style: { unit: 'short', decimals: 0, width: 80 },
    },
    {
      title: 'Recovery, median',
      expr: perTarget('dora_window_recovery_time_seconds', 'median'),
      style: { unit: 's' },
    },
    { title: 'p90', expr: perTarget('dora_window_recovery_time_seconds', 'p90'), style: { unit: 's' } },
    { title: 'recoveries', expr: perTarget('dora_window_recoveries'), style: { ...SIZE, width: 90 } },
    { title: 'Lead time, median', expr: perTarget('dora_window_lead_time_seconds', 'median'), style: { unit: 's' } },
    { title: 'changes', expr: perTarget('dora_window_changes'), style: { ...SIZE, width: 80 } },
    {
      title: 'Open incidents',
      expr: `sum by (${TARGET}) (${shown('dora_incident_open', CHOSEN, `${TARGET}, kind`)})`,
      style: { unit: 'short', decimals: 0, steps: [PLAIN, [1, BAD]], colored: 'text' },
    },
  ],
  { column: 'Deployments', descending: true },
);

const TEAM = 'source, environment, team';
const TEAM_CHOSEN = `${JOB}, source=~"$source", environment=~"$environment", team=~"$team"`;

function ofTeam(metric: string, value: 'mean' | 'median' | 'p90'): string {
  return inWindow(metric, `${TEAM_CHOSEN}, stat="${value}"`, TEAM);
}

const TEAMS = table(
  {
    title: 'Teams',
    description:
      'Times over all rows of a team, since medians of apps do not add up; ratios over all its deployments. Whoever has no team is left out, and the choice of apps does not matter here.',
    span: 24,
    height: 8,
    unit: 'short',
    noValue: '',
  },
  { team: { title: 'Team' }, environment: { title: 'Environment' }, source: { title: 'Source' } },
  [
    {
      title: 'Failure ratio',
      expr: `sum by (${TEAM}) (${inWindow('dora_window_change_failures', `${TEAM_CHOSEN}, team!=""`, `${TARGET}, cause`)})\n  / (sum by (${TEAM}) (${inWindow('dora_window_ratio_deployments', `${TEAM_CHOSEN}, team!=""`)}) > 0)`,
      style: RATIO,
    },
    {
      title: 'of',
      expr: `sum by (${TEAM}) (${inWindow('dora_window_ratio_deployments', `${TEAM_CHOSEN}, team!=""`)})`,
      style: SIZE,
    },
    { title: 'Recovery, mean', expr: ofTeam('dora_team_window_recovery_time_seconds', 'mean'), style: { unit: 's' } },
    {
      title: 'Recovery, median',
      expr: ofTeam('dora_team_window_recovery_time_seconds', 'median'),
      style: { unit: 's' },
    },
    { title: 'Recovery, p90', expr: ofTeam('dora_team_window_recovery_time_seconds', 'p90'), style: { unit: 's' } },
    {
      title: 'recoveries',
      expr: `sum by (${TEAM}) (${inWindow('dora_window_recoveries', `${TEAM_CHOSEN}, team!=""`)})`,
      style: { ...SIZE, width: 90 },
    },
    { title: 'Lead time, median', expr: ofTeam('dora_team_window_lead_time_seconds', 'median'), style: { unit: 's' } },
    { title: 'Lead time, p90', expr: ofTeam('dora_team_window_lead_time_seconds', 'p90'), style: { unit: 's' } },
    {
      title: 'changes',
      expr: `sum by (${TEAM}) (${inWindow('dora_window_changes', `${TEAM_CHOSEN}, team!=""`)})`,
      style: { ...SIZE, width: 80 },
    },
  ],
  { column: 'Team', descending: false },
);

const REPORTS_SAY = `${reportsTable()}

d a day, w a week, mo a month. Levels are clusters of those who answered a survey about their own service: they describe, and are no
cut-offs; a higher level can have the worse figure (2024: failures of *high* and *medium*). From 2025 on the reports know no levels.
These dashboards measure what happened; a survey asks people. [dora.dev](https://dora.dev/guides/dora-metrics/) defines the keys.`;

/** How delivery does: all chosen targets at a glance. */
export function overview(): Dashboard {
  return dashboard({
    uid: 'dora-overview',
    title: 'DORA overview',
    description: 'The five DORA keys over all apps, what is open now, and how both went over time.',
    from: 'now-30d',
    variables: VARIABLES,
    annotations: [
      moments('Deployed', GOOD, shown('dora_deployment_last_success_timestamp', CHOSEN, IDENTITY)),
      moments('Deployment failed', BAD, shown('dora_deployment_failure_timestamp', CHOSEN, IDENTITY)),
    ],
    sections: [
      { title: 'The five keys, over the last $window', panels: FIVE_KEYS },
      { title: 'Now', panels: NOW },
      { title: 'Over time', panels: OVER_TIME },
      { title: 'App by app, over the last $window', panels: [APPS] },
      { title: 'Team by team, over the last $window', panels: [TEAMS] },
      {
        title: "What DORA's reports say, as context",
        collapsed: true,
        panels: [
          text(
            {
              title: "DORA's reports",
              description: 'The levels of each report that has any, in its words.',
              span: 24,
              height: 18,
            },
            REPORTS_SAY,
          ),
        ],
      },
    ],
  });
}
