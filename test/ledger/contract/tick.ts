import { expect, test } from 'vitest';
import { NO_WINDOW_CHANGES } from '../../../src/ledger/window-log.ts';
import {
  at,
  batch,
  counted,
  DAY_MS,
  failure,
  incidentsOf,
  type OpenStore,
  shown,
  success,
  T0,
  target,
  tellAll,
  WEB,
} from '../support.ts';

const EXPIRY = 30 * DAY_MS;
/** In seconds: the tick that first finds an incident of second 100 expired, and one before it. */
const EXPIRED = EXPIRY / 1000 + 101;

export function tickContract(open: OpenStore): void {
  test('a tick with nothing due changes nothing and commits nothing', async () => {
    await using store = await open();
    await store.ledger.record(batch([failure(100)]));
    expect(await store.ledger.tick(at(100) + EXPIRY)).toEqual({
      targets: [],
      gone: [],
      counts: [],
      windows: NO_WINDOW_CHANGES,
      successes: [],
    });
    expect(store.observed).toHaveLength(1);
  });

  test('B10: an incident that is too old is closed as expired, without a time, and told once', async () => {
    await using store = await open({ plan: tellAll });
    await store.ledger.record(
      batch([failure(100), failure(100, { target: target('api') }), success(200, { target: target('api') })]),
    );
    const changes = await store.ledger.tick(at(EXPIRED));
    expect(changes.counts).toEqual([
      {
        counter: 'transitions',
        source: 'ci',
        labels: { kind: 'deployment', operation: 'close', outcome: 'expired', origin: 'tick' },
        by: 1,
      },
    ]);
    expect(changes.targets).toMatchObject([{ app: WEB.app, open: [], failureAt: at(100), recoveryAt: null }]);
    expect(changes.targets).toEqual([await shown(store.ledger)]);
    expect((await store.ledger.tick(at(EXPIRED + 15))).targets).toEqual([]);
    expect(await incidentsOf(store.ledger)).toMatchObject([
      { state: 'expired', closedAt: at(100) + EXPIRY, recoveryMs: null },
    ]);
    expect((await store.rows('outbox')).map((row) => row['key'])).toContain('close expired');
  });

  test('a recovery after the expiry closes nothing and gives no time', async () => {
    await using store = await open();
    await store.ledger.record(batch([failure(100)]));
    await store.ledger.tick(at(EXPIRED));
    expect((await store.ledger.record(batch([success(EXPIRED + 1)]))).transitions).toEqual([]);
    expect((await shown(store.ledger)).totals.recoveries).toEqual({});
  });

  test('the expiry is judged in the fold too, so history needs no tick', async () => {
    await using store = await open();
    await store.ledger.record(batch([failure(100), success(EXPIRED + 1)], { origin: 'backfill' }));
    expect(await incidentsOf(store.ledger)).toMatchObject([{ state: 'expired', closedAt: at(100) + EXPIRY }]);
  });

  test('a recovery that is learnt after the tick but happened before the expiry closes it properly', async () => {
    await using store = await open();
    await store.ledger.record(batch([failure(100)]));
    await store.ledger.tick(at(EXPIRED));
    const { transitions } = await store.ledger.record(batch([success(400)]));
    expect(transitions).toMatchObject([
      { operation: 'close', outcome: 'recovered', origin: 'late', recoveryMs: 300_000 },
    ]);
    expect(await incidentsOf(store.ledger)).toMatchObject([{ state: 'recovered', recoveryMs: 300_000 }]);
    expect((await shown(store.ledger)).totals.recoveries.deployment).toMatchObject({ count: 1, sumMs: 300_000 });
    expect(await counted(store.ledger, 'corrections')).toBe(0);
  });

  test('a failure of the last moment belongs to what expires, also for a late event that comes after', async () => {
    await using store = await open({ rules: { expiryMs: 25_000 } });
    await store.ledger.record(batch([failure(0), failure(25)]));
    await store.ledger.tick(at(30));
    await store.ledger.record(batch([failure(40), success(50)]));
    await store.ledger.record(batch([failure(35)]));
    expect(await incidentsOf(store.ledger)).toMatchObject([
      { state: 'expired', failures: 2, openedAt: at(0), closedAt: at(25) },
      { state: 'recovered', failures: 2, openedAt: at(35), closedAt: at(50) },
    ]);
  });

  test('a late event does not open again what has expired', async () => {
    await using store = await open({ plan: tellAll });
    await store.ledger.record(batch([failure(100)]));
    await store.ledger.tick(at(EXPIRED));
    expect((await store.ledger.record(batch([success(50)]))).transitions).toEqual([]);
    expect(await incidentsOf(store.ledger)).toMatchObject([{ state: 'expired' }]);
    expect((await shown(store.ledger)).open).toEqual([]);
    expect(await store.rows('outbox')).toHaveLength(2);
  });

  test('a tick leaves a target that is gone alone', async () => {
    await using store = await open();
    await store.ledger.record(batch([failure(100)]));
    await store.ledger.record(batch([], { now: at(3600), listings: [{ target: WEB, change: 'removed' }] }));
    expect((await store.ledger.tick(T0 + 2 * EXPIRY)).targets).toEqual([]);
    await store.ledger.record(batch([], { now: T0 + 3 * EXPIRY, listings: [{ target: WEB, change: 'listed' }] }));
    expect(await incidentsOf(store.ledger)).toMatchObject([{ state: 'abandoned' }]);
    expect((await shown(store.ledger)).open).toEqual([]);
  });
}
