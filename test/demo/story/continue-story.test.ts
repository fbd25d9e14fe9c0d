import { expect, test } from 'vitest';
import { continueStory } from '../../../src/demo/story/continue-story.ts';
import { seedStory } from '../../../src/demo/story/seed-story.ts';
import type { Pipeline } from '../../../src/demo/woodpecker/model.ts';
import { createState, type WoodpeckerState } from '../../../src/demo/woodpecker/state.ts';

const BEGIN = Date.UTC(2026, 2, 18, 15, 30, 0);
const FIVE_MINUTES = 300_000;

interface Live {
  readonly state: WoodpeckerState;
  /** Moves time on to `at`, calling the story every `everyMs`. */
  run(at: number, everyMs: number, look?: () => void): void;
}

function live(seed: number): Live {
  let now = BEGIN;
  const state = createState('3.17.0', () => now);
  seedStory(state, { seed, now, days: 7 });
  const step = continueStory(state, { seed });
  step(now);
  return {
    state,
    run(at, everyMs, look) {
      while (now < at) {
        now = Math.min(at, now + everyMs);
        step(now);
        look?.();
      }
    },
  };
}

function liveRows(state: WoodpeckerState): Pipeline[] {
  const rows = [...state.pipelines.values()].flat();
  return rows.filter((row) => row.created >= BEGIN / 1000).sort((a, b) => a.id - b.id);
}

test.each([1, 2, 3, 4, 5])('within five minutes a person sees an incident open and close (seed %i)', (seed) => {
  const { state, run } = live(seed);
  run(BEGIN + FIVE_MINUTES, 1000);
  const failed = liveRows(state).filter((row) => row.status === 'failure' && row.event !== 'pull_request');
  const repaired = failed.filter((failure) =>
    liveRows(state).some(
      (row) =>
        row.repo_id === failure.repo_id &&
        row.deploy_to === failure.deploy_to &&
        row.status === 'success' &&
        row.event !== 'pull_request' &&
        row.finished > failure.updated,
    ),
  );
  expect(repaired.length).toBeGreaterThan(0);
});

test('pipelines appear as created, wait, run and end under the eyes of whoever looks', () => {
  const { state, run } = live(1);
  const seen = new Map<number, string[]>();
  run(BEGIN + FIVE_MINUTES, 1000, () => {
    for (const row of liveRows(state)) {
      const statuses = seen.get(row.id) ?? [];
      if (statuses.at(-1) !== row.status) seen.set(row.id, [...statuses, row.status]);
    }
  });
  const lives = [...seen.values()];
  expect(lives).toContainEqual(['created', 'pending', 'running', 'success']);
  expect(lives).toContainEqual(['created', 'pending', 'running', 'failure']);
  expect(lives.length).toBeGreaterThan(15);
});

test('nothing is ever in the future', () => {
  const { state, run } = live(3);
  run(BEGIN + FIVE_MINUTES, 1000, () => {
    for (const row of liveRows(state))
      expect(Math.max(row.updated, row.finished) * 1000).toBeLessThanOrEqual(state.now());
  });
});

test('what happens does not depend on how often one looks', () => {
  const often = live(4);
  const seldom = live(4);
  often.run(BEGIN + FIVE_MINUTES, 250);
  seldom.run(BEGIN + FIVE_MINUTES, 97_000);
  expect(liveRows(seldom.state)).toEqual(liveRows(often.state));
});

test('the story cannot go on where it never began', () => {
  const step = continueStory(
    createState('3.17.0', () => BEGIN),
    { seed: 1 },
  );
  expect(() => {
    step(BEGIN);
    step(BEGIN + FIVE_MINUTES);
  }).toThrow(/tell its history first/);
});
