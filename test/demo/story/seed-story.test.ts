import { expect, test } from 'vitest';
import { DEMO_TOKEN, seedStory } from '../../../src/demo/story/seed-story.ts';
import type { Pipeline } from '../../../src/demo/woodpecker/model.ts';
import { startWoodpecker } from '../../../src/demo/woodpecker/start.ts';
import { createState, type WoodpeckerState } from '../../../src/demo/woodpecker/state.ts';

const NOW = Date.UTC(2026, 2, 18, 15, 30, 0);
const DAYS = 90;
const DAY_SECONDS = 86_400;

function told(seed: number, days = DAYS): WoodpeckerState {
  const state = createState('3.17.0', () => NOW);
  seedStory(state, { seed, now: NOW, days });
  return state;
}

function rowsOf(state: WoodpeckerState): Pipeline[] {
  return [...state.pipelines.values()].flat();
}

const state = told(1);
const rows = rowsOf(state);

test('the same seed tells the same story, another seed another one', () => {
  expect(rowsOf(told(1))).toEqual(rows);
  expect(rowsOf(told(2))).not.toEqual(rows);
});

test('the story has a few teams with a handful of repositories and some thousand pipelines', () => {
  const names = [...state.repos.values()].map((repo) => repo.full_name);
  expect(new Set(names.map((name) => name.split('/')[0])).size).toBe(4);
  expect(names.length).toBeGreaterThanOrEqual(8);
  expect(rows.length).toBeGreaterThan(1000);
  expect(rows.length).toBeLessThan(10_000);
});

test('nothing of it lies in the future or before its beginning, and times are in order', () => {
  const now = NOW / 1000;
  for (const row of rows) {
    expect(row.created).toBeGreaterThanOrEqual(now - DAYS * DAY_SECONDS);
    expect(row.updated).toBeLessThanOrEqual(now);
    expect(row.updated).toBeGreaterThanOrEqual(row.created);
    if (row.started !== 0) expect(row.started).toBeGreaterThanOrEqual(row.created);
    if (row.finished !== 0) expect(row.finished).toBeGreaterThanOrEqual(Math.max(row.started, row.created));
    for (const workflow of row.workflows) {
      if (workflow.finished !== 0) expect(workflow.finished).toBeGreaterThanOrEqual(workflow.started);
      expect(workflow.finished).toBeLessThanOrEqual(row.updated);
    }
  }
});

test('ids run in the order of creation and numbers without gaps', () => {
  const byId = rows.toSorted((a, b) => a.id - b.id);
  expect(byId.map((row) => row.created)).toEqual(byId.map((row) => row.created).sort((a, b) => a - b));
  for (const own of state.pipelines.values())
    expect(own.map((row) => row.number)).toEqual(own.map((_, index) => index + 1));
});

test('every pipeline has ended', () => {
  const open = new Set(['created', 'pending', 'running', 'blocked']);
  expect(rows.filter((row) => open.has(row.status))).toEqual([]);
});

const ENDS: Record<string, (row: Pipeline) => boolean> = {
  'a push that deployed': (row) => row.event === 'push' && row.status === 'success' && row.workflows.length === 2,
  'a push whose deployment failed': (row) => row.event === 'push' && row.workflows[1]?.state === 'failure',
  'a failed build whose deployment was skipped, without an end': (row) =>
    row.status === 'failure' && row.finished === 0 && row.workflows[1]?.state === 'skipped',
  'killed by a person': (row) => row.status === 'killed' && row.cancel_info?.canceled_by_user !== undefined,
  'canceled before it started': (row) => row.status === 'canceled' && row.started === 0,
  superseded: (row) => row.status === 'killed' && row.cancel_info?.superseded_by !== undefined,
  'ended by the time limit': (row) => row.status === 'killed' && row.cancel_info === null,
  declined: (row) => row.status === 'declined' && row.reviewed > 0 && row.finished === 0,
  'a configuration error': (row) => row.status === 'error' && row.workflows.length === 0,
  'a restart': (row) => row.parent > 0 && row.event === 'push',
  'a deployment to staging': (row) => row.event === 'deployment' && row.deploy_to === 'staging',
  'a deployment to production': (row) => row.event === 'deployment' && row.deploy_to === 'production',
  'a failed deployment to production': (row) => row.deploy_to === 'production' && row.status === 'failure',
  'a pull request': (row) => row.event === 'pull_request',
  'a tag': (row) => row.event === 'tag' && row.branch === '',
  'a nightly run': (row) => row.event === 'cron',
};

test.each(Object.entries(ENDS))('the story holds %s', (_, matches) => {
  expect(rows.filter(matches).length).toBeGreaterThan(0);
});

test('a superseded run was ended by the very push that it names', () => {
  for (const row of rows.filter((candidate) => candidate.cancel_info?.superseded_by !== undefined)) {
    const next = state.pipelines.get(row.repo_id)?.find((other) => other.number === row.cancel_info?.superseded_by);
    expect(next).toMatchObject({ event: 'push', branch: row.branch, created: row.finished });
  }
});

test('a failed deployment recovers after ten minutes to two days', () => {
  const spans: number[] = [];
  for (const own of state.pipelines.values()) {
    const targets = Map.groupBy(own.filter(deploysToProduction), (row) => row.deploy_to);
    for (const target of targets.values()) spans.push(...recoveries(target));
  }
  expect(spans.length).toBeGreaterThan(20);
  expect(Math.min(...spans)).toBeGreaterThanOrEqual(600);
  expect(Math.max(...spans)).toBeLessThanOrEqual(2 * DAY_SECONDS);
});

test('one repository is flaky and one is calm', () => {
  expect(failureShare('shop/checkout')).toBeGreaterThan(0.1);
  expect(failureShare('platform/gateway')).toBeLessThan(0.05);
});

test('work is done on workdays and in working hours, but for nights and repairs', () => {
  const pulls = rows.filter((row) => row.event === 'pull_request').map((row) => new Date(row.created * 1000));
  expect(pulls.every((date) => date.getUTCDay() >= 1 && date.getUTCDay() <= 5)).toBe(true);
  expect(pulls.every((date) => date.getUTCHours() >= 8 && date.getUTCHours() < 18)).toBe(true);
});

test("the story's token sees every repository", async () => {
  await using server = await startWoodpecker({ version: '3.17.0', now: () => NOW });
  seedStory(server.state, { seed: 1, now: NOW, days: 7 });
  const response = await fetch(`${server.url}/api/user/repos`, { headers: { authorization: `Bearer ${DEMO_TOKEN}` } });
  expect(await response.json()).toHaveLength(server.state.repos.size);
});

function deploysToProduction(row: Pipeline): boolean {
  if (row.event === 'deployment') return row.deploy_to === 'production';
  return row.event === 'push' && row.workflows.some((workflow) => workflow.name === 'deploy');
}

/** Seconds from the first failure of a run of them to the success that ends it. */
function recoveries(target: readonly Pipeline[]): number[] {
  const spans: number[] = [];
  let failingSince: number | null = null;
  for (const row of target) {
    const ended = row.finished === 0 ? row.updated : row.finished;
    if (row.status === 'failure') failingSince ??= ended;
    if (row.status === 'success' && failingSince !== null) {
      spans.push(ended - failingSince);
      failingSince = null;
    }
  }
  return spans;
}

function failureShare(fullName: string): number {
  const repo = [...state.repos.values()].find((candidate) => candidate.full_name === fullName);
  const own = (state.pipelines.get(repo?.id ?? 0) ?? []).filter(deploysToProduction);
  return own.filter((row) => row.status === 'failure').length / own.length;
}
