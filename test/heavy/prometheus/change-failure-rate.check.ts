import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type SimulatedArgocd, startArgocd } from '../../../src/demo/argocd/start.ts';
import { continueStory } from '../../../src/demo/story/continue-story.ts';
import { continueRollouts, DEMO_ARGOCD_TOKEN, seedRollouts } from '../../../src/demo/story/rollout-story.ts';
import { seedStory } from '../../../src/demo/story/seed-story.ts';
import { createState } from '../../../src/demo/woodpecker/state.ts';
import { type Program, startProgram } from '../../support/program.ts';
import { Prometheus } from '../support/prometheus.ts';
import { RolloutRecord } from '../support/rollout-record.ts';

const SEED = 20261122;
const DEGRADED_FOR_S = 30;
/** Half of that: then no spell of Degraded is missed. */
const STEP_S = 15;
/** Time enough for everything in the story, as its own test has it. */
const STORY_S = 600;
const DAY_MS = 86_400_000;

const FAILURES = 'sum(increase(dora_change_failures_total{source="argocd"}[1h]))';
const DEPLOYMENTS = 'sum(increase(dora_deployments_total{source="argocd"}[1h]))';
const RATE = `${FAILURES} / (${DEPLOYMENTS} > 0)`;

let argocd: SimulatedArgocd;
let record: RolloutRecord;
let program: Program;
let prometheus: Prometheus;
let folder: string;
/** Milliseconds since the epoch: the servers' clock, which stands still but for the story. */
let now = Math.floor((Date.now() - DAY_MS) / 1000) * 1000;
const begin = now;
let tell: () => void;

beforeAll(async () => {
  argocd = await startArgocd({ version: '3.5.1', now: () => now });
  const builds = createState('3.17.0', () => now);
  record = new RolloutRecord(argocd.state, DEGRADED_FOR_S);
  seedStory(builds, { seed: SEED, now, days: 30 });
  seedRollouts(argocd.state, { seed: SEED, now, days: 30, builds });
  const steps = [continueStory(builds, { seed: SEED }), continueRollouts(argocd.state, { seed: SEED, builds })];
  tell = () => {
    for (const step of steps) step(now);
  };
  tell();
  folder = mkdtempSync(join(tmpdir(), 'dora-exporter-rate-'));
  writeFileSync(join(folder, 'token'), DEMO_ARGOCD_TOKEN);
  const source = { type: 'argocd', url: argocd.url, token_file: 'token', poll_interval: '1s' };
  writeFileSync(
    join(folder, 'config.yml'),
    JSON.stringify({
      web: { listen_address: '127.0.0.1:0' },
      ledger: 'sqlite:./dora.db',
      birth_hold: '3s',
      sources: [{ ...source, degraded_for: `${DEGRADED_FOR_S}s` }],
    }),
  );
  program = await startProgram([`--config.file=${join(folder, 'config.yml')}`]);
  prometheus = await Prometheus.start({ exporter: program.url });
});

afterAll(async () => {
  await prometheus?.[Symbol.asyncDispose]();
  await program?.[Symbol.asyncDispose]();
  await argocd?.close();
  rmSync(folder, { recursive: true, force: true });
});

it('the history of Argo CD alone, which knows no failures, shows no ratio', async () => {
  const applications = argocd.state.applications.size;
  await prometheus.some(`count(dora_deployments_total{source="argocd",outcome="success"} > 0) == ${applications}`);
  await prometheus.scrapes(['exporter'], 5);
  expect(await prometheus.one(DEPLOYMENTS)).toBe(0);
  expect(await prometheus.query(RATE)).toEqual([]);
});

it('the change failure rate of what followed is that of the server’s own record', async () => {
  for (let told = 0; told < STORY_S; told += STEP_S) {
    now += STEP_S * 1000;
    tell();
    await anotherList();
  }
  // What is Degraded at the end has then stood long enough to count.
  now += 10 * 60_000;
  await anotherList();
  const { deployments, failures } = record.between(begin / 1000, now / 1000);
  expect(deployments).toBeGreaterThan(10);
  expect(failures).toBeGreaterThan(2);

  const gained = async (name: string) => {
    const series = await prometheus.stored(`${name}{source="argocd"}`);
    return series.reduce((sum, { samples }) => sum + (samples.at(-1)?.value ?? 0) - (samples[0]?.value ?? 0), 0);
  };
  await expect.poll(() => gained('dora_deployments_total'), { timeout: 20_000 }).toBe(deployments);
  await expect.poll(() => gained('dora_change_failures_total'), { timeout: 20_000 }).toBe(failures);
  // `increase` guesses what lies between the ends of the window and the samples nearest to them.
  expect(await prometheus.one(RATE)).toBeCloseTo(failures / deployments, 2);
});

/** Waits until a list was asked for after now. */
async function anotherList(): Promise<void> {
  const asked = () => argocd.requests.filter(({ path }) => path.startsWith('/api/v1/applications?')).length;
  const before = asked();
  await program.until(() => asked() > before, 'another list');
}
