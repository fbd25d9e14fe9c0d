import { expect, test } from 'vitest';
import type { Ledger } from '../../../src/ledger/ledger.ts';
import {
  ALL_DEPLOYMENTS,
  at,
  batch,
  counted,
  failure,
  incidentsOf,
  type OpenStore,
  shown,
  success,
  tellAll,
} from '../support.ts';

const STORY = [failure(100), failure(200), success(400), success(900)];

export function pairingContract(open: OpenStore): void {
  test('B6: F@100 F@200 S@400 S@900', async () => {
    await using store = await open();
    const { changes, transitions } = await store.ledger.record(batch(STORY));
    await expectStory(store.ledger);
    expect(changes.targets).toEqual([await shown(store.ledger)]);
    expect(transitions.map(({ operation, outcome }) => `${operation} ${outcome}`)).toEqual([
      'open done',
      'extend done',
      'close recovered',
    ]);
  });

  test('B6: the same one by one, reopened at any point', async () => {
    for (let point = 0; point <= STORY.length; point += 1) {
      await using store = await open();
      for (const row of STORY.slice(0, point)) await store.ledger.record(batch([row]));
      await store.reopen();
      for (const row of STORY.slice(point)) await store.ledger.record(batch([row]));
      await expectStory(store.ledger);
    }
  });

  test('B8: the same batch a hundred times counts once and tells once', async () => {
    await using store = await open({ plan: tellAll });
    for (let poll = 0; poll < 100; poll += 1) await store.ledger.record(batch(STORY));
    await store.reopen();
    await expectStory(store.ledger);
    expect(await store.rows('outbox')).toHaveLength(3);
    expect(await counted(store.ledger, 'transitions')).toBe(3);
  });

  test('B6: the pages of one batch in any order', async () => {
    await using store = await open();
    await store.ledger.record(batch([STORY[2], STORY[0], STORY[3], STORY[1]].map((row) => row ?? failure(0))));
    await expectStory(store.ledger);
  });

  test('B7: only failures: no recovery, and open since the first', async () => {
    await using store = await open();
    await store.ledger.record(batch([failure(100), failure(200)]));
    const projection = await shown(store.ledger);
    expect(projection.open).toEqual([{ kind: 'deployment', since: at(100) }]);
    expect(projection).toMatchObject({
      failureAt: at(100),
      recoveryAt: null,
      lastSuccessAt: null,
      lastActiveAt: at(200),
    });
    expect(projection.totals.recoveries).toEqual({});
  });

  test('B7: only successes: neither timestamp', async () => {
    await using store = await open();
    await store.ledger.record(batch([success(100)]));
    expect(await shown(store.ledger)).toMatchObject({ failureAt: null, recoveryAt: null, open: [] });
    expect(await incidentsOf(store.ledger)).toEqual([]);
  });

  test('two in one second: their sequence orders them, and a recovery may take 0 s', async () => {
    await using store = await open();
    await store.ledger.record(batch([success(100, { sequence: 2 }), failure(100, { sequence: 1 })]));
    expect(await incidentsOf(store.ledger)).toMatchObject([{ state: 'recovered', recoveryMs: 0 }]);
    await store.ledger.record(batch([failure(200, { sequence: 9 }), success(200, { sequence: 8 })]));
    expect((await shown(store.ledger)).open).toEqual([{ kind: 'deployment', since: at(200) }]);
  });

  test('an incident goes on over batches, and each batch tells what it changed', async () => {
    await using store = await open();
    const tell = async (second: number, row = failure(second)) => {
      const { transitions } = await store.ledger.record(batch([row]));
      return transitions.map(({ incident, operation, origin, openedAt, closedAt, recoveryMs }) => ({
        incident,
        operation,
        origin,
        openedAt,
        closedAt,
        recoveryMs,
      }));
    };
    const common = { incident: 1, origin: 'poll', openedAt: at(1) };
    expect(await tell(1)).toEqual([{ ...common, operation: 'open', closedAt: null, recoveryMs: null }]);
    expect(await tell(2)).toEqual([{ ...common, operation: 'extend', closedAt: null, recoveryMs: null }]);
    expect(await tell(5, success(5))).toEqual([{ ...common, operation: 'close', closedAt: at(5), recoveryMs: 4000 }]);
    expect(await tell(6, success(6))).toEqual([]);
    expect(await counted(store.ledger, 'transitions', { origin: 'poll', kind: 'deployment' })).toBe(3);
  });

  test('rework: the success that closes an incident, unless it repeats what failed', async () => {
    await using store = await open();
    await store.ledger.record(
      batch([failure(1, { identity: 'a' }), failure(2, { identity: 'b' }), success(3, { identity: 'c' })]),
    );
    await store.ledger.record(batch([failure(4, { identity: 'd' })]));
    await store.ledger.record(batch([success(5, { identity: 'd' }), success(6, { identity: 'e' })]));
    await store.ledger.record(batch([failure(7, { identity: '' }), success(8, { identity: '' })]));
    expect((await shown(store.ledger)).totals.rework).toEqual({ deployment: 2 });
    const { items } = await store.ledger.queries.deployments({ ...ALL_DEPLOYMENTS, outcome: 'success' });
    expect(items.map(({ finishedAt, rework }) => [finishedAt, rework])).toEqual([
      [at(8), 'deployment'],
      [at(6), null],
      [at(5), null],
      [at(3), 'deployment'],
    ]);
  });

  test('an unknown beginning: open without a since, closed without a time, and neither timestamp', async () => {
    await using store = await open();
    const unknown = { beginningKnown: false };
    await store.ledger.record(batch([failure(100, unknown), failure(200)], { origin: 'backfill' }));
    expect(await shown(store.ledger)).toMatchObject({ open: [{ kind: 'deployment', since: null }], failureAt: null });
    const { transitions } = await store.ledger.record(batch([success(400)]));
    expect(transitions).toMatchObject([{ operation: 'close', outcome: 'recovered', recoveryMs: null }]);
    await store.reopen();
    const projection = await shown(store.ledger);
    expect(projection).toMatchObject({ open: [], failureAt: null, recoveryAt: null, lastSuccessAt: at(400) });
    expect(projection.totals).toMatchObject({
      recoveries: {},
      changeFailures: { deployment: 2 },
      rework: { deployment: 1 },
    });
    expect(await incidentsOf(store.ledger)).toMatchObject([
      { state: 'recovered', openedAt: null, beginningKnown: false, closedAt: at(400), recoveryMs: null, failures: 2 },
    ]);
    await store.ledger.record(batch([failure(500), success(600)]));
    expect(await shown(store.ledger)).toMatchObject({ failureAt: at(500), recoveryAt: at(600) });
  });
}

async function expectStory(ledger: Ledger): Promise<void> {
  const projection = await shown(ledger);
  expect(projection).toMatchObject({
    failureAt: at(100),
    recoveryAt: at(400),
    lastSuccessAt: at(900),
    lastActiveAt: at(900),
    open: [],
  });
  expect(projection.totals).toMatchObject({
    deployments: { success: 2, failure: 2 },
    changeFailures: { deployment: 2 },
    rework: { deployment: 1 },
    recoveries: { deployment: { sumMs: 300_000, count: 1, buckets: [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0] } },
  });
  expect(await incidentsOf(ledger)).toMatchObject([
    { state: 'recovered', openedAt: at(100), closedAt: at(400), failures: 2 },
  ]);
  expect(await counted(ledger, 'corrections')).toBe(0);
}
