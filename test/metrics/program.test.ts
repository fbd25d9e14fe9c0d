import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Gauge, Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { FAILURE_REASONS } from '../../src/domain/observation.ts';
import { promText } from '../../src/metrics/prom-text.ts';
import { changes, NOW, OPEN_METRICS, open, page, values, WOODPECKER } from './support.ts';

const W = 'source="woodpecker"';

describe('collectors', () => {
  it('B14, B15: a poll that failed is counted by its reason, takes up down, and leaves the last success alone', async () => {
    const metrics = open({ successes: [{ source: 'woodpecker', at: NOW }] });
    metrics.observe({ kind: 'poll', source: 'woodpecker', at: NOW + 1000, tookMs: 250, failure: null, detail: null });
    expect(values(await page(metrics), 'dora_collector_up')).toEqual({ [W]: 1 });
    metrics.observe({
      kind: 'poll',
      source: 'woodpecker',
      at: NOW + 2000,
      tookMs: 60_000,
      failure: 'timeout',
      detail: 'too slow',
    });
    const body = await page(metrics);
    expect(values(body, 'dora_collector_up')).toEqual({ [W]: 0 });
    expect(values(body, 'dora_collector_polls_total')).toEqual({ [W]: 2 });
    expect(values(body, 'dora_collector_poll_failures_total')[`${W},reason="timeout"`]).toBe(1);
    expect(values(body, 'dora_collector_poll_duration_seconds_sum')).toEqual({ [W]: 60.25 });
    expect(values(body, 'dora_collector_poll_duration_seconds_bucket')[`${W},le="0.25"`]).toBe(1);
    expect(values(body, 'dora_collector_last_success_timestamp_seconds')).toEqual({ [W]: 1_750_000_000 });
  });

  it('stamps the last success when the ledger committed it', async () => {
    const metrics = open();
    expect(values(await page(metrics), 'dora_collector_last_success_timestamp_seconds')).toEqual({});
    metrics.apply(changes({ successes: [{ source: 'woodpecker', at: NOW + 500 }] }));
    expect(values(await page(metrics), 'dora_collector_last_success_timestamp_seconds')).toEqual({
      [W]: 1_750_000_000.5,
    });
  });

  it('begins every known series of a configured source at 0', async () => {
    const body = await page(open({ sources: [{ ...WOODPECKER, ignoredReasons: ['gone', 'killed'] }] }));
    expect(values(body, 'dora_collector_poll_failures_total')).toEqual(
      Object.fromEntries(FAILURE_REASONS.map((reason) => [`${W},reason="${reason}"`, 0])),
    );
    expect(values(body, 'dora_deployments_ignored_total')).toEqual({
      [`${W},reason="gone"`]: 0,
      [`${W},reason="killed"`]: 0,
    });
    const transitions = values(body, 'dora_incident_transitions_total');
    const recovered = `${W},kind="deployment",operation="close",outcome="recovered",origin="poll"`;
    expect(transitions[recovered]).toBe(0);
    expect(Object.keys(transitions).filter((labels) => labels.includes('backfill'))).toEqual([]);
    for (const family of ['dora_collector_gaps_total', 'dora_ledger_corrections_total']) {
      expect(values(body, family)).toEqual({ [W]: 0 });
    }
  });

  it('adds what the ledger counts to what it had counted before the start', async () => {
    const ignored = { counter: 'ignored', source: 'woodpecker', labels: { reason: 'killed' } } as const;
    const opened = { kind: 'deployment', operation: 'open', outcome: 'done', origin: 'poll' };
    const metrics = open({ counts: [{ ...ignored, by: 40 }] });
    metrics.apply(
      changes({
        counts: [
          { ...ignored, by: 2 },
          { counter: 'transitions', source: 'woodpecker', labels: opened, by: 3 },
          { counter: 'gaps', source: 'woodpecker', labels: {}, by: 4 },
          { counter: 'corrections', source: 'woodpecker', labels: {}, by: 5 },
        ],
      }),
    );
    const body = await page(metrics);
    expect(values(body, 'dora_deployments_ignored_total')).toEqual({ [`${W},reason="killed"`]: 42 });
    const labels = `${W},kind="deployment",operation="open",outcome="done",origin="poll"`;
    expect(values(body, 'dora_incident_transitions_total')[labels]).toBe(3);
    expect(values(body, 'dora_collector_gaps_total')).toEqual({ [W]: 4 });
    expect(values(body, 'dora_ledger_corrections_total')).toEqual({ [W]: 5 });
  });

  it('a source that is no longer configured takes all its series along; its counters go on when it is back', async () => {
    const metrics = open({ successes: [{ source: 'woodpecker', at: NOW }] });
    metrics.observe({ kind: 'poll', source: 'woodpecker', at: NOW, tookMs: 5, failure: null, detail: null });
    metrics.observe({ kind: 'listed', source: 'woodpecker', targets: 12 });
    metrics.observe({ kind: 'request', source: 'woodpecker', code: '200' });
    metrics.setSources([]);
    metrics.apply(changes({ counts: [{ counter: 'gaps', source: 'woodpecker', labels: {}, by: 1 }] }));
    expect(await page(metrics)).not.toContain('woodpecker');

    metrics.setSources([WOODPECKER]);
    const body = await page(metrics);
    expect(values(body, 'dora_collector_gaps_total')).toEqual({ [W]: 1 });
    expect(values(body, 'dora_collector_polls_total')).toEqual({ [W]: 1 });
    expect(values(body, 'dora_collector_last_success_timestamp_seconds')).toEqual({ [W]: 1_750_000_000 });
    expect(values(body, 'dora_collector_up')).toEqual({});
    expect(values(body, 'dora_collector_targets')).toEqual({});
  });
});

