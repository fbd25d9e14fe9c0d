import { expect, test } from 'vitest';
import type { TargetKey } from '../../../src/domain/deployment.ts';
import type { Ledger } from '../../../src/ledger/ledger.ts';
import {
  ALL,
  at,
  batch,
  counted,
  failure,
  incidentsOf,
  type OpenStore,
  shown,
  success,
  target,
  WEB,
} from '../support.ts';

const API = target('shop/api');
const NEW = target('shop/new');

export function movingContract(open: OpenStore): void {
  test('a new name takes rows, incidents and totals along in one transaction', async () => {
    await using store = await open();
    await store.ledger.record(batch([failure(100), success(200), failure(300)]));
    const before = await shown(store.ledger);
    const { changes } = await store.ledger.record(
      batch([success(400, { target: NEW })], { moves: [{ from: WEB, to: NEW }] }),
    );
    expect(changes).toMatchObject({
      gone: [],
      targets: [{ id: before.id, app: NEW.app, recoveryAt: at(400), open: [] }],
    });
    await store.reopen();
    expect((await store.ledger.snapshot()).targets).toEqual(changes.targets);
    expect(await incidentsOf(store.ledger)).toEqual([]);
    expect(await incidentsOf(store.ledger, NEW.app)).toMatchObject([
      { openedAt: at(100), closedAt: at(200) },
      { openedAt: at(300), closedAt: at(400), openedBy: { number: 300 } },
    ]);
    expect((await shown(store.ledger, NEW.app)).totals.deployments).toEqual({ success: 2, failure: 2 });
  });

  test('an unknown name, or the same, is no move', async () => {
    await using store = await open();
    await store.ledger.record(batch([failure(100)]));
    const moves = [
      { from: target('never'), to: NEW },
      { from: WEB, to: WEB },
    ];
    expect(await store.ledger.record(batch([], { moves }))).toMatchObject({ changes: { targets: [], gone: [] } });
    expect(await names(store.ledger)).toEqual([WEB.app]);
  });

  test('two that change names keep their histories', async () => {
    await using store = await open();
    await store.ledger.record(batch([failure(100), success(50, { target: API })]));
    const [web, api] = [await shown(store.ledger, WEB.app), await shown(store.ledger, API.app)];
    const { changes } = await store.ledger.record(
      batch([], {
        moves: [
          { from: WEB, to: API },
          { from: API, to: WEB },
        ],
      }),
    );
    expect(changes.gone).toEqual([]);
    expect(await shown(store.ledger, API.app)).toEqual({ ...web, app: API.app });
    expect(await shown(store.ledger, WEB.app)).toEqual({ ...api, app: WEB.app });
  });

  test('a name that passes on down a row', async () => {
    await using store = await open();
    await store.ledger.record(batch([failure(100), success(50, { target: API })]));
    await store.ledger.record(
      batch([], {
        moves: [
          { from: WEB, to: API },
          { from: API, to: NEW },
        ],
      }),
    );
    expect((await shown(store.ledger, API.app)).open).toHaveLength(1);
    expect((await shown(store.ledger, NEW.app)).lastSuccessAt).toBe(at(50));
  });

  test('into a name that stays: one history of both, each row counted once', async () => {
    await using store = await open();
    await store.ledger.record(batch([failure(100), success(300)]));
    await store.ledger.record(batch([failure(200, { target: API }), failure(500, { target: API })]));
    const [web, api] = [await shown(store.ledger, WEB.app), await shown(store.ledger, API.app)];
    const { changes } = await store.ledger.record(batch([], { moves: [{ from: API, to: WEB }] }));
    expect(changes).toMatchObject({ gone: [api.id], targets: [{ id: web.id }] });
    expect(await names(store.ledger)).toEqual([WEB.app]);
    const merged = await shown(store.ledger);
    expect(changes.targets).toEqual([merged]);
    expect(merged).toMatchObject({
      failureAt: at(500),
      recoveryAt: at(300),
      lastSuccessAt: at(300),
      lastActiveAt: at(500),
    });
    expect(merged.open).toEqual([{ kind: 'deployment', since: at(500) }]);
    expect(merged.totals).toMatchObject({
      deployments: { success: 1, failure: 3 },
      changeFailures: { deployment: 3 },
      recoveries: { deployment: { count: 1, sumMs: 200_000 } },
    });
    expect(await incidentsOf(store.ledger)).toMatchObject([
      { state: 'recovered', openedAt: at(100), failures: 2 },
      { state: 'open', openedAt: at(500), failures: 1 },
    ]);
    expect(await counted(store.ledger, 'corrections')).toBe(0);
    await store.ledger.record(batch([success(600)]));
    expect((await shown(store.ledger)).totals.recoveries.deployment).toMatchObject({ count: 2, sumMs: 300_000 });
    await store.ledger.record(batch([failure(500, { target: API })], { targets: [] }));
    expect((await shown(store.ledger)).totals.deployments).toEqual({ success: 2, failure: 3 });
  });

  test('an event from before what the other brought is late', async () => {
    await using store = await open();
    await store.ledger.record(batch([failure(100), success(300, { target: API })]));
    await store.ledger.record(batch([], { moves: [{ from: API, to: WEB }] }));
    expect(await incidentsOf(store.ledger)).toMatchObject([{ closedAt: at(300) }]);
    await store.ledger.record(batch([success(200)]));
    expect(await incidentsOf(store.ledger)).toMatchObject([{ closedAt: at(200), recoveryMs: 100_000 }]);
    expect((await shown(store.ledger)).totals.recoveries.deployment).toMatchObject({ count: 1, sumMs: 200_000 });
  });

  test('into a name whose target is gone: it is there again, and what was abandoned goes on', async () => {
    await using store = await open();
    await store.ledger.record(batch([failure(100), success(50, { target: API })]));
    await store.ledger.record(batch([], { now: at(3600), listings: [{ target: WEB, change: 'removed' }] }));
    await store.ledger.record(batch([], { now: at(7200), moves: [{ from: API, to: WEB }] }));
    expect(await names(store.ledger)).toEqual([WEB.app]);
    expect((await shown(store.ledger)).open).toEqual([{ kind: 'deployment', since: at(100) }]);
    await store.ledger.record(batch([success(8000)]));
    expect(await incidentsOf(store.ledger)).toMatchObject([{ state: 'recovered', recoveryMs: 7_900_000 }]);
  });

  test('out of a name whose target is gone into one that is there: no absence is taken along', async () => {
    await using store = await open();
    await store.ledger.record(batch([failure(100), success(50, { target: API })]));
    await store.ledger.record(batch([], { now: at(3600), listings: [{ target: API, change: 'removed' }] }));
    await store.ledger.record(batch([], { now: at(7200), moves: [{ from: API, to: WEB }] }));
    expect((await shown(store.ledger)).open).toEqual([{ kind: 'deployment', since: at(100) }]);
  });

  test('a target that is gone can be renamed and come back in one batch', async () => {
    await using store = await open();
    await store.ledger.record(batch([failure(100)]));
    const { id } = await shown(store.ledger);
    await store.ledger.record(batch([], { now: at(3600), listings: [{ target: WEB, change: 'removed' }] }));
    const back = batch([], {
      now: at(7200),
      moves: [{ from: WEB, to: NEW }],
      listings: [{ target: NEW, change: 'listed' }],
    });
    expect((await store.ledger.record(back)).changes).toMatchObject({ gone: [], targets: [{ id, app: NEW.app }] });
    expect((await shown(store.ledger, NEW.app)).open).toEqual([{ kind: 'deployment', since: at(100) }]);
  });
}

async function names(ledger: Ledger): Promise<TargetKey['app'][]> {
  return (await ledger.queries.targets(ALL)).items.map(({ app }) => app);
}
