import { CALM } from './fields.ts';
import { distribution, heatmap } from './panels.ts';
import { ONE_APP } from './selectors.ts';

const LEADS =
  'The violet marks are exemplars: with the link that docs/dashboards.md sets up, each leads to its deployment.';

function buckets(metric: string): string {
  return `sum by (le) (increase(${metric}{${ONE_APP}}[$__rate_interval]))`;
}

function ofAllHistory(title: string, metric: string, what: string, by = 'source') {
  return distribution(
    {
      title,
      description: `${what} of all known history, by bucket, each up to its bound. There from the first scrape on.`,
      span: 8,
      height: 9,
      unit: 'short',
      decimals: 0,
      noValue: 'none known',
      steps: [CALM],
    },
    `sum by (le) (max by (${by}, le) (${metric}{${ONE_APP}}))`,
  );
}

function asHeatmap(title: string, metric: string, what: string) {
  return heatmap(
    { title, description: `${what} over time. ${LEADS}`, span: 8, height: 9, unit: 's', noValue: 'none known' },
    buckets(metric),
  );
}

/** How the times of one app are spread: over time, and in all. */
export const DISTRIBUTIONS = [
  asHeatmap('Times to recover', 'dora_recovery_time_seconds_bucket', 'How long incidents lasted that recovered'),
  asHeatmap('Lead times', 'dora_lead_time_seconds_bucket', 'How long changes took from commit to deployed'),
  asHeatmap(
    'Durations of deployments',
    'dora_deployment_duration_seconds_bucket',
    'How long successful deployments ran',
  ),
  ofAllHistory('Times to recover, all', 'dora_recovery_time_seconds_bucket', 'Recovered incidents', 'source, kind'),
  ofAllHistory('Lead times, all', 'dora_lead_time_seconds_bucket', 'Changes'),
  ofAllHistory('Durations, all', 'dora_deployment_duration_seconds_bucket', 'Successful deployments'),
];
