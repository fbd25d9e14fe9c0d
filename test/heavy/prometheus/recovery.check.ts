import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Repo } from '../../../src/demo/woodpecker/model.ts';
import { Stage } from '../../e2e/stage.ts';
import type { Program } from '../../support/program.ts';
import { configure } from '../support/configure.ts';
import { Prometheus } from '../support/prometheus.ts';

/** Totals, which only grow. */
const TOTALS = '{__name__=~"dora_.*(_total|_bucket|_sum|_count)", app="acme/shop"}';
const SUCCESSES = 'dora_deployments_total{outcome="success"}';

describe('F at 100, F at 200, S at 400, S at 900 (B6), through restarts (B8)', () => {
  let stage: Stage;
  let repo: Repo;
  let program: Program;
  let prometheus: Prometheus;

  beforeAll(async () => {
    stage = await Stage.open();
    repo = stage.repo('acme/shop');
    stage.push(repo, 'failure', 100);
    stage.push(repo, 'failure', 200);
    stage.push(repo, 'success', 400);
    stage.push(repo, 'success', 900);
    configure(stage);
    program = await stage.start();
    prometheus = await Prometheus.start({ exporter: program.url });
    await prometheus.some('dora_recovery_time_seconds_count');
  });

  afterAll(async () => {
    await prometheus?.[Symbol.asyncDispose]();
    await program?.[Symbol.asyncDispose]();
    await stage?.[Symbol.asyncDispose]();
  });

  it('the mean of the histogram and the difference of the timestamps give 300 s', async () => {
    await giveTheRecoveryTime();
  });

  it.each(['SIGTERM', 'SIGKILL'] as const)(
    'after %s and a restart nothing went down, and nothing was lost',
    async (signal) => {
      const before = await prometheus.one(SUCCESSES);
      const address = new URL(program.url).host;
      program.signal(signal);
      await program.ended;
      // What happens while it is away is an increase too.
      stage.push(repo, 'success', 86_400);
      await prometheus.some('up == 0');
      program = await stage.start(`--web.listen-address=${address}`);
      expect(await prometheus.one(`${SUCCESSES} > ${before}`)).toBe(before + 1);
      await prometheus.scrapes(['exporter'], 2);

      const series = await prometheus.stored(TOTALS);
      expect(series.length).toBeGreaterThan(20);
      for (const { labels, samples } of series) {
        const values = samples.map(({ value }) => value);
        expect(values, JSON.stringify(labels)).toEqual(values.toSorted((a, b) => a - b));
      }
      const resets = await prometheus.query('resets(dora_deployments_total[1h])');
      expect(resets.map(({ value }) => value)).toEqual([0, 0]);
      const failures = await prometheus.stored('dora_deployments_total{outcome="failure"}');
      expect(new Set(failures.flatMap(({ samples }) => samples.map(({ value }) => value)))).toEqual(new Set([2]));
      await giveTheRecoveryTime();
    },
  );

  async function giveTheRecoveryTime(): Promise<void> {
    expect(await prometheus.one('dora_recovery_time_seconds_count')).toBe(1);
    expect(await prometheus.one('dora_recovery_time_seconds_sum / dora_recovery_time_seconds_count')).toBe(300);
    expect(await prometheus.one('(dora_deployment_recovery_timestamp - dora_deployment_failure_timestamp) > 0')).toBe(
      300,
    );
  }
});
