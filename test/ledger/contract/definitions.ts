import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Capabilities } from '../../../src/domain/batch.ts';
import { TEAM_FAMILIES } from '../../../src/metrics/team-families.ts';
import { WINDOW_FAMILIES } from '../../../src/metrics/window-families.ts';
import { EXPIRY_MS, Story } from '../story.ts';
import type { OpenStore } from '../support.ts';

const CAPABILITIES: Capabilities = {
  kinds: ['deployment', 'degraded'],
  causes: ['deployment', 'degraded', 'errors', 'rollback'],
  rework: ['rollback', 'deployment', 'degraded', 'errors'],
};

const which = fc.nat(40);
/** Few, so that events meet in one second, and bounds in time are met exactly. */
const second = fc.nat(60).map((fifth) => fifth * 5);
const deploying = fc.record({
  kind: fc.constantFrom('success', 'success', 'failure', 'failure', 'rollback', 'unseen', 'unknown beginning'),
  second,
  startedBefore: fc.nat(12).map((fifth) => fifth * 5),
  number: fc.nat(9),
  identity: fc.constantFrom('', 'x', 'y', 'z'),
  isOther: fc.boolean(),
});
const health = fc.record({
  kind: fc.constantFrom('degraded', 'degraded', 'healthy', 'withdrawn'),
  second,
  isOther: fc.boolean(),
});
const errors = fc.record({ kind: fc.constantFrom('above', 'above', 'over'), second });
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('tell' as const),
      source: fc.constantFrom('ci', 'ci', 'cd'),
      deployments: fc.array(deploying, { minLength: 1, maxLength: 5 }),
      health: fc.array(health, { maxLength: 4 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('post' as const),
      errors: fc.array(errors, { minLength: 1, maxLength: 3 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('again' as const), which }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('say' as const),
      which,
      verdict: fc.constantFrom('failure', 'not_a_failure', null),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('resolve' as const), which, ago: fc.nat(300) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('look' as const), many: fc.nat(4), sha: fc.nat(9) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('tick' as const) }) },
);
const steps = fc.array(step, { minLength: 1, maxLength: 8 });
/** Just within a window, at its edge, and out of it. */
const edge = fc.record({ which, window: fc.nat(1), beyond: fc.constantFrom(-1, 0, 1) });
const edges = fc.array(edge, { maxLength: 2 });

/**
 * `runs` is how many histories are told: some in each run of the tests, thousands in the heavy checks. The seed is in the
 * name: a counterexample that takes longer to shrink than the test may is found again by it.
 */
export function definitionsContract(open: OpenStore, { runs = 10, seed = Date.now() % 2 ** 31 } = {}): void {
  test(
    `all window families, explain and the API equal what the definitions make of the events alone (${runs} of seed ${seed})`,
    async () => {
      await fc.assert(
        fc.asyncProperty(steps, edges, steps, edges, async (first, firstEdges, second, secondEdges) => {
          await using store = await open({ rules: { expiryMs: EXPIRY_MS } });
          const story = new Story(store.ledger, CAPABILITIES);
          await story.tell(first);
          await story.check();
          for (const one of firstEdges) await story.waitFor(one);
          await story.sweep();
          await story.tell(second);
          await story.check();
          for (const one of secondEdges) await story.waitFor(one);
        }),
        // To shrink one takes minutes: of many, the first that fails is told as it is, with its path.
        { numRuns: runs, seed, endOnFailure: runs > 100 },
      );
    },
    60_000 + runs * 3_000,
  );

  test('one by one, the families of windows that are compared with the definitions are all there are', async () => {
    await using store = await open({ rules: { expiryMs: EXPIRY_MS } });
    const story = new Story(store.ledger, CAPABILITIES);
    const one = { second: 0, startedBefore: 0, number: 1, identity: 'x' as const, isOther: false };
    const deployments = [
      { ...one, kind: 'failure' as const },
      { ...one, kind: 'success' as const, second: 60, identity: 'y' as const },
      { ...one, kind: 'success' as const, second: 120 },
    ];
    await story.tell([
      { do: 'tell', source: 'ci', deployments, health: [] },
      { do: 'look', many: 2, sha: 0 },
    ]);
    const families = [...WINDOW_FAMILIES, ...TEAM_FAMILIES].map(({ name }) => name);
    expect([...(await story.check())].sort()).toEqual(families.sort());
  });
}

export type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;
export type Edge = typeof edge extends fc.Arbitrary<infer T> ? T : never;
