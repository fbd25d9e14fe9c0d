import { BAD, PLAIN, SAMPLE_SIZE } from './fields.ts';
import { perTarget } from './keys.ts';
import { table } from './panels.ts';
import { CHOSEN, inWindow, JOB, shown, TARGET } from './selectors.ts';

/** To the app dashboard, for the row's own target. */
const TO_APP = {
  title: 'Open this app',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana's own placeholders
  url: '/d/dora-app?${datasource:queryparam}&${job:queryparam}&${window:queryparam}&var-environment=${__data.fields.Environment:percentencode}&var-app=${__data.fields.App:percentencode}&${__url_time_range}',
};

/** The labels of a target as columns; the app leads to its dashboard. */
export const TARGET_COLUMNS = {
  app: { title: 'App', style: { link: TO_APP } },
  environment: { title: 'Environment' },
  team: { title: 'Team' },
  source: { title: 'Source' },
};
const RATIO = { unit: 'percentunit', decimals: 1 };
const SIZE = { unit: 'short', decimals: 0, steps: SAMPLE_SIZE, colored: 'text', width: 60 } as const;

/** Target by target. */
export const APPS = table(
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

/** Team by team. */
export const TEAMS = table(
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
