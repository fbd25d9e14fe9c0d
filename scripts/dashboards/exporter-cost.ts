import { query, timeseries } from './panels.ts';
import { JOB } from './selectors.ts';

/** What the exporter takes, of its machine and of Prometheus. */
export const COST = [
  timeseries(
    {
      title: 'Series',
      description: 'Series of targets on the page, which series_limit bounds, and all samples of a scrape.',
      span: 8,
      height: 8,
      unit: 'short',
    },
    { min: 0 },
    query(`max by (job) (dora_exporter_series{${JOB}})`, 'of targets {{job}}'),
    query(`max by (job) (scrape_samples_scraped{${JOB}})`, 'all samples {{job}}'),
  ),
  timeseries(
    {
      title: 'Targets dropped',
      description:
        'Targets that are left out of the page because of a limit, by source. Nothing is lost from the ledger.',
      span: 8,
      height: 8,
      unit: 'short',
    },
    { min: 0 },
    query(`max by (source) (dora_exporter_targets_dropped{${JOB}})`, '{{source}}'),
  ),
  timeseries(
    { title: 'Scrapes', description: 'How long Prometheus takes to scrape it.', span: 8, height: 8, unit: 's' },
    { min: 0 },
    query(`max by (job) (scrape_duration_seconds{${JOB}})`, '{{job}}'),
  ),
  timeseries(
    { title: 'Processor', description: 'Cores that each replica uses.', span: 8, height: 8, unit: 'short' },
    { min: 0 },
    query(`sum by (job, instance) (rate(process_cpu_seconds_total{${JOB}}[$__rate_interval]))`, '{{job}} {{instance}}'),
  ),
  timeseries(
    {
      title: 'Memory',
      description: 'Resident memory of each replica, and the part that JavaScript objects take.',
      span: 8,
      height: 8,
      unit: 'bytes',
    },
    { min: 0 },
    query(`sum by (job, instance) (process_resident_memory_bytes{${JOB}})`, 'resident {{instance}}'),
    query(`sum by (job, instance) (nodejs_heap_size_used_bytes{${JOB}})`, 'objects {{instance}}'),
  ),
  timeseries(
    {
      title: 'Event loop, p99',
      description:
        'How long the program is busy with one thing before it turns to the next: the 99th percentile since the last scrape.',
      span: 8,
      height: 8,
      unit: 's',
    },
    { min: 0 },
    query(`max by (job, instance) (nodejs_eventloop_lag_p99_seconds{${JOB}})`, '{{job}} {{instance}}'),
  ),
];
