import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { CHART } from '../../../scripts/chart/generated.ts';
import { FAULTY } from '../../../src/demo/story/faulty-service.ts';
import { DEMO_SINK } from '../../../src/demo/story/polled-errors.ts';
import { committedDashboards, type DashboardJson } from '../../support/dashboards.ts';
import { fencedPromql } from '../../support/fenced-promql.ts';
import { type Asked, askPanels } from '../support/ask-panels.ts';
import { DEMO_JOB, DemoPrometheus } from '../support/demo-prometheus.ts';

/** Queries of documents that tell what is wrong: nothing, while all is well. Without their last comparison each gives data. */
const EMPTY_WHEN_WELL = [
  'dora_collector_up == 0',
  'time() - dora_collector_last_success_timestamp_seconds > 900',
  'increase(dora_collector_poll_failures_total[1h]) > 0',
  'sum by (source, reason) (increase(dora_collector_poll_failures_total[30m])) > 0',
  'dora_notifier_room_blocked == 1',
  'increase(dora_notifications_total{outcome="parked"}[1h]) > 0',
  'time() - dora_notifier_heartbeat_timestamp_seconds > 26 * 3600',
  'dora_exporter_targets_dropped > 0',
];
/** Only while a message waits, or an incident of unknown age is open, of which the demo has none. */
const MAY_BE_EMPTY = [
  'time() - dora_notifications_oldest_pending_timestamp_seconds > 600',
  'time() - dora_notifications_oldest_pending_timestamp_seconds',
  'dora_incident_open == 1 unless dora_incident_open_since_timestamp_seconds',
];

const ALL = { job: DEMO_JOB, source: '.+', environment: '.+', team: '.*', app: '.+', window: '30d', report: '2024' };

/** The demo fails every few minutes: what is shown only while something is wrong is there within them. */
const PATIENCE = { timeout: 300_000, interval: 1_000 };

describe('a real Prometheus that scraped the demo, evaluates the rules and was given the past', () => {
  let demo: DemoPrometheus;

  beforeAll(async () => {
    const rules = readdirSync(join(CHART, 'rules')).map((file) => join(CHART, 'rules', file));
    demo = await DemoPrometheus.start({ since: '35d', step: '1h', rules });
  }, 300_000);

  afterAll(async () => {
    await demo?.[Symbol.asyncDispose]();
  });

  it('has its past, too', async () => {
    expect(await demo.prometheus.one('count(dora_window_deployments) > 0')).toBeGreaterThan(0);
    expect(await demo.prometheus.one('sum(increase(dora_deployments_total[30d]))')).toBeGreaterThan(100);
  });

  it.each(committedDashboards())(
    'answers every query of $file',
    async ({ json }) => {
      let asked: readonly Asked[] = [];
      await vi
        .waitFor(async () => {
          asked = await askAll(json, json.uid === 'dora-app' ? await someApps() : [ALL]);
          expect(asked.filter(({ inRange }) => inRange === 0)).toEqual([]);
        }, PATIENCE)
        .finally(() => {
          process.stdout.write(`${json.title}: series now, and in the time range\n${asked.map(line).join('\n')}\n`);
        });
    },
    400_000,
  );

  it('answers every query of the documents and runbooks that is not empty when all is well', async () => {
    const fenced = fencedPromql();
    const may = [...EMPTY_WHEN_WELL, ...MAY_BE_EMPTY];
    expect(may.filter((each) => fenced.every(({ query }) => query !== each))).toEqual([]);
    const ask = async (query: string) => (await demo.prometheus.query(query)).length;
    await vi.waitFor(async () => {
      const answers = await Promise.all(fenced.map(async (one) => ({ ...one, series: await ask(one.query) })));
      expect(answers.filter(({ query, series }) => series === 0 && !may.includes(query))).toEqual([]);
    }, PATIENCE);
    for (const query of EMPTY_WHEN_WELL)
      expect(await ask(query.replace(/ [=>]+ [\d* ]+$/, '')), query).toBeGreaterThan(0);
  }, 400_000);

  /** No app has everything: one that failed and recovered, one that is failing, one that posts errors, and one that a polled sink names. */
  async function someApps(): Promise<readonly Readonly<Record<string, string>>[]> {
    const recovered = 'dora_recovery_time_seconds_count > 0 and on (app) dora_lead_time_seconds_count > 0';
    const failing = 'dora_incident_open_since_timestamp_seconds';
    const found = await Promise.all(
      [recovered, failing].map((series) => demo.prometheus.some(`group by (app, environment) (${series})`)),
    );
    return [
      ...found.map(([one]) => ({ ...ALL, ...one?.labels })),
      ...[FAULTY.fullName, DEMO_SINK.subsystem].map((app) => ({ ...ALL, app, environment: 'production' })),
    ];
  }

  /** Each query with that choice of the variables for which it gave most. */
  async function askAll(json: DashboardJson, choices: readonly Readonly<Record<string, string>>[]) {
    const [first = [], ...others] = await Promise.all(
      choices.map((variables) => askPanels(demo.prometheus, json, variables)),
    );
    return first.map((asked, index) =>
      others.reduce((most, answers) => {
        const other = answers[index];
        return other !== undefined && other.inRange > most.inRange ? other : most;
      }, asked),
    );
  }
});

function line({ panel, refId, now, inRange }: Asked): string {
  return `  ${panel} ${refId}: ${now}, ${inRange}${inRange === 0 ? ' (EMPTY)' : ''}`;
}
