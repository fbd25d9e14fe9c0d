import { expect, test } from 'vitest';
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
  WEB,
} from '../support.ts';

const NEVER = new AbortController().signal;

export function sweepingContract(open: OpenStore): void {
  test('B24: old rows go step by step and are told; totals and gauges stay', async () => {
    await using store = await open();
    const old = Array.from({ length: 600 }, (_, index) => success(1 + index));
    await store.ledger.record(batch([...old, failure(700), success(800), failure(900), success(1000), success(5000)]));
    const before = await shown(store.ledger);
    await store.ledger.sweep({ rows: at(4000), errors: at(4000) }, NEVER);
    expect(store.observed.slice(1)).toEqual([
      { kind: 'swept', table: 'deployments', rows: 500 },
      { kind: 'swept', table: 'deployments', rows: 104 },
      { kind: 'swept', table: 'incidents', rows: 1 },
      { kind: 'sweep_done', at: expect.any(Number) },
    ]);
    expect((await store.rows('deployments')).map((row) => row['at'])).toEqual([at(5000)]);
    await store.reopen();
    expect(await shown(store.ledger)).toEqual(before);
  });

  test('B8: a row that was swept stays decided: reading it again counts nothing', async () => {
    await using store = await open();
    await store.ledger.record(batch([failure(100), success(400)]));
    await store.ledger.sweep({ rows: at(1000), errors: at(1000) }, NEVER);
    expect((await store.rows('decided')).map((row) => row['verdict'])).toEqual(['failure', 'success']);
    expect(await store.ledger.decided('ci', [failure(100).id])).toEqual(new Set([failure(100).id]));
    const { changes, transitions } = await store.ledger.record(batch([failure(100), success(400)]));
    expect({ changes: changes.targets, transitions }).toEqual({ changes: [], transitions: [] });
    expect((await shown(store.ledger)).totals.deployments).toEqual({ success: 1, failure: 1 });
  });

  test('an incident that was open then keeps its rows, and its recovery time', async () => {
    await using store = await open();
    await store.ledger.record(batch([success(1), failure(100), failure(200)]));
    await store.ledger.sweep({ rows: at(1000), errors: at(1000) }, NEVER);
    expect((await store.rows('deployments')).map((row) => row['at'])).toEqual([at(100), at(200)]);
    await store.ledger.record(batch([success(2000)]));
    await store.ledger.sweep({ rows: at(1000), errors: at(1000) }, NEVER);
    expect(await incidentsOf(store.ledger)).toMatchObject([
      { recoveryMs: 1_900_000, run: [{}, {}], openedBy: { number: 100 } },
    ]);
    await store.ledger.record(batch([success(150)]));
    expect(await incidentsOf(store.ledger)).toMatchObject([
      { closedAt: at(150) },
      { openedAt: at(200), closedAt: at(2000) },
    ]);
  });

  test('incidents that no gauge needs go, whatever ended them', async () => {
    await using store = await open({ rules: { expiryMs: 1000 } });
    const other = { target: target('other') };
    await store.ledger.record(
      batch([failure(10, { beginningKnown: false }), success(20), failure(100), failure(200), failure(300)]),
    );
    await store.ledger.record(batch([failure(10, { ...other, beginningKnown: false }), success(20, other)]));
    await store.ledger.tick(at(400));
    await store.ledger.sweep({ rows: at(1000), errors: at(1000) }, NEVER);
    expect((await store.rows('incidents')).map((row) => row['opened_at'])).toEqual([at(300)]);
    expect((await shown(store.ledger)).failureAt).toBe(at(300));
  });

  test('a late event after a sweep leaves what was swept as it was told', async () => {
    await using store = await open();
    await store.ledger.record(batch([failure(100), success(400), success(5000)]));
    await store.ledger.sweep({ rows: at(1000), errors: at(1000) }, NEVER);
    await store.ledger.record(batch([failure(4000)]));
    expect(await incidentsOf(store.ledger)).toMatchObject([
      { openedAt: at(100), closedAt: at(400), openedBy: null, closedBy: null, run: [] },
      { openedAt: at(4000), closedAt: at(5000) },
    ]);
  });

  test('two that become one after a sweep keep the incidents that were swept', async () => {
    await using store = await open();
    const api = { target: target('api') };
    await store.ledger.record(
      batch([failure(100), success(400), failure(50, api), success(60, api), success(5000, api)]),
    );
    await store.ledger.sweep({ rows: at(1000), errors: at(1000) }, NEVER);
    await store.ledger.record(batch([], { moves: [{ from: api.target, to: WEB }] }));
    expect(await incidentsOf(store.ledger)).toMatchObject([
      { openedAt: at(50) },
      { openedAt: at(100), recoveryMs: 300_000 },
    ]);
    expect(await shown(store.ledger)).toMatchObject({
      failureAt: at(100),
      recoveryAt: at(400),
      lastSuccessAt: at(5000),
    });
  });

  test('marks go too, and a sweep that is stopped is not done', async () => {
    await using store = await open();
    await store.ledger.record(batch([failure(100)]));
    await store.ledger.record(batch([], { now: at(200), listings: [{ target: WEB, change: 'removed' }] }));
    await store.ledger.record(batch([], { now: at(300), listings: [{ target: WEB, change: 'listed' }] }));
    await store.ledger.sweep({ rows: at(1000), errors: at(1000) }, AbortSignal.abort());
    expect(store.observed.filter(({ kind }) => kind !== 'committed')).toEqual([]);
    await store.ledger.sweep({ rows: at(1000), errors: at(1000) }, NEVER);
    expect(store.observed).toContainEqual({ kind: 'swept', table: 'marks', rows: 2 });
    expect((await store.ledger.queries.deployments(ALL_DEPLOYMENTS)).items).toMatchObject([{ role: 'opened' }]);
    expect((await shown(store.ledger)).open).toHaveLength(1);
  });
}