describe('the program', () => {
  it('shows what it was told, and nothing of what it was not', async () => {
    const metrics = open();
    const gauges = [
      'dora_ledger_last_commit_timestamp_seconds',
      'dora_ledger_sweep_last_success_timestamp_seconds',
      'dora_config_last_reload_success_timestamp_seconds',
    ];
    const before = await page(metrics);
    for (const gauge of gauges) expect(values(before, gauge)).toEqual({});
    metrics.observe({ kind: 'committed', at: NOW });
    metrics.observe({ kind: 'sweep_done', at: NOW + 1000 });
    metrics.observe({ kind: 'reloaded', at: NOW + 2000 });
    metrics.observe({ kind: 'swept', table: 'deployments', rows: 7 });
    metrics.observe({ kind: 'swept', table: 'deployments', rows: 5 });
    const body = await page(metrics);
    expect(gauges.map((gauge) => values(body, gauge)[''])).toEqual([1_750_000_000, 1_750_000_001, 1_750_000_002]);
    expect(values(body, 'dora_ledger_swept_rows_total')).toEqual({ 'table="deployments"': 12 });
    expect(body).toContain('dora_exporter_build_info{version="1.2.3",revision="abc",node="v26"} 1\n');
    expect(values(body, 'dora_exporter_leader')).toEqual({ '': 1 });
  });

  it.each([null, OPEN_METRICS])(
    'has the metrics of process and Node.js, none of them a gauge named _total (%s)',
    async (accept) => {
      const body = await page(open(), accept);
      expect(body).toMatch(/^process_cpu_seconds_total \d/m);
      expect(body).toMatch(/^nodejs_heap_size_used_bytes \d/m);
      expect(body).not.toMatch(/^# TYPE \w+_total gauge$/m);
    },
  );

  it('shows the same in text after OpenMetrics was asked for', async () => {
    const metrics = open();
    await page(metrics, OPEN_METRICS);
    expect(await page(metrics)).toContain('# TYPE dora_collector_polls_total counter\n');
  });
});

describe('a broken part', () => {
  it('B14: a metric that throws costs its own samples and nothing else, and is told of', async () => {
    const errors: unknown[] = [];
    const broken = new Error('no such file');
    const registry = new Registry();
    new Gauge({
      name: 'broken',
      help: 'Throws.',
      registers: [registry],
      collect: () => {
        throw broken;
      },
    });
    new Gauge({ name: 'whole', help: 'Works.', registers: [registry] }).set(5);
    const body = await promText(
      registry,
      'text',
      () => true,
      (error) => errors.push(error),
    );
    expect(errors).toEqual([broken]);
    expect(body).toBe('# HELP broken Throws.\n# TYPE broken gauge\n# HELP whole Works.\n# TYPE whole gauge\nwhole 5\n');
  });
});

it('lets the process end', async () => {
  const program = new URL('../../src/metrics/program.ts', import.meta.url);
  const script = `
    const { ProgramMetrics } = await import(${JSON.stringify(program.href)});
    const metrics = new ProgramMetrics({ version: '1', revision: '2', node: '3' }, console.error);
    await metrics.render('text', true);
    console.log('rendered');`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
    timeout: 20_000,
  });
  expect(stdout).toBe('rendered\n');
});
