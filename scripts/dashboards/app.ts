import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { DISTRIBUTIONS } from './app-distributions.ts';
import { dashboard, moments, oneOf, someOf, windowVariable } from './dashboard.ts';
import { BAD, CALM, FAINT, GOOD, matching, named, PLAIN, SAMPLE_SIZE, WORSE } from './fields.ts';
import { type Common, query, stat, stateTimeline, table, timeseries } from './panels.ts';
import { inWindow, JOB, ONE_APP, ONE_APP_ERRORS, shown, TARGET, windowOverTime } from './selectors.ts';

const OF_ENVIRONMENT = `${JOB}, environment="$environment"`;
const VARIABLES = [
  oneOf('environment', 'Environment', `label_values(dora_incident_open{${JOB}}, environment)`, 'production'),
  someOf('team', 'Team', `label_values(dora_incident_open{${OF_ENVIRONMENT}}, team)`, '.*'),
  oneOf('app', 'App', `label_values(dora_incident_open{${OF_ENVIRONMENT}, team=~"$team"}, app)`),
  someOf('source', 'Source', `label_values(dora_incident_open{${OF_ENVIRONMENT}, app="$app"}, source)`),
  windowVariable(`${OF_ENVIRONMENT}, app="$app"`),
];

const SIZE = { unit: 'short', decimals: 0, steps: SAMPLE_SIZE } as const;
const OVER = 'The last number is the sample size, grey below 5.';

function value(metric: string, stat: string): string {
  return inWindow(metric, `${ONE_APP}, stat="${stat}"`, 'source');
}

function count(metric: string): string {
  return inWindow(metric, ONE_APP, 'source');
}

function keyPanel(common: Omit<Common, 'height' | 'span' | 'noValue'>, ...queries: Parameters<typeof query>[]) {
  return stat(
    {
      ...common,
      span: 6,
      height: 6,
      noValue: 'none known',
      steps: [CALM],
      overrides: [matching('.*(recoveries|changes|deployments)', SIZE)],
    },
    ...queries.map(([expr, legend]) => query(expr, `${legend} {{source}}`)),
  );
}

const KEYS = [
  keyPanel(
    { title: 'Deployments', description: `Deployments that ended in the window. ${OVER}`, unit: 'short', decimals: 0 },
    [count('dora_window_deployments'), 'deployments'],
  ),
  keyPanel(
    {
      title: 'Change failures and rework',
      description: `Ratio of change failures, absent over too few deployments, the number of rework deployments, and what both are taken over. ${OVER}`,
      unit: 'percentunit',
      decimals: 1,
    },
    [count('dora_window_change_failure_ratio'), 'failure ratio'],
    [count('dora_window_rework_deployments'), 'rework deployments'],
    [count('dora_window_ratio_deployments'), 'deployments'],
  ),
  keyPanel(
    { title: 'Time to recover', description: `Over the failing spans that ended in the window. ${OVER}`, unit: 's' },
    [value('dora_window_recovery_time_seconds', 'mean'), 'mean'],
    [value('dora_window_recovery_time_seconds', 'median'), 'median'],
    [value('dora_window_recovery_time_seconds', 'p90'), 'p90'],
    [count('dora_window_recoveries'), 'recoveries'],
  ),
  keyPanel(
    {
      title: 'Lead time',
      description: `From a commit to deployed, over the changes of the window. ${OVER}`,
      unit: 's',
    },
    [value('dora_window_lead_time_seconds', 'median'), 'median'],
    [value('dora_window_lead_time_seconds', 'p90'), 'p90'],
    [count('dora_window_changes'), 'changes'],
  ),
];

const KIND = `${TARGET}, kind`;

function moment(metric: string): string {
  return `${shown(metric, ONE_APP, 'source')} * 1000`;
}

const NOW = [
  stat(
    {
      title: 'Last moments',
      description:
        'End of the last successful deployment; of the failed one that opened the current or latest deployment incident; of the success that closed the latest recovered one. What never happened is absent. History is known whole from the last moment on.',
      span: 12,
      height: 8,
      unit: 'dateTimeFromNow',
      noValue: 'never',
      steps: [PLAIN],
    },
    query(moment('dora_deployment_last_success_timestamp'), 'deployed {{source}}'),
    query(moment('dora_deployment_failure_timestamp'), 'began to fail {{source}}'),
    query(moment('dora_deployment_recovery_timestamp'), 'recovered {{source}}'),
    query(moment('dora_target_observed_since_timestamp_seconds'), 'known since {{source}}'),
  ),
  table(
    {
      title: 'Incidents',
      description: 'Every kind of incident that this app can have: whether it is open, and if so for how long.',
      span: 12,
      height: 8,
      unit: 's',
      noValue: '',
    },
    {
      kind: { title: 'Kind' },
      source: { title: 'Source' },
      team: { title: 'Team' },
      app: { title: 'App' },
      environment: { title: 'Environment' },
    },
    [
      {
        title: 'State',
        expr: shown('dora_incident_open', ONE_APP, KIND),
        style: {
          unit: 'short',
          states: { '0': { text: 'closed', color: GOOD }, '1': { text: 'open', color: BAD } },
          colored: 'text',
        },
      },
      {
        title: 'Open for',
        expr: `time() - ${shown('dora_incident_open_since_timestamp_seconds', ONE_APP, KIND)}`,
        style: { unit: 's' },
      },
    ],
    { column: 'State', descending: true },
  ),
];

