import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Deployment, TargetKey } from '../../../src/domain/deployment.ts';
import { fold } from '../../../src/domain/fold.ts';
import { momentOfSight } from '../../../src/domain/moment.ts';
import { HEALTHY, type Signal } from '../../../src/domain/mttr.ts';
import type { Ledger } from '../../../src/ledger/ledger.ts';
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

const EXPIRY_S = 25;
const RULES = { expiryMs: EXPIRY_S * 1000 };
const END = 1000;

/** One thing that happens to a target: it is polled, it goes or comes back, or time passes. */
type Happening =
  | { readonly kind: 'batch'; readonly rows: readonly RowPlan[] }
  | { readonly kind: 'listing' }
  | { readonly kind: 'tick' };

interface RowPlan {
  readonly second: number;
  readonly fails: boolean;
  readonly identity: string;
  readonly beginningKnown: boolean;
}

export function arrivalContract(open: OpenStore): void {
  const rowPlan: fc.Arbitrary<RowPlan> = fc.record({
    second: fc.nat(60),
    fails: fc.boolean(),
    identity: fc.constantFrom('a', 'b', ''),
    beginningKnown: fc.integer({ min: 0, max: 4 }).map((dice) => dice > 0),
  });
  const rows = fc.array(rowPlan, { minLength: 1, maxLength: 5 });
  const batches = fc.record({ kind: fc.constant('batch' as const), rows });
  const others = fc.constantFrom({ kind: 'listing' as const }, { kind: 'tick' as const });
  const stories = (with_: fc.Arbitrary<Happening>) =>
    fc.tuple(batches, fc.array(with_, { maxLength: 12 })).map(([first, rest]): Happening[] => [first, ...rest]);

  test('any split of a history into batches, in any order, with ticks between, is as one fold of it', async () => {
    await using store = await open({ rules: RULES });
    let run = 0;
    await fc.assert(
      fc.asyncProperty(
        stories(fc.oneof({ weight: 3, arbitrary: batches }, { weight: 2, arbitrary: others })),
        async (story) => {
          run += 1;
          await play(store.ledger, target(`app ${run}`), story);
        },
      ),
      { numRuns: 150 },
    );
  });

  test('one batch of the whole shows the same as batches in any order', async () => {
    await using store = await open({ rules: RULES });
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(batches, { minLength: 1, maxLength: 6 }), async (parts) => {
        run += 1;
        const apart = await play(store.ledger, target(`apart ${run}`), parts);
        const whole = await play(store.ledger, target(`whole ${run}`), [
          { kind: 'batch', rows: parts.flatMap((part) => part.rows) },
        ]);
        expect(apart).toEqual(whole);
      }),
      { numRuns: 60 },
    );
  });
}

/** Plays a story to the end of time and proves what the ledger shows against one fold; returns what it shows. */
async function play(ledger: Ledger, key: TargetKey, story: readonly Happening[]) {
  const signals: Signal[] = [{ kind: 'tick', moment: momentOfSight(at(END)) }];
  const deployments: Deployment[] = [];
  let listed = true;
  let counts = { recoveries: 0, rework: 0, sumMs: 0 };
  for (const [turn, happening] of story.entries()) {
    const now = at(turn * 7);
    if (happening.kind === 'tick') await ledger.tick(now);
    else if (happening.kind === 'listing') {
      listed = !listed;
      const change = listed ? 'listed' : 'removed';
      await ledger.record(batch([], { now, listings: [{ target: key, change }] }));
      signals.push({ kind: change, moment: momentOfSight(now) });
    } else {
      const rows = happening.rows.map((row, index) => toDeployment(key, row, deployments.length + index));
      deployments.push(...rows);
      const { changes } = await ledger.record(batch(rows, { now }));
      const totals = changes.targets[0]?.totals;
      const next = {
        recoveries: totals?.recoveries.deployment?.count ?? counts.recoveries,
        rework: totals?.rework.deployment ?? counts.rework,
        sumMs: totals?.recoveries.deployment?.sumMs ?? counts.sumMs,
      };
      for (const name of ['recoveries', 'rework', 'sumMs'] as const)
        expect(next[name]).toBeGreaterThanOrEqual(counts[name]);
      counts = next;
    }
  }
  if (!listed) {
    await ledger.record(batch([], { now: at(END), listings: [{ target: key, change: 'listed' }] }));
    signals.push({ kind: 'listed', moment: momentOfSight(at(END)) });
  }
  await ledger.tick(at(END));
  signals.push(...deployments.map(toSignal));
  return await expectFolded(ledger, key.app, deployments, signals);
}

