import { beforeAll, describe, expect, test } from 'vitest';
import type { Application } from '../../../src/demo/argocd/model.ts';
import { type ArgocdState, createState } from '../../../src/demo/argocd/state.ts';
import type { Watcher } from '../../../src/demo/argocd/watchers.ts';
import { continueStory } from '../../../src/demo/story/continue-story.ts';
import { continueRollouts, seedRollouts } from '../../../src/demo/story/rollout-story.ts';
import { seedStory } from '../../../src/demo/story/seed-story.ts';
import { createState as createWoodpecker, type WoodpeckerState } from '../../../src/demo/woodpecker/state.ts';

const BEGIN = Date.UTC(2026, 2, 18, 15, 30, 0);
const TEN_MINUTES = 600_000;
const DAY_MS = 86_400_000;

interface Told {
  readonly state: ArgocdState;
  readonly builds: WoodpeckerState;
  /** Every state of every application, in the order in which they came. */
  readonly seen: readonly Application[];
}

function told(seed: number, days: number, now: () => number = () => BEGIN): Told {
  const builds = createWoodpecker('3.17.0', now);
  seedStory(builds, { seed, now: BEGIN, days });
  const state = createState('3.5.1', now);
  const seen: Application[] = [];
  const watcher: Watcher = { onChange: (_, app) => seen.push(structuredClone(app)), onEnd: () => {} };
  state.watchers.add(watcher);
  seedRollouts(state, { seed, now: BEGIN, days, builds });
  return { state, builds, seen };
}

function dumpOf(state: ArgocdState): unknown {
  return [[...state.applications], [...state.events], [...state.commits].map(([url, commits]) => [url, [...commits]])];
}

describe('ninety days of rollouts', () => {
  let story: Told;
  /** Every operation that ended, once. */
  let ended: Application[];

  beforeAll(() => {
    story = told(20261122, 90);
    const byStart = new Map<string, Application>();
    for (const app of story.seen) {
      const { operationState } = app.status;
      if (operationState?.finishedAt === undefined || operationState.phase === 'Running') continue;
      const key = `${app.metadata.name} ${operationState.startedAt}`;
      if (!byStart.has(key)) byStart.set(key, app);
    }
    ended = [...byStart.values()];
  });

  test('each service has an application per environment, under the names of its repository', () => {
    const names = [...story.state.applications.values()].map(({ metadata }) => metadata.name).sort();
    expect(names).toEqual(
      ['checkout', 'indexer', 'login', 'suggest', 'web'].flatMap((app) => [`${app}-production`, `${app}-staging`]),
    );
    const repos = new Set([...story.builds.repos.values()].map((repo) => repo.full_name));
    for (const { metadata } of story.state.applications.values()) {
      expect(repos).toContain(`${metadata.labels?.['team']}/${metadata.labels?.['app']}`);
    }
  });

  test('what is rolled out was built by a pipeline a few minutes before', () => {
    const built = new Map([...story.builds.pipelines.values()].flat().map((row) => [row.commit, row]));
    let followed = 0;
    for (const app of ended) {
      const revision = app.status.operationState?.syncResult?.revision ?? '';
      const commits = [...story.state.commits.values()].flatMap((known) => [...known.values()]);
      const reference = commits.find((commit) => commit.sha === revision)?.references?.[0]?.commit['sha'];
      if (reference === undefined) continue;
      const { timestamp = Number.NaN } = built.get(reference) ?? {};
      const started = Date.parse(app.status.operationState?.startedAt ?? '') / 1000;
      expect(started).toBeGreaterThan(timestamp);
      followed += 1;
    }
    expect(followed).toBeGreaterThan(200);
  });

  test.each<[string, (app: Application) => boolean]>([
    ['a sync that fails', (app) => app.status.operationState?.phase === 'Failed'],
    ['a failure after a retry', (app) => app.status.operationState?.retryCount === 1],
    ['a self-heal', (app) => (app.status.operationState?.operation.sync.autoHealAttemptsCount ?? 0) === 3],
    ['a dry run', (app) => app.status.operationState?.operation.sync.dryRun === true],
    ['a rollback', (app) => app.status.operationState?.operation.sync.syncStrategy !== undefined],
    ['several sources', (app) => app.status.operationState?.syncResult?.revisions?.length === 2],
    ['one by hand', (app) => app.status.operationState?.operation.initiatedBy.username !== undefined],
    ['one by Argo CD', (app) => app.status.operationState?.operation.initiatedBy.automated === true],
  ])('there is %s', (_, is) => {
    expect(ended.some(is)).toBe(true);
  });

  test('there are releases that are Degraded for ten minutes, and flaps of twenty seconds', () => {
    const spans = new Set<number>();
    const since = new Map<string, number>();
    for (const { metadata, status } of story.seen) {
      const at = Date.parse(status.health.lastTransitionTime ?? '');
      const from = since.get(metadata.name);
      if (status.health.status === 'Degraded') since.set(metadata.name, from ?? at);
      else if (from !== undefined) {
        since.delete(metadata.name);
        spans.add((at - from) / 1000);
      }
    }
    expect(spans).toContain(600);
    expect(spans).toContain(20);
  });

  test('a commit is reverted, and a failed one is taken back with nothing left to sync', () => {
    const reverts = [...story.state.commits.values()].flatMap((known) =>
      [...known.values()].filter((commit) => commit.message.includes('Revert')),
    );
    const deployed = new Set(story.seen.flatMap(({ status }) => (status.history ?? []).map((entry) => entry.revision)));
    expect(reverts.some((commit) => deployed.has(commit.sha))).toBe(true);
    const withdrawn = story.seen.some(
      ({ status }) => status.operationState?.phase === 'Failed' && status.sync.status === 'Synced',
    );
    expect(withdrawn).toBe(true);
  });

  test('the history is trimmed to ten, and nothing is under way or in the future', () => {
    for (const { operation, status } of story.state.applications.values()) {
      expect(operation).toBeUndefined();
      expect(status.history).toHaveLength(10);
      expect(Date.parse(status.operationState?.finishedAt ?? '')).toBeLessThanOrEqual(BEGIN);
      expect(Date.parse(status.health.lastTransitionTime ?? '')).toBeLessThanOrEqual(BEGIN);
    }
  });
});

