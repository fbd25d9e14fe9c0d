import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seedStory } from '../../../src/demo/story/seed-story.ts';
import { goodPoll, pageWith, Stage } from '../../e2e/stage.ts';
import { type Program, runProgram } from '../../support/program.ts';
import { Prometheus } from '../support/prometheus.ts';
import { requireTool, runTool } from '../support/tool.ts';

const APP = 'acme/shop';
const SUCCESSES = `dora_deployments_total{app="${APP}", outcome="success", job="dora"}`;
const RECOVERED = `dora_recovery_time_seconds_sum{app="${APP}", job="dora"}`;

describe('a real Prometheus that is given the past', () => {
  const data = mkdtempSync(join(tmpdir(), 'dora-exporter-blocks-'));
  let stage: Stage;
  let shop: ReturnType<Stage['repo']>;
  let program: Program;
  let prometheus: Prometheus;
  /** Seconds since the epoch: where the past ends. */
  let end = 0;

  beforeAll(async () => {
    requireTool('promtool', 'scripts/install-prometheus');
    stage = await Stage.open();
    seedStory(stage.woodpecker.state, { seed: 7, now: Date.now(), days: 60 });
    shop = stage.repo(APP);
    for (let day = -40; day <= 0; day += 1) {
      stage.push(shop, 'failure', day * 86_400);
      stage.push(shop, 'success', day * 86_400 + 900);
    }
    program = await stage.start();
    await goodPoll(program);
    await pageWith(
      program,
      (page) => page.value('dora_deployments_total', { app: APP, outcome: 'success' }) === 41,
      'the shop',
    );

    end = Math.floor(Date.now() / 1000);
    const labels = [`--label=job=dora`, `--label=instance=${new URL(program.url).host}`];
    const until = `--until=${new Date(end * 1000).toISOString()}`;
    const { code, stdout, stderr } = await runProgram([
      ...['export', `--config.file=${stage.config}`, '--since=50d', until],
      ...labels,
    ]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const file = join(data, 'past.om');
    writeFileSync(file, stdout);
    const made = await runTool('promtool', [
      ...['tsdb', 'create-blocks-from', '--max-block-duration=768h', 'openmetrics', file, join(data, 'tsdb')],
    ]);
    expect(made.code, made.stderr).toBe(0);
    prometheus = await Prometheus.start({ dora: program.url }, {}, { data: join(data, 'tsdb') });
  }, 180_000);

  afterAll(async () => {
    await prometheus?.[Symbol.asyncDispose]();
    await program?.[Symbol.asyncDispose]();
    await stage?.[Symbol.asyncDispose]();
    rmSync(data, { recursive: true, force: true });
  });

  it('one query spans the seam: the increase over it is exact, before and after something new', async () => {
    const before = end - 20 * 86_400;
    // Whole hours have a sample: a range from there to the latest sample needs no extrapolation.
    const from = Math.ceil(before / 3600) * 3600;
    stage.push(shop, 'success', Math.floor(Date.now() / 1000) - stage.epoch - 1);
    const grown = await pageWith(
      program,
      (page) => page.value('dora_deployments_total', { app: APP, outcome: 'success' }) === 42,
      'the new deployment',
    );
    await prometheus.some(`${SUCCESSES} == 42`);
    const latest = (await prometheus.stored(SUCCESSES, '5m'))[0]?.samples.at(-1);
    if (latest === undefined) throw new Error('nothing was scraped');
    const range = `${Math.round((latest.at - from) * 1000)}ms`;
    const increase = async (series: string) =>
      (await prometheus.queryAt(`increase(${series}[${range}])`, latest.at))[0]?.value;
    const ended = Array.from({ length: 41 }, (_, n) => stage.epoch + (n - 40) * 86_400 + 900).filter((at) => at > from);
    expect(await increase(SUCCESSES)).toBeCloseTo(ended.length + 1, 6);
    expect(await increase(RECOVERED)).toBeCloseTo(ended.length * 900, 3);
    expect(grown.value('dora_recovery_time_seconds_sum', { app: APP })).toBe(41 * 900);
    // One series, not two: the past and the present have the same labels.
    expect(await prometheus.queryAt(`count(count_over_time(${SUCCESSES}[${range}]))`, latest.at)).toMatchObject([
      { value: 1 },
    ]);
    expect(await prometheus.queryAt(`resets(${SUCCESSES}[${range}])`, latest.at)).toMatchObject([{ value: 0 }]);
  });

  it.each([
    'dora_deployments_total',
    'dora_change_failures_total',
    'dora_rework_deployments_total',
    'dora_recovery_time_seconds_count',
    'dora_recovery_time_seconds_sum',
    'dora_deployment_duration_seconds_count',
    'dora_deployment_duration_seconds_sum',
  ])('%s falls nowhere, and joins the live series of every target', async (name) => {
    const selector = `${name}{job="dora"}`;
    expect(await prometheus.one(`sum(resets(${selector}[55d]))`)).toBe(0);
    const live = await prometheus.one(`count(${selector})`);
    expect(live).toBeGreaterThanOrEqual(11);
    expect(await prometheus.one(`count(last_over_time(${selector}[55d]))`)).toBe(live);
    expect(await prometheus.one(`count(last_over_time(${selector}[30d] offset 1h))`)).toBe(live);
  });

  it('the past of a gauge is there', async () => {
    const noon = Math.ceil((stage.epoch - 10 * 86_400) / 3600) * 3600;
    const lasts = `dora_deployment_last_success_timestamp{app="${APP}", job="dora"}`;
    const [value] = await prometheus.queryAt(lasts, noon);
    expect(value?.value).toBeLessThanOrEqual(noon);
    expect(value?.value).toBeGreaterThan(noon - 86_400);
  });
});
