import { expect, test } from 'vitest';
import { BLAME_S, degraded, healthBatch, healthy, verdicts, withdrawn } from '../health-support.ts';
import { ALL_DEPLOYMENTS, at, counted, failure, incidentsOf, type OpenStore, shown, success } from '../support.ts';

export function attributionContract(open: OpenStore): void {
  test('Degraded after a deployment makes it a change failure, with a sentence why', async () => {
    await using store = await open();
    await store.ledger.record(healthBatch([success(100), success(200)]));
    await store.ledger.record(healthBatch([degraded(240)]));
    const { items } = await store.ledger.queries.deployments(ALL_DEPLOYMENTS);
    expect(items.map(({ changeFailure, changeFailureWhy }) => [changeFailure, changeFailureWhy])).toEqual([
      ['degraded', 'Degraded since 2025-06-15T15:10:40.000Z, 40 s after it ended: at most 100 s make it to blame'],
      [null, null],
    ]);
    expect((await shown(store.ledger)).totals.changeFailures).toEqual({ degraded: 1 });
    expect(await counted(store.ledger, 'corrections')).toBe(0);
  });

  test("Degraded long after the latest deployment is nobody's fault, and an incident all the same", async () => {
    await using store = await open();
    await store.ledger.record(healthBatch([success(100), degraded(101 + BLAME_S)]));
    expect(await incidentsOf(store.ledger)).toMatchObject([
      { attributedTo: null, sightings: [{ attributedTo: null }] },
    ]);
    expect((await shown(store.ledger)).totals.changeFailures).toEqual({});
  });

  test('a second release that degrades inside an open incident is a change failure too', async () => {
    await using store = await open();
    await store.ledger.record(healthBatch([success(100), degraded(150)]));
    await store.ledger.record(healthBatch([success(300)]));
    await store.ledger.record(healthBatch([degraded(320)]));
    await store.ledger.record(healthBatch([healthy(400)]));
    expect(await verdicts(store.ledger)).toEqual({ 'S@300': 'degraded / degraded', 'S@100': 'degraded / -' });
    expect(await incidentsOf(store.ledger)).toMatchObject([
      {
        failures: 2,
        attributedTo: { number: 100 },
        sightings: [{ attributedTo: { number: 100 } }, { attributedTo: { number: 300 } }, { attributedTo: null }],
      },
    ]);
    expect((await shown(store.ledger)).totals.changeFailures).toEqual({ degraded: 2 });
  });

  test('a deployment that degrades twice is one change failure', async () => {
    await using store = await open();
    for (const event of [success(100), degraded(110), healthy(120), degraded(130), healthy(140)])
      await store.ledger.record(healthBatch([event]));
    expect((await shown(store.ledger)).totals.changeFailures).toEqual({ degraded: 1 });
    expect(await incidentsOf(store.ledger)).toMatchObject([
      { attributedTo: { number: 100 } },
      { attributedTo: { number: 100 } },
    ]);
  });

  test('a deployment that had started is to blame, not the one before; known later, it takes over what was counted', async () => {
    await using store = await open();
    await store.ledger.record(healthBatch([success(100), degraded(150)]));
    await store.ledger.record(healthBatch([success(200, { startedAt: at(140) })]));
    expect(await verdicts(store.ledger)).toEqual({ 'S@200': 'degraded / -' });
    expect(await incidentsOf(store.ledger)).toMatchObject([{ attributedTo: { number: 200 } }]);
    expect((await shown(store.ledger)).totals.changeFailures).toEqual({ degraded: 1 });
    expect(await counted(store.ledger, 'corrections')).toBe(0);
    const rows = await store.rows('deployments');
    expect(rows.map((row) => row['change_failure_counted'])).toEqual([null, 'degraded']);
    // What was taken from it counts anew.
    await store.ledger.record(healthBatch([degraded(130)]));
    expect(await verdicts(store.ledger)).toEqual({ 'S@100': 'degraded / -', 'S@200': 'degraded / -' });
    expect((await shown(store.ledger)).totals.changeFailures).toEqual({ degraded: 2 });
  });

  test('a failure is its own cause, unless the target degraded while it ran', async () => {
    await using store = await open();
    await store.ledger.record(healthBatch([failure(100, { startedAt: at(50) }), degraded(60), degraded(110)]));
    expect(await verdicts(store.ledger)).toEqual({ 'F@100': 'degraded / -' });
    await store.ledger.record(healthBatch([failure(1000), degraded(1010)]));
    expect(await verdicts(store.ledger)).toMatchObject({ 'F@1000': 'deployment / -' });
    expect((await shown(store.ledger)).totals.changeFailures).toEqual({ degraded: 1, deployment: 1 });
  });

  test('a counter keeps the cause that was first counted; the row tells the earliest', async () => {
    await using store = await open();
    await store.ledger.record(healthBatch([failure(100, { startedAt: at(50) })]));
    await store.ledger.record(healthBatch([degraded(60)]));
    expect(await verdicts(store.ledger)).toEqual({ 'F@100': 'degraded / -' });
    expect((await shown(store.ledger)).totals.changeFailures).toEqual({ deployment: 1 });
    expect(await counted(store.ledger, 'corrections')).toBe(1);
    expect((await store.rows('deployments')).map((row) => row['change_failure_counted'])).toEqual(['deployment']);
  });

  test('a rollback blames its predecessor, however long ago, and is rework', async () => {
    await using store = await open();
    await store.ledger.record(healthBatch([success(100), success(200)]));
    await store.ledger.record(healthBatch([success(5_000_000, { rollback: true })]));
    expect(await verdicts(store.ledger)).toEqual({ 'S@5000000': '- / rollback', 'S@200': 'rollback / -' });
    const { totals } = await shown(store.ledger);
    expect(totals.changeFailures).toEqual({ rollback: 1 });
    expect(totals.rework).toEqual({ rollback: 1 });
  });

  test('a rollback that repairs is a rollback, and a recovery', async () => {
    await using store = await open();
    await store.ledger.record(healthBatch([success(100), failure(200)]));
    await store.ledger.record(healthBatch([success(300, { rollback: true })]));
    expect(await verdicts(store.ledger)).toEqual({ 'S@300': '- / rollback', 'F@200': 'deployment / -' });
    expect(await incidentsOf(store.ledger)).toMatchObject([{ state: 'recovered', recoveryMs: 100_000 }]);
    const { totals, recoveryAt } = await shown(store.ledger);
    expect({ recoveryAt, rework: totals.rework, failures: totals.changeFailures }).toEqual({
      recoveryAt: at(300),
      rework: { rollback: 1 },
      failures: { deployment: 1 },
    });
  });

  test('a predecessor that comes late takes the blame; the total stays', async () => {
    await using store = await open();
    await store.ledger.record(healthBatch([success(100), success(300, { rollback: true })]));
    await store.ledger.record(healthBatch([success(200)]));
    expect(await verdicts(store.ledger)).toEqual({ 'S@300': '- / rollback', 'S@200': 'rollback / -' });
    expect((await shown(store.ledger)).totals.changeFailures).toEqual({ rollback: 2 });
    expect(await counted(store.ledger, 'corrections')).toBe(1);
  });

  test('the latest success within a degraded incident is rework, known when it closes', async () => {
    await using store = await open();
    await store.ledger.record(healthBatch([success(100), degraded(150), success(200), failure(250), success(300)]));
    expect(await verdicts(store.ledger)).toEqual({
      'S@100': 'degraded / -',
      'F@250': 'deployment / -',
      'S@300': '- / deployment',
    });
    await store.ledger.record(healthBatch([success(350)]));
    expect((await shown(store.ledger)).totals.rework).toEqual({ deployment: 1 });
    await store.ledger.record(healthBatch([healthy(400), success(450)]));
    expect(await verdicts(store.ledger)).toMatchObject({ 'S@300': '- / deployment', 'S@350': '- / degraded' });
    expect((await shown(store.ledger)).totals.rework).toEqual({ deployment: 1, degraded: 1 });
    await store.ledger.record(healthBatch([success(390)]));
    expect(await verdicts(store.ledger)).toMatchObject({ 'S@390': '- / degraded' });
    expect((await shown(store.ledger)).totals.rework).toEqual({ deployment: 1, degraded: 2 });
    expect(await counted(store.ledger, 'corrections')).toBe(1);
  });

  test('a late repair from before all that is recorded is rework', async () => {
    await using store = await open();
    await store.ledger.record(healthBatch([success(300)]));
    await store.ledger.record(healthBatch([failure(100), success(200)]));
    expect(await verdicts(store.ledger)).toEqual({ 'F@100': 'deployment / -', 'S@200': '- / deployment' });
  });

  test('a late success takes the repair over from one further back', async () => {
    await using store = await open();
    await store.ledger.record(healthBatch([degraded(150), success(200), failure(250), withdrawn(300), healthy(600)]));
    expect(await verdicts(store.ledger)).toMatchObject({ 'S@200': '- / degraded' });
    await store.ledger.record(healthBatch([success(500)]));
    expect(await verdicts(store.ledger)).toEqual({ 'F@250': 'deployment / -', 'S@500': '- / degraded' });
    expect(await counted(store.ledger, 'corrections')).toBe(1);
  });

  test('a success that repeats what failed is no rework, even with health told of', async () => {
    await using store = await open();
    await store.ledger.record(healthBatch([failure(100, { identity: 'x' }), success(200, { identity: 'x' })]));
    expect((await shown(store.ledger)).totals.rework).toEqual({});
  });
}