test('the same seed tells the same, another one does not', () => {
  const first = dumpOf(told(7, 20).state);
  expect(dumpOf(told(7, 20).state)).toEqual(first);
  expect(dumpOf(told(8, 20).state)).not.toEqual(first);
});

/** Goes on for ten minutes, looking every `everyMs`. */
function live(everyMs: number): Told {
  let now = BEGIN;
  const story = told(4, 7, () => now);
  const steps = [
    continueStory(story.builds, { seed: 4 }),
    continueRollouts(story.state, { seed: 4, builds: story.builds }),
  ];
  for (const step of steps) step(now);
  while (now < BEGIN + TEN_MINUTES) {
    now = Math.min(BEGIN + TEN_MINUTES, now + everyMs);
    for (const step of steps) step(now);
  }
  return story;
}

test('the story goes on: within ten minutes rollouts succeed, one is broken and is mended', () => {
  const seen = live(1000).seen.filter(({ status }) => Date.parse(status.operationState?.startedAt ?? '') >= BEGIN);
  const production = seen.filter(({ metadata }) => metadata.name.endsWith('-production'));
  function brokenBy({ status }: Application): boolean {
    return status.health.status === 'Degraded' || status.operationState?.phase === 'Failed';
  }
  const broken = production.findIndex(brokenBy);
  expect(broken).toBeGreaterThanOrEqual(0);
  const name = production[broken]?.metadata.name;
  const after = production.slice(broken).filter(({ metadata }) => metadata.name === name);
  expect(after.some((app) => !brokenBy(app) && app.status.health.status === 'Healthy')).toBe(true);
  expect(new Set(production.map(({ metadata }) => metadata.name)).size).toBeGreaterThanOrEqual(3);
});

test('what happens does not depend on how often one looks', () => {
  expect(dumpOf(live(97_000).state)).toEqual(dumpOf(live(1000).state));
});

test('the story cannot go on where it never began', () => {
  const builds = createWoodpecker('3.17.0', () => BEGIN);
  seedStory(builds, { seed: 1, now: BEGIN, days: 7 });
  const step = continueRollouts(
    createState('3.5.1', () => BEGIN),
    { seed: 1, builds },
  );
  expect(() => {
    step(BEGIN - 7 * DAY_MS);
    step(BEGIN);
  }).toThrow(/tell its history first/);
});
