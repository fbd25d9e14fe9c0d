import fc from 'fast-check';
import { expect, test } from 'vitest';
import { attribute } from '../../../src/domain/attribution.ts';
import type { Sighting } from '../../../src/domain/batch.ts';
import type { Deployment, TargetKey } from '../../../src/domain/deployment.ts';
import type { Ledger } from '../../../src/ledger/ledger.ts';
import { degraded, healthBatch, healthy, withdrawn } from '../health-support.ts';
import {
  ALL_DEPLOYMENTS,
  at,
  batch,
  failure,
  incidentsOf,
  type OpenStore,
  shown,
  success,
  target,
} from '../support.ts';

const RULES = { expiryMs: 40_000 };
const END = 1000;

type EventPlan =
  | {
      readonly kind: 'success' | 'failure';
      readonly second: number;
      readonly length: number;
      readonly identity: string;
      readonly rollback: boolean;
    }
  | { readonly kind: 'degraded' | 'healthy' | 'withdrawn'; readonly second: number; readonly within: number };

/** Events, each with the number of the batch that it comes in. */
type Story = readonly { readonly event: EventPlan; readonly part: number }[];

export function healthArrivalContract(open: OpenStore): void {
  const second = fc.nat(80);
  const deployments: fc.Arbitrary<EventPlan> = fc.record({
    kind: fc.constantFrom('success' as const, 'success' as const, 'failure' as const),
    second,
    length: fc.nat(30),
    identity: fc.constantFrom('a', 'b', ''),
    rollback: fc.nat(4).map((dice) => dice === 0),
  });
  const sightings: fc.Arbitrary<EventPlan> = fc.record({
    kind: fc.constantFrom('degraded' as const, 'degraded' as const, 'healthy' as const, 'withdrawn' as const),
    second,
    within: fc.nat(20),
  });
  const stories: fc.Arbitrary<Story> = fc.array(
    fc.record({ event: fc.oneof(deployments, sightings), part: fc.nat(6) }),
    { minLength: 1, maxLength: 18 },
  );

  test('any split and order of batches shows the same as one batch; each is counted once', async () => {
    await using store = await open({ rules: RULES });
    let run = 0;
    await fc.assert(
      fc.asyncProperty(stories, async (story) => {
        run += 1;
        const apart = await play(store.ledger, target(`apart ${run}`), story);
        const whole = await play(
          store.ledger,
          target(`whole ${run}`),
          story.map(({ event }) => ({ event, part: 0 })),
        );
        expect(apart).toEqual(whole);
      }),
      { numRuns: 150 },
    );
  });

  test('two halves of a history that become one show the same as one batch', async () => {
    await using store = await open({ rules: RULES });
    let run = 0;
    await fc.assert(
      fc.asyncProperty(stories, async (story) => {
        run += 1;
        const halves = [target(`a ${run}`), target(`b ${run}`)] as const;
        const app = `whole ${run}`;
        const events = story.map(({ event }, index) => toEvent(halves[index % 2 === 0 ? 0 : 1], app, event, index));
        for (const half of halves)
          await store.ledger.record(healthBatch(events.filter((event) => event.target === half)));
        await store.ledger.record(batch([], { moves: halves.map((from) => ({ from, to: target(app) })) }));
        await store.ledger.tick(at(END));
        const joined = await told(store.ledger, app);
        const whole = await play(
          store.ledger,
          target(`one ${run}`),
          story.map(({ event }) => ({ event, part: 0 })),
        );
        expect(joined).toEqual(whole);
      }),
      { numRuns: 80 },
    );
  });
}

/** Plays a story to the end of time, and returns what the ledger tells of it. */
async function play(ledger: Ledger, key: TargetKey, story: Story) {
  const events = story.map(({ event, part }, index) => ({ event: toEvent(key, key.app, event, index), part }));
  let totals = { failures: 0, rework: 0 };
  for (let part = 0; part <= 6; part += 1) {
    const now = events.filter((one) => one.part === part).map(({ event }) => event);
    if (now.length === 0) continue;
    await ledger.record(healthBatch(now));
    const next = await totalsOf(ledger, key.app);
    expect(next.failures).toBeGreaterThanOrEqual(totals.failures);
    expect(next.rework).toBeGreaterThanOrEqual(totals.rework);
    totals = next;
    await ledger.tick(at(part * 20));
  }
  await ledger.tick(at(END));
  const found = await told(ledger, key.app);
  const { failures } = attribute(
    events.flatMap(({ event }) => ('outcome' in event ? event : [])),
    events.flatMap(({ event }) =>
      'outcome' in event || event.about !== 'degraded' || event.kind !== 'failure' ? [] : event,
    ),
  );
  expect(Object.keys(found.failures).length).toBe(failures.size);
  return found;
}

async function told(ledger: Ledger, app: string) {
  const { items } = await ledger.queries.deployments({ ...ALL_DEPLOYMENTS, app });
  const short = (id: string) => id.slice(app.length);
  const failures = items.filter((one) => one.changeFailure !== null);
  const incidents = (await incidentsOf(ledger, app)).map((one) => ({
    kind: one.kind,
    state: one.state,
    openedAt: one.openedAt,
    closedAt: one.closedAt,
    recoveryMs: one.recoveryMs,
    failures: one.failures,
    attributedTo: one.attributedTo?.number ?? null,
    openedBy: one.openedBy?.number ?? null,
    closedBy: one.closedBy?.number ?? null,
    sightings: one.sightings.map(({ kind, at: seen, attributedTo }) => [kind, seen, attributedTo?.number ?? null]),
  }));
  return {
    // Two of one moment have no order among them.
    incidents: incidents.map((one) => JSON.stringify(one)).toSorted(),
    failures: Object.fromEntries(
      failures.map((one) => [short(one.upstreamId), [one.changeFailure, one.changeFailureWhy]]),
    ),
    rework: Object.fromEntries(items.map((one) => [short(one.upstreamId), one.rework])),
  };
}

/** How many change failures and how much rework were counted; never fewer than there are. */
async function totalsOf(ledger: Ledger, app: string) {
  const { totals } = await shown(ledger, app);
  const { items } = await ledger.queries.deployments({ ...ALL_DEPLOYMENTS, app });
  const sum = (counts: Readonly<Record<string, number>>) => Object.values(counts).reduce((all, one) => all + one, 0);
  const found = { failures: sum(totals.changeFailures), rework: sum(totals.rework) };
  expect(found.failures).toBeLessThanOrEqual(items.length);
  expect(found.failures).toBeGreaterThanOrEqual(items.filter((one) => one.changeFailure !== null).length);
  expect(found.rework).toBeLessThanOrEqual(items.length);
  expect(found.rework).toBeGreaterThanOrEqual(items.filter((one) => one.rework !== null).length);
  return found;
}

function toEvent(key: TargetKey, name: string, plan: EventPlan, index: number): Deployment | Sighting {
  const common = { target: key, id: `${name} ${index}` };
  switch (plan.kind) {
    case 'degraded':
      return degraded(plan.second, { ...common, blameWithinMs: plan.within * 1000 });
    case 'healthy':
      return healthy(plan.second, common);
    case 'withdrawn':
      return withdrawn(plan.second, common);
    default: {
      const { second, length, identity } = plan;
      const more = { ...common, sequence: index, order: index, identity, startedAt: at(second - length) };
      return plan.kind === 'failure' ? failure(second, more) : success(second, { ...more, rollback: plan.rollback });
    }
  }
}
