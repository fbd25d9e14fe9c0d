import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { dashboard, someOf } from './dashboard.ts';
import { COLLECTORS, COUNTED } from './exporter-collectors.ts';
import { COST } from './exporter-cost.ts';
import { NOTIFIER } from './exporter-notifier.ts';
import { BAD, GOOD, named, PLAIN, WORSE } from './fields.ts';
import { query, stat, table, timeseries } from './panels.ts';
import { COLLECTOR, JOB, shown } from './selectors.ts';

/** Seconds since a moment, as the latest of all replicas has it. */
function since(metric: string): string {
  return `time() - max (${metric}{${JOB}})`;
}

const SUMMARY = [
  stat(
    {
      title: 'Scraped',
      description: 'Whether Prometheus reaches each replica of the exporter.',
      span: 4,
      height: 6,
      unit: 'short',
      noValue: 'nowhere',
      states: { '0': { text: 'down', color: BAD }, '1': { text: 'up', color: GOOD } },
    },
    query(`min by (job) (up{${JOB}})`, '{{job}}'),
  ),
  stat(
    {
      title: 'Leaders',
      description:
        'Replicas that poll and send: one for each exporter. Two for longer than a moment would count twice, none counts nothing.',
      span: 4,
      height: 6,
      unit: 'short',
      decimals: 0,
      noValue: 'none',
      steps: [BAD, [1, GOOD], [2, WORSE]],
    },
    query(`sum by (job) (dora_exporter_leader{${JOB}})`, '{{job}}'),
  ),
  stat(
    {
      title: 'Collectors failing',
      description: 'Sources whose last poll was not complete and good.',
      span: 4,
      height: 6,
      unit: 'short',
      decimals: 0,
      noValue: 'no poll yet',
      steps: [GOOD, [1, BAD]],
    },
    query(`sum (${shown('dora_collector_up', COLLECTOR, 'source')} == bool 0)`, 'failing'),
  ),
  stat(
    {
      title: 'Configuration loaded',
      description: 'How long ago the configuration was last loaded well.',
      span: 4,
      height: 6,
      unit: 's',
      noValue: 'not known',
      steps: [PLAIN],
    },
    query(since('dora_config_last_reload_success_timestamp_seconds'), 'ago'),
  ),
  table(
    {
      title: 'Builds',
      description: 'What runs: how many replicas of each build.',
      span: 8,
      height: 6,
      unit: 'short',
      decimals: 0,
      noValue: '',
    },
    {
      job: { title: 'Job' },
      version: { title: 'Version' },
      revision: { title: 'Revision' },
      node: { title: 'Node.js' },
    },
    [
      {
        title: 'Replicas',
        expr: `sum by (job, version, revision, node) (dora_exporter_build_info{${JOB}})`,
        style: { unit: 'short', decimals: 0 },
      },
    ],
  ),
];

const LEDGER = [
  stat(
    {
      title: 'Ledger',
      description:
        'How long ago a transaction was last committed, and a sweep of old rows went through whole; the sweep runs every hour.',
      span: 6,
      height: 8,
      unit: 's',
      noValue: 'not since the start',
      steps: [GOOD, [600, WORSE]],
      overrides: [named('last sweep', { unit: 's', steps: [GOOD, [6 * 3600, WORSE]] })],
    },
    query(since('dora_ledger_last_commit_timestamp_seconds'), 'last commit'),
    query(since('dora_ledger_sweep_last_success_timestamp_seconds'), 'last sweep'),
  ),
  timeseries(
    {
      title: 'Since the last commit',
      description: 'A ledger that works commits with every poll.',
      span: 6,
      height: 8,
      unit: 's',
    },
    { min: 0 },
    query(since('dora_ledger_last_commit_timestamp_seconds'), 'last commit'),
  ),
  timeseries(
    {
      title: 'Rows swept',
      description:
        'Rows that the retention removed in the last day, by table. Empty until the first row has been removed since the start.',
      span: 6,
      height: 8,
      unit: 'short',
      noValue: 'none since the start',
    },
    { min: 0 },
    query(`sum by (table) (increase(dora_ledger_swept_rows_total{${JOB}}[1d]))`, '{{table}}'),
  ),
  timeseries(
    {
      title: 'Corrections',
      description: 'Late events and verdicts of the last day that changed what a total had counted.',
      span: 6,
      height: 8,
      unit: 'short',
    },
    { min: 0 },
    query(`sum by (source) (increase(dora_ledger_corrections_total{${COLLECTOR}}[1d]))`, '{{source}}'),
  ),
];

/** The exporter itself: whether it sees, keeps and tells, and what it costs. */
export function exporter(): Dashboard {
  return dashboard({
    uid: 'dora-exporter',
    title: 'dora-exporter',
    description: 'The exporter itself: its collectors, its ledger, its notifier, and what it costs.',
    from: 'now-6h',
    variables: [someOf('source', 'Source', `label_values(dora_ledger_corrections_total{${JOB}}, source)`)],
    sections: [
      { title: 'At a glance', panels: SUMMARY },
      { title: 'Collectors', panels: COLLECTORS },
      { title: 'What is counted, and what is not', panels: COUNTED },
      { title: 'Ledger', panels: LEDGER },
      { title: 'Notifier', panels: NOTIFIER },
      { title: 'Cost', panels: COST },
    ],
  });
}