const EXTRAPOLATED = 'Prometheus extrapolates such counts between scrapes, so they need not be whole numbers.';

const HISTORY = [
  stateTimeline(
    {
      title: 'Incidents over time',
      description: 'When an incident of each kind was open.',
      span: 24,
      height: 6,
      unit: 'short',
      noValue: 'no history',
      steps: [GOOD, [1, BAD]],
      states: { '0': { text: 'closed', color: GOOD }, '1': { text: 'open', color: BAD } },
    },
    query(`max by (source, kind) (last_over_time(dora_incident_open{${ONE_APP}}[65m]))`, '{{kind}} {{source}}'),
  ),
  timeseries(
    {
      title: 'Deployments by outcome',
      description: `Deployments that ended, by outcome. ${EXTRAPOLATED}`,
      span: 12,
      height: 8,
      unit: 'short',
      overrides: [named('success', { color: GOOD }), named('failure', { color: BAD })],
    },
    { bars: true, stacked: true, min: 0, interval: '1h', exemplars: true },
    query(`sum by (outcome) (increase(dora_deployments_total{${ONE_APP}}[$__rate_interval]))`, '{{outcome}}'),
  ),
  timeseries(
    {
      title: 'Change failures and rework by cause',
      description: `Deployments when they were recognised as change failures, and as rework, by cause. ${EXTRAPOLATED}`,
      span: 12,
      height: 8,
      unit: 'short',
    },
    { bars: true, stacked: true, min: 0, interval: '1h' },
    query(`sum by (cause) (increase(dora_change_failures_total{${ONE_APP}}[$__rate_interval]))`, 'failure: {{cause}}'),
    query(
      `sum by (cause) (increase(dora_rework_deployments_total{${ONE_APP}}[$__rate_interval]))`,
      'rework: {{cause}}',
    ),
  ),
  timeseries(
    {
      title: 'Change failure ratio over time',
      description: 'Over the rolling window; absent over too few deployments.',
      span: 12,
      height: 8,
      unit: 'percentunit',
    },
    { min: 0 },
    query(windowOverTime('dora_window_change_failure_ratio', ONE_APP, 'source'), 'change failure ratio {{source}}'),
  ),
  timeseries(
    {
      title: 'Times over time',
      description: 'Medians over the rolling window, on a logarithmic scale: time to recover, and lead time.',
      span: 12,
      height: 8,
      unit: 's',
    },
    { logarithmic: true },
    query(
      windowOverTime('dora_window_recovery_time_seconds', `${ONE_APP}, stat="median"`, 'source'),
      'time to recover {{source}}',
    ),
    query(
      windowOverTime('dora_window_lead_time_seconds', `${ONE_APP}, stat="median"`, 'source'),
      'lead time {{source}}',
    ),
  ),
];

const ERRORS = [
  timeseries(
    {
      title: 'Error events taken in',
      description: 'Errors a second that the app posted to the embedded sink, by severity. Empty where it posts none.',
      span: 12,
      height: 8,
      unit: 'cps',
      noValue: 'it posts none',
      overrides: [
        named('critical', { color: BAD }),
        named('warning', { color: WORSE }),
        named('info', { color: FAINT }),
      ],
    },
    { min: 0 },
    query(`sum by (severity) (rate(dora_error_events_total{${ONE_APP_ERRORS}}[$__rate_interval]))`, '{{severity}}'),
  ),
  timeseries(
    {
      title: 'Errors that a polled sink counts',
      description:
        'Errors over the window of the sink itself, as it said at the last poll. Empty where no sink names the app.',
      span: 12,
      height: 8,
      unit: 'short',
      noValue: 'no sink names it',
    },
    { min: 0 },
    query(shown('dora_errors_in_window', ONE_APP_ERRORS, 'source, window'), '{{source}}, over {{window}}'),
  ),
];

/** One app in one environment. */
export function app(): Dashboard {
  return dashboard({
    uid: 'dora-app',
    title: 'DORA app',
    description: 'One app in one environment: its keys, its history, its incidents, and how its times are distributed.',
    from: 'now-30d',
    variables: VARIABLES,
    annotations: [
      moments('Deployed', GOOD, shown('dora_deployment_last_success_timestamp', ONE_APP, 'source, app, environment')),
      moments(
        'Deployment failed',
        BAD,
        shown('dora_deployment_failure_timestamp', ONE_APP, 'source, app, environment'),
      ),
      moments('Recovered', CALM, shown('dora_deployment_recovery_timestamp', ONE_APP, 'source, app, environment')),
    ],
    sections: [
      { title: '$app in $environment, over the last $window', panels: KEYS },
      { title: 'Now', panels: NOW },
      { title: 'History', panels: HISTORY },
      { title: 'Distributions', panels: DISTRIBUTIONS },
      { title: 'Errors', panels: ERRORS },
    ],
  });
}
