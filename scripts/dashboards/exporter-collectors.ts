import { BAD, GOOD, PLAIN, WORSE } from './fields.ts';
import { query, table, timeseries } from './panels.ts';
import { COLLECTOR, shown } from './selectors.ts';

const COUNT = { unit: 'short', decimals: 0 } as const;
const TROUBLE = { ...COUNT, steps: [PLAIN, [1, WORSE]], colored: 'text' } as const;

/**
 * The reasons that happened, and one line at 0 for a source for which none did: a dozen lines at 0 would say no more, and an
 * empty panel does not tell all is well from nothing being scraped.
 */
function orNone(sum: string, by: string): string {
  const whole = sum.replaceAll('BY', `source, ${by}`);
  return `(${whole} > 0)\n  or on (source) ${sum.replaceAll('BY', 'source')}`;
}

/** Whether each source is read. */
export const COLLECTORS = [
  table(
    {
      title: 'Sources',
      description:
        'Each polled source: whether the last poll was complete and good, how long ago one was, what it listed, and what was lost. None listed although the token is good: it lacks permission.',
      span: 24,
      height: 8,
      unit: 'short',
      noValue: '',
    },
    { source: { title: 'Source' } },
    [
      {
        title: 'Last poll',
        expr: shown('dora_collector_up', COLLECTOR, 'source'),
        style: {
          unit: 'short',
          states: { '0': { text: 'failed', color: BAD }, '1': { text: 'good', color: GOOD } },
          colored: 'text',
        },
      },
      {
        title: 'Last good poll, ago',
        expr: `time() - ${shown('dora_collector_last_success_timestamp_seconds', COLLECTOR, 'source')}`,
        style: { unit: 's', steps: [PLAIN, [1800, BAD]], colored: 'text' },
      },
      {
        title: 'Listed',
        expr: shown('dora_collector_targets', COLLECTOR, 'source'),
        style: { ...COUNT, steps: [BAD, [1, PLAIN]], colored: 'text' },
      },
      {
        title: 'Polls, 1h',
        expr: `sum by (source) (increase(dora_collector_polls_total{${COLLECTOR}}[1h]))`,
        style: COUNT,
      },
      {
        title: 'Failed, 1h',
        expr: `sum by (source) (increase(dora_collector_poll_failures_total{${COLLECTOR}}[1h]))`,
        style: TROUBLE,
      },
      { title: 'Gaps', expr: shown('dora_collector_gaps_total', COLLECTOR, 'source'), style: TROUBLE },
      { title: 'Targets dropped', expr: shown('dora_exporter_targets_dropped', COLLECTOR, 'source'), style: TROUBLE },
    ],
    { column: 'Last good poll, ago', descending: true },
  ),
  timeseries(
    {
      title: 'Failed polls by reason',
      description: 'Polls a second that were not complete and good. A line at 0 without a reason: none failed.',
      span: 8,
      height: 8,
      unit: 'cps',
    },
    { min: 0 },
    query(
      orNone(`sum by (BY) (rate(dora_collector_poll_failures_total{${COLLECTOR}}[$__rate_interval]))`, 'reason'),
      '{{source}} {{reason}}',
    ),
  ),
  timeseries(
    {
      title: 'Duration of polls, p95',
      description: 'Whole polls, good or not: the 95th percentile, between the bounds of its buckets.',
      span: 8,
      height: 8,
      unit: 's',
    },
    { min: 0 },
    query(
      `histogram_quantile(0.95, sum by (source, le) (rate(dora_collector_poll_duration_seconds_bucket{${COLLECTOR}}[$__rate_interval])))`,
      '{{source}}',
    ),
  ),
  timeseries(
    {
      title: 'Requests by answer',
      description: 'Requests a second to the upstreams, by HTTP status; error: there was no answer.',
      span: 8,
      height: 8,
      unit: 'reqps',
    },
    { min: 0 },
    query(
      `sum by (source, code) (rate(dora_collector_requests_total{${COLLECTOR}}[$__rate_interval]))`,
      '{{source}} {{code}}',
    ),
  ),
];

/** What the program made of what it read. */
export const COUNTED = [
  timeseries(
    {
      title: 'Rows that are no deployments',
      description:
        'Upstream rows of the last hour that were not counted, by reason: docs/definitions.md lists them. A line at 0 without a reason: none.',
      span: 8,
      height: 8,
      unit: 'short',
    },
    { min: 0 },
    query(
      orNone(`sum by (BY) (increase(dora_deployments_ignored_total{${COLLECTOR}}[1h]))`, 'reason'),
      '{{source}} {{reason}}',
    ),
  ),
  timeseries(
    {
      title: 'Changes without a lead time',
      description:
        'Changes of the last hour whose lead time is not known, by reason. A line at 0 without a reason: none.',
      span: 8,
      height: 8,
      unit: 'short',
    },
    { min: 0 },
    query(
      orNone(`sum by (BY) (increase(dora_lead_time_unknown_total{${COLLECTOR}}[1h]))`, 'reason'),
      '{{source}} {{reason}}',
    ),
  ),
  timeseries(
    {
      title: 'Incidents opened and closed',
      description:
        'Attempts of the last hour to open, extend or close an incident that changed it, by what became of them. A line at 0 without an operation: none.',
      span: 8,
      height: 8,
      unit: 'short',
    },
    { min: 0 },
    query(
      orNone(
        `sum by (BY) (increase(dora_incident_transitions_total{${COLLECTOR}, outcome!="noop"}[1h]))`,
        'kind, operation, outcome',
      ),
      '{{source}} {{kind}} {{operation}} {{outcome}}',
    ),
  ),
];
