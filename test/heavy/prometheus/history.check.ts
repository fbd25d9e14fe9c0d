import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seedStory } from '../../../src/demo/story/seed-story.ts';
import { Stage } from '../../e2e/stage.ts';
import type { Loopback } from '../../support/loopback.ts';
import type { Program } from '../../support/program.ts';
import { configure } from '../support/configure.ts';
import { type Labels, Prometheus } from '../support/prometheus.ts';
import { startTextProxy } from '../support/text-proxy.ts';

const DAYS = 90;
const JOBS = ['openmetrics', 'text'] as const;
const COUNTERS = [
  'dora_deployments_total',
  'dora_change_failures_total',
  'dora_rework_deployments_total',
  'dora_recovery_time_seconds_count',
  'dora_recovery_time_seconds_sum',
  'dora_recovery_time_seconds_bucket',
  'dora_deployment_duration_seconds_count',
  'dora_deployment_duration_seconds_sum',
  'dora_deployment_duration_seconds_bucket',
];

/** What Prometheus itself adds to each target. */
const ADDED = 'up|scrape_.*';

/** What Node.js is doing just then: a series of these is there only while something of its type runs. */
const MOMENTARY = 'nodejs_active_.*';

describe('a real Prometheus sees the first read of 90 days', () => {
  let stage: Stage;
  let program: Program;
  let proxy: Loopback;
  let prometheus: Prometheus;

  beforeAll(async () => {
    stage = await Stage.open();
    seedStory(stage.woodpecker.state, { seed: 7, now: Date.now(), days: DAYS });
    configure(stage);
    // Prometheus shall have seen the page before there is any history on it.
    stage.woodpecker.faults.add({ kind: 'status', status: 503 });
    program = await stage.start();
    proxy = await startTextProxy(() => program.url);
    prometheus = await Prometheus.start({ openmetrics: program.url, text: proxy.url });
    await prometheus.scrapes(JOBS, 2);
    expect(await prometheus.query('count(dora_deployments_total)')).toEqual([]);

    stage.woodpecker.faults.clear();
    await prometheus.some('dora_collector_up == 1');
    await prometheus.scrapes(JOBS, 5);
  });

  afterAll(async () => {
    await prometheus?.[Symbol.asyncDispose]();
    await proxy?.[Symbol.asyncDispose]();
    await program?.[Symbol.asyncDispose]();
    await stage?.[Symbol.asyncDispose]();
  });

  it.each(COUNTERS)('increase(%s) is 0 for every target', async (name) => {
    const selector = `{__name__="${name}", job="openmetrics"}`;
    const totals = await prometheus.query(selector);
    expect(Math.max(...totals.map(({ value }) => value))).toBeGreaterThan(0);
    const risen = await prometheus.query(`increase(${selector}[5m])`);
    expect(risen).toHaveLength(totals.length);
    expect(risen.filter(({ value }) => value !== 0)).toEqual([]);
  });

  it('every sample of a total is the first one: no half of a history was shown', async () => {
    const series = await prometheus.stored(`{__name__=~"${COUNTERS.join('|')}"}`);
    expect(series.length).toBeGreaterThan(100);
    expect(series.filter(({ samples }) => new Set(samples.map(({ value }) => value)).size !== 1)).toEqual([]);
  });

  it('both formats give the same series', async () => {
    const seen = async (job: string) => {
      const series = await prometheus.stored(`{job="${job}", __name__!~"${ADDED}|${MOMENTARY}"}`);
      return new Set(series.map(({ labels }) => nameOf(labels)));
    };
    const onlyInOne = async () => [...(await seen('openmetrics')).symmetricDifference(await seen('text'))];
    // One job may see what comes up before the other.
    await expect.poll(onlyInOne, { timeout: 20_000 }).toEqual([]);
    const ours = [...(await seen('text'))].filter((name) => name.startsWith('dora_'));
    expect(ours.length).toBeGreaterThan(200);
  });

  it.each(JOBS)('what is scraped in %s gives no cause for complaint, and has no series twice', async (job) => {
    expect(await prometheus.one(`up{job="${job}"} == 1`)).toBe(1);
    const scraped = await prometheus.one(`scrape_samples_scraped{job="${job}"}`);
    expect(scraped).toBeGreaterThan(0);
    const difference = `scrape_samples_scraped{job="${job}"} - on(job) count by (job) ({job="${job}", __name__!~"${ADDED}"})`;
    expect(await prometheus.one(difference)).toBe(0);
    expect(prometheus.complaints).toEqual([]);
  });

  it('stores exemplars from OpenMetrics that name the deployment', async () => {
    const from = Math.floor(Date.now() / 1000) - (DAYS + 1) * 86_400;
    const ids = new Set(await upstreamIds(program));
    for (const selector of ['dora_deployments_total', 'dora_recovery_time_seconds_bucket']) {
      const found = await prometheus.exemplars(selector, from);
      expect(found.length).toBeGreaterThan(0);
      expect(new Set(found.map(({ seriesLabels }) => seriesLabels['job']))).toEqual(new Set(['openmetrics']));
      for (const { exemplars } of found)
        for (const { labels } of exemplars) expect(ids).toContain(labels['deployment_id']);
    }
  });
});

/**
 * One text for one series, without what Prometheus knows of where it comes from. Of what Node.js tells of itself the
 * name alone: which kinds of resources are in use is another matter at each scrape.
 */
function nameOf({ job: _job, instance: _instance, __name__: name = '', ...labels }: Labels): string {
  return name.startsWith('dora_') ? `${name}${JSON.stringify(Object.entries(labels).sort())}` : name;
}

/** Of all deployments, by which the exemplars name them. */
async function upstreamIds(program: Program): Promise<string[]> {
  const ids: string[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const answer = await fetch(`${program.url}/api/v1/deployments?limit=500${cursor && `&cursor=${cursor}`}`);
    const page = (await answer.json()) as { items: { upstream_id: string }[]; next: string | null };
    ids.push(...page.items.map(({ upstream_id }) => upstream_id));
    cursor = page.next;
  }
  return ids;
}
