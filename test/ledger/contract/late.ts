import { expect, test } from 'vitest';
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
} from '../support.ts';

export function lateContract(open: OpenStore): void {
  test('a failure that arrives after the success that ended it is folded at its own time', async () => {
    await using store = await open();
    await store.ledger.record(batch([success(400)]));
    const { transitions } = await store.ledger.record(batch([failure(100)]));
    expect(transitions).toMatchObject([
      { operation: 'open', origin: 'late', openedAt: at(100) },
      { operation: 'close', outcome: 'recovered', origin: 'late', recoveryMs: 300_000 },
    ]);
    const projection = await shown(store.ledger);
    expect(projection).toMatchObject({ failureAt: at(100), recoveryAt: at(400), open: [] });
    expect(projection.totals).toMatchObject({
      recoveries: { deployment: { count: 1, sumMs: 300_000 } },
      rework: { deployment: 1 },
    });
    expect(await counted(store.ledger, 'corrections')).toBe(0);
    const { items } = await store.ledger.queries.deployments(ALL_DEPLOYMENTS);
    expect(items).toMatchObject([{ role: 'closed', rework: 'deployment' }, { role: 'opened' }]);
  });

  test('B9: a success from before the failure changes nothing', async () => {
    await using store = await open();
    await store.ledger.record(batch([failure(100)]));
    const { transitions } = await store.ledger.record(batch([success(90)]));
    expect(transitions).toEqual([]);
    expect(await shown(store.ledger)).toMatchObject({
      open: [{ since: at(100) }],
      lastSuccessAt: at(90),
      failureAt: at(100),
    });
  });

  test('a late failure moves the beginning back; what was counted stays, and is a correction', async () => {
    await using store = await open();
    await store.ledger.record(batch([failure(200), success(400)]));
    const [before] = (await store.ledger.queries.incidents({ ...ALL_DEPLOYMENTS, state: null, kind: null })).items;
    const { transitions } = await store.ledger.record(batch([failure(100)]));
    expect(transitions).toMatchObject([
      { operation: 'extend', origin: 'late', openedAt: at(100), recoveryMs: 300_000 },
    ]);
    const projection = await shown(store.ledger);
    expect(projection).toMatchObject({ failureAt: at(100), recoveryAt: at(400) });
    expect(projection.totals.recoveries.deployment).toMatchObject({ count: 1, sumMs: 200_000 });
    expect(await incidentsOf(store.ledger)).toMatchObject([{ openedAt: at(100), recoveryMs: 300_000, failures: 2 }]);
    expect((await store.ledger.queries.incident(before?.id ?? 0))?.openedAt).toBe(at(100));
    expect(await counted(store.ledger, 'corrections')).toBe(1);
    await store.reopen();
    expect(await shown(store.ledger)).toEqual(projection);
  });

  test('a late failure moves the beginning of an open incident back, and corrects nothing', async () => {
    await using store = await open();
    await store.ledger.record(batch([failure(200)]));
    await store.ledger.record(batch([failure(100)]));
    expect((await shown(store.ledger)).open).toEqual([{ kind: 'deployment', since: at(100) }]);
    await store.ledger.record(batch([success(400)]));
    expect((await shown(store.ledger)).totals.recoveries.deployment).toMatchObject({ count: 1, sumMs: 300_000 });
    expect(await counted(store.ledger, 'corrections')).toBe(0);
  });

  test('a late success splits a run: the first part is corrected, the second counted', async () => {
    await using store = await open();
    await store.ledger.record(batch([failure(100), failure(200), success(400)]));
    const { transitions } = await store.ledger.record(batch([success(150)]));
    expect(transitions).toMatchObject([
      { operation: 'open', openedAt: at(200), origin: 'late' },
      { operation: 'close', closedAt: at(400), recoveryMs: 200_000 },
    ]);
    expect(await incidentsOf(store.ledger)).toMatchObject([
      { openedAt: at(100), closedAt: at(150), recoveryMs: 50_000, failures: 1 },
      { openedAt: at(200), closedAt: at(400), recoveryMs: 200_000, failures: 1 },
    ]);
    const { totals, failureAt, recoveryAt } = await shown(store.ledger);
    expect({ failureAt, recoveryAt }).toEqual({ failureAt: at(200), recoveryAt: at(400) });
    expect(totals.recoveries.deployment).toMatchObject({ count: 2, sumMs: 500_000 });
    expect(totals.rework).toEqual({ deployment: 2 });
    expect(await counted(store.ledger, 'corrections')).toBe(1);
  });

  test('a late success takes the recovery of another away: a total stays, its rework mark goes, corrections tell', async () => {
    await using store = await open();
    await store.ledger.record(batch([failure(100), success(400)]));
    await store.ledger.record(batch([success(200)]));
    const { items } = await store.ledger.queries.deployments({ ...ALL_DEPLOYMENTS, outcome: 'success' });
    expect(items).toMatchObject([
      { finishedAt: at(400), rework: null, role: null },
      { finishedAt: at(200), rework: 'deployment', role: 'closed' },
    ]);
    const { totals, recoveryAt } = await shown(store.ledger);
    expect(recoveryAt).toBe(at(200));
    expect(totals.recoveries.deployment).toMatchObject({ count: 1, sumMs: 300_000 });
    expect(totals.rework).toEqual({ deployment: 2 });
    expect(await counted(store.ledger, 'corrections')).toBe(2);
  });

  test('rework that is taken away and given back is counted once', async () => {
    await using store = await open();
    for (const row of [failure(100), success(400), success(200), failure(300)]) await store.ledger.record(batch([row]));
    const { items } = await store.ledger.queries.deployments({ ...ALL_DEPLOYMENTS, outcome: 'success' });
    expect(items.map(({ rework }) => rework)).toEqual(['deployment', 'deployment']);
    expect((await shown(store.ledger)).totals.rework).toEqual({ deployment: 2 });
  });

  test('a late event leaves what was closed before it alone', async () => {
    await using store = await open();
    await store.ledger.record(batch([failure(10), success(20), failure(30), success(40), failure(50), success(60)]));
    await store.ledger.record(batch([failure(45)]));
    expect(await incidentsOf(store.ledger)).toMatchObject([
      { openedAt: at(10), closedAt: at(20) },
      { openedAt: at(30), closedAt: at(40) },
      { openedAt: at(45), closedAt: at(60), failures: 2 },
    ]);
    expect(await counted(store.ledger, 'corrections')).toBe(1);
  });

  test('events of one moment and a late copy of it do not depend on which came first', async () => {
    const twins = [failure(5, { id: 'b' }), failure(5, { id: 'a' })];
    for (const rows of [twins, twins.toReversed()]) {
      await using store = await open();
      for (const row of rows) await store.ledger.record(batch([row]));
      expect(await incidentsOf(store.ledger)).toMatchObject([{ failures: 2, openedAt: at(5) }]);
      expect((await store.rows('incidents')).map((row) => row['opened_by'])).toEqual(['a']);
    }
  });
}
