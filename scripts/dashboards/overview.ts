import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { reportsTable } from './benchmarks.ts';
import { dashboard, moments, reportVariable, someOf, windowVariable } from './dashboard.ts';
import { BAD, GOOD, named, PLAIN, WORSE } from './fields.ts';
import { FIVE_KEYS, OVER_TIME } from './overview-keys.ts';
import { APPS, TARGET_COLUMNS, TEAMS } from './overview-tables.ts';
import { query, stat, table, text } from './panels.ts';
import { CHOSEN, COLLECTOR, IDENTITY, JOB, shown, TARGET, WINDOW_SECONDS } from './selectors.ts';

const OF_ALL = `${JOB}, source=~"$source"`;
const VARIABLES = [
  someOf('source', 'Source', `label_values(dora_incident_open{${JOB}}, source)`),
  someOf('environment', 'Environment', `label_values(dora_incident_open{${OF_ALL}}, environment)`),
  someOf('team', 'Team', `label_values(dora_incident_open{${OF_ALL}, environment=~"$environment"}, team)`, '.*'),
  someOf('app', 'App', `label_values(dora_incident_open{${OF_ALL}, environment=~"$environment", team=~"$team"}, app)`),
  windowVariable(OF_ALL),
  reportVariable(),
];
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
      overrides: [named('oldest good poll', { unit: 's', steps: [GOOD, [1800, BAD]] })],
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
