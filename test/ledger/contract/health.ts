import { expect, test } from 'vitest';
import { degraded, HEALTH, healthBatch, healthy, withdrawn } from '../health-support.ts';
import { at, counted, failure, incidentsOf, type OpenStore, shown, success, tellAll, WEB } from '../support.ts';

export function healthContract(open: OpenStore): void {
  test('Degraded opens an incident of its own kind, and Healthy closes it', async () => {
    await using store = await open();
    const { transitions } = await store.ledger.record(healthBatch([success(100), degraded(150), healthy(450)]));
    expect(transitions).toMatchObject([
      { kind: 'degraded', operation: 'open', outcome: 'done', openedAt: at(150) },
      { kind: 'degraded', operation: 'close', outcome: 'recovered', recoveryMs: 300_000 },
    ]);
    const { totals, open: still, failureAt, recoveryAt, lastActiveAt } = await shown(store.ledger);
    expect(still).toEqual([]);
    expect(totals.recoveries.degraded).toMatchObject({ count: 1, sumMs: 300_000 });
    expect(totals.recoveries.deployment).toBeUndefined();
    expect({ failureAt, recoveryAt, lastActiveAt }).toEqual({
      failureAt: null,
      recoveryAt: null,
      lastActiveAt: at(100),
    });
  });

  test('a failed deployment and Degraded are two incidents; neither closes the other', async () => {
    await using store = await open();
    await store.ledger.record(healthBatch([failure(100), degraded(110)]));
    expect((await shown(store.ledger)).open).toEqual([
      { kind: 'deployment', since: at(100) },
      { kind: 'degraded', since: at(110) },
    ]);
    await store.ledger.record(healthBatch([success(200)]));
    expect((await shown(store.ledger)).open).toEqual([{ kind: 'degraded', since: at(110) }]);
    await store.ledger.record(healthBatch([failure(300), healthy(310)]));
    expect((await shown(store.ledger)).open).toEqual([{ kind: 'deployment', since: at(300) }]);
  });

  test('an incident shows every failure with its details, and what ended it', async () => {
    await using store = await open();
    await store.ledger.record(healthBatch([success(100), degraded(150), degraded(170), healthy(450)]));
    const [incident] = await incidentsOf(store.ledger);
    expect(incident).toMatchObject({
      kind: 'degraded',
      openedAt: at(150),
      failures: 2,
      openedBy: null,
      run: [],
      closedBy: null,
      attributedTo: { number: 100, details: { event: 'push' } },
      sightings: [
        { kind: 'failure', at: at(150), details: { message: 'seen at 150' }, attributedTo: { number: 100 } },
        { kind: 'failure', at: at(170), details: { message: 'seen at 170' }, attributedTo: { number: 100 } },
        { kind: 'recovery', at: at(450), details: { status: 'recovery' }, attributedTo: null },
      ],
    });
  });

  test('states that say nothing hold an open incident: it closes at Healthy alone', async () => {
    await using store = await open();
    await store.ledger.record(healthBatch([success(100), degraded(150)]));
    await store.ledger.record(healthBatch([], { now: at(5000) }));
    expect((await shown(store.ledger)).open).toEqual([{ kind: 'degraded', since: at(150) }]);
    await store.ledger.record(healthBatch([healthy(6000)]));
    expect(await incidentsOf(store.ledger)).toMatchObject([{ recoveryMs: 5_850_000 }]);
  });

  test('a change that was taken back ends the deployment incident as withdrawn, with its recovery time', async () => {
    await using store = await open();
    await store.ledger.record(healthBatch([success(50), failure(100), degraded(110)]));
    const { transitions } = await store.ledger.record(healthBatch([withdrawn(400)]));
    expect(transitions).toMatchObject([{ kind: 'deployment', operation: 'close', outcome: 'withdrawn' }]);
    const [incident] = await incidentsOf(store.ledger);
    expect(incident).toMatchObject({
      state: 'withdrawn',
      recoveryMs: 300_000,
      closedBy: null,
      sightings: [{ kind: 'withdrawn', at: at(400), details: { message: 'seen at 400' } }],
    });
    const { totals, failureAt, recoveryAt, open: still } = await shown(store.ledger);
    expect(totals.recoveries.deployment).toMatchObject({ count: 1, sumMs: 300_000 });
    expect(totals.recoveries.deployment?.exemplars.find((one) => one !== null)?.id).toBe(failure(100).id);
    expect({ failureAt, recoveryAt, still }).toEqual({
      failureAt: at(100),
      recoveryAt: null,
      still: [{ kind: 'degraded', since: at(110) }],
    });
    expect(totals.rework).toEqual({});
    await store.ledger.record(healthBatch([success(500)]));
    expect((await shown(store.ledger)).totals.recoveries.deployment?.count).toBe(1);
  });

  test('withdrawn without an incident is nothing', async () => {
    await using store = await open();
    await store.ledger.record(healthBatch([success(50), withdrawn(400)]));
    expect(await incidentsOf(store.ledger)).toEqual([]);
    expect(await counted(store.ledger, 'transitions')).toBe(0);
  });

  test('a sighting counts once, and stays decided', async () => {
    await using store = await open({ plan: tellAll });
    const events = [success(100), degraded(150), degraded(150), healthy(450)];
    for (let poll = 0; poll < 3; poll += 1) await store.ledger.record(healthBatch(events));
    expect(await store.rows('outbox')).toHaveLength(2);
    expect(await store.rows('sightings')).toHaveLength(2);
    expect(await store.ledger.decided(WEB.source, [degraded(150).id, 'new'])).toEqual(new Set([degraded(150).id]));
  });

  test('health of the second of a deployment comes after it', async () => {
    await using store = await open();
    await store.ledger.record(healthBatch([degraded(100), healthy(200), success(100), success(200)]));
    expect(await incidentsOf(store.ledger)).toMatchObject([{ attributedTo: { number: 100 } }]);
    expect((await shown(store.ledger)).totals.rework).toEqual({ degraded: 1 });
  });

  test('a span that is told minutes after a deployment is not late: the kinds have no order between them', async () => {
    await using store = await open();
    await store.ledger.record(healthBatch([success(100)]));
    await store.ledger.record(healthBatch([failure(200)]));
    const { transitions } = await store.ledger.record(healthBatch([degraded(150)]));
    expect(transitions).toMatchObject([{ kind: 'degraded', origin: 'poll' }]);
    const { transitions: more } = await store.ledger.record(healthBatch([healthy(300), success(250)]));
    expect(more.map(({ kind, origin }) => [kind, origin])).toEqual([
      ['deployment', 'poll'],
      ['degraded', 'poll'],
    ]);
  });

  test('a late recovery splits a span, a late failure moves its beginning back', async () => {
    await using store = await open();
    await store.ledger.record(healthBatch([success(100), degraded(200), degraded(400), healthy(500)]));
    await store.ledger.record(healthBatch([healthy(300)]));
    await store.ledger.record(healthBatch([degraded(150)]));
    expect(await incidentsOf(store.ledger)).toMatchObject([
      { openedAt: at(150), closedAt: at(300), failures: 2 },
      { openedAt: at(400), closedAt: at(500), failures: 1 },
    ]);
    expect((await shown(store.ledger)).totals.recoveries.degraded).toMatchObject({ count: 2, sumMs: 400_000 });
  });

  test('a removed target abandons both incidents; back without an event of the kind between, each goes on', async () => {
    await using store = await open();
    await store.ledger.record(healthBatch([failure(100), degraded(110)]));
    const listing = (change: 'removed' | 'listed') => [{ target: WEB, change }] as const;
    await store.ledger.record(healthBatch([], { now: at(1000), listings: listing('removed') }));
    expect(await incidentsOf(store.ledger)).toMatchObject([{ state: 'abandoned' }, { state: 'abandoned' }]);
    await store.ledger.record(healthBatch([success(1100)], { now: at(1200) }));
    await store.ledger.record(healthBatch([], { now: at(2000), listings: listing('listed') }));
    expect((await shown(store.ledger)).open).toEqual([{ kind: 'degraded', since: at(110) }]);
  });

  test('an incident of health expires like any other', async () => {
    await using store = await open({ rules: { expiryMs: 60_000 } });
    await store.ledger.record(healthBatch([success(100), degraded(150)]));
    await store.ledger.tick(at(300));
    await store.ledger.record(healthBatch([healthy(400)]));
    expect(await incidentsOf(store.ledger)).toMatchObject([{ state: 'expired', closedAt: at(210), recoveryMs: null }]);
    expect((await shown(store.ledger)).totals.rework).toEqual({});
  });

  test('a target that was sighted is there without an event', async () => {
    await using store = await open();
    const sighted = { target: WEB, team: 'shop', observedSince: at(5), sighted: true };
    const { changes } = await store.ledger.record(healthBatch([], { now: at(60), targets: [sighted] }));
    expect(changes.targets).toEqual([await shown(store.ledger)]);
    expect(await shown(store.ledger)).toMatchObject({
      capabilities: HEALTH,
      observedSince: at(5),
      bornLiveAt: at(60),
      lastActiveAt: at(5),
      lastSuccessAt: null,
      totals: { deployments: { success: 0, failure: 0 } },
    });
    expect((await store.ledger.record(healthBatch([], { targets: [sighted] }))).changes.targets).toEqual([]);
  });

  test('a target that was sighted in a first read of history is not born live; a sighting alone makes one too', async () => {
    await using store = await open();
    const sighted = { target: WEB, team: '', observedSince: 0, sighted: true };
    await store.ledger.record(healthBatch([], { now: at(60), origin: 'backfill', targets: [sighted] }));
    expect(await shown(store.ledger)).toMatchObject({ bornLiveAt: null, lastActiveAt: at(60) });
    const other = { target: { ...WEB, app: 'other' } };
    await store.ledger.record(healthBatch([degraded(150, other)]));
    expect((await shown(store.ledger, 'other')).open).toEqual([{ kind: 'degraded', since: at(150) }]);
  });

  test('a sighting of a target without facts is a bug and records nothing', async () => {
    await using store = await open();
    await expect(store.ledger.record(healthBatch([degraded(1)], { targets: [] }))).rejects.toThrow('without the facts');
  });
}