async function expectFolded(
  ledger: Ledger,
  app: string,
  deployments: readonly Deployment[],
  signals: readonly Signal[],
) {
  const expected: Record<string, unknown>[] = [];
  const rework = new Set<string | null>();
  const folded = fold(HEALTHY, signals, RULES);
  for (const effect of folded.effects) {
    if (effect.kind === 'refused') continue;
    if (effect.kind !== 'opened') expected.pop();
    const { opened, openedBy, beginningKnown, failures } = effect.incident;
    const closed = effect.kind === 'closed' ? effect : null;
    expected.push({
      openedAt: beginningKnown ? opened.at : null,
      openedBy: deployments.find(({ id }) => id === openedBy)?.sequence,
      failures,
      state: closed?.outcome ?? 'open',
      closedAt: closed?.moment.at ?? null,
      closedBy: deployments.find(({ id }) => id === closed?.ref)?.sequence ?? null,
      recoveryMs: closed?.recoveryMs ?? null,
    });
    const tried = deployments.find(({ id }) => id === closed?.ref)?.identity;
    const repeats = tried !== '' && tried === effect.incident.failedIdentity;
    if (closed?.outcome === 'recovered' && !repeats) rework.add(closed.ref);
  }
  const incidents = (await incidentsOf(ledger, app)).map((one) => ({
    openedAt: one.openedAt,
    openedBy: one.openedBy?.number,
    failures: one.failures,
    state: one.state,
    closedAt: one.closedAt,
    closedBy: one.closedBy?.number ?? null,
    recoveryMs: one.recoveryMs,
  }));
  // Two of one moment have no order among them.
  expect(incidents.map((one) => JSON.stringify(one)).toSorted()).toEqual(
    expected.map((one) => JSON.stringify(one)).toSorted(),
  );

  const { items } = await ledger.queries.deployments({ ...ALL_DEPLOYMENTS, app });
  expect(new Set(items.filter((row) => row.rework !== null).map((row) => row.upstreamId))).toEqual(rework);
  const { failureAt, recoveryAt, lastSuccessAt, open, totals } = await shown(ledger, app);
  const gauges = { failureAt, recoveryAt, lastSuccessAt, open };
  const known = expected.filter((one) => one['openedAt'] !== null);
  expect(gauges).toEqual({
    failureAt: latest(known.map((one) => one['openedAt'])),
    recoveryAt: latest(known.filter((one) => one['state'] === 'recovered').map((one) => one['closedAt'])),
    lastSuccessAt: latest(deployments.filter((one) => one.outcome === 'success').map((one) => one.at)),
    open: [],
  });
  const failures = deployments.filter((one) => one.outcome === 'failure').length;
  expect(totals.deployments).toEqual({ success: deployments.length - failures, failure: failures });
  expect(totals.changeFailures).toEqual(failures === 0 ? {} : { deployment: failures });
  return {
    // Of two that began in one second the list shows the one first that was recorded first.
    incidents: incidents
      .toSorted((a, b) => (a.openedBy ?? 0) - (b.openedBy ?? 0))
      .map(({ openedBy, closedBy, ...rest }) => rest),
    gauges,
    deployments: totals.deployments,
  };
}

function latest(times: readonly unknown[]): unknown {
  return times.length === 0 ? null : Math.max(...times.map(Number));
}

function toDeployment(key: TargetKey, { second, fails, identity, beginningKnown }: RowPlan, index: number): Deployment {
  const more = { target: key, id: `${key.app} ${index}`, sequence: index, order: index, identity, beginningKnown };
  return fails ? failure(second, more) : success(second, { ...more, beginningKnown: true });
}

function toSignal({ outcome, at, sequence, order, id, identity, beginningKnown }: Deployment): Signal {
  const moment = { at, sequence, order };
  return outcome === 'failure'
    ? { kind: 'failure', moment, ref: id, identity, beginningKnown }
    : { kind: 'recovery', moment, ref: id };
}
