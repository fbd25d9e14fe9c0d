import { expect, test } from 'vitest';
import { quantile } from '../../../src/domain/quantile.ts';
import type { Ledger } from '../../../src/ledger/ledger.ts';
import { BLAME_S, degraded, HEALTH, healthBatch, healthy, verdicts, withdrawn } from '../health-support.ts';
import { causes, resolve, say } from '../override-support.ts';
import {
  ALL,
  ALL_DEPLOYMENTS,
  at,
  batch,
  counted,
  failure,
  type OpenStore,
  shown,
  success,
  target,
} from '../support.ts';

const CAPABILITIES = { ...HEALTH, causes: [...HEALTH.causes, 'errors' as const] };

async function keysOf(ledger: Ledger, seconds: number, now = 1000, source = 'ci') {
  const query = { ...ALL, source, after: at(now - seconds), until: at(now), minSamples: 3 };
  return (await ledger.queries.keys(query)).items[0]?.keys;
}

/** Errors of shop/web, as a sink tells of them. */
function posted(second: number, kind: 'failure' | 'recovery' = 'failure') {
  const sink = target('shop/web', 'sink');
  const more = { target: sink, about: 'errors' as const, id: `${kind} of errors ${second}`, blameWithinMs: 100_000 };
  return batch([], {
    source: 'sink',
    sightings: [kind === 'failure' ? degraded(second, more) : healthy(second, { ...more, blameWithinMs: null })],
    capabilities: { kinds: ['errors'], causes: [], rework: [] },
    targets: [{ target: sink, team: 'shop', observedSince: at(0), sighted: true }],
  });
}

/** Each sentence of "Attribution and change failures" and of "Totals and windows", by the simplest history that shows it. */
export function sentencesContract(open: OpenStore): void {
  test('§7: a failed deployment is its own change failure, cause deployment', async () => {
    await using store = await open();
    await store.ledger.record(healthBatch([failure(10)]));
    expect(await causes(store.ledger)).toEqual(['deployment']);
  });

  test('§7: each Degraded span, also in an open incident, goes to the latest attempt that started by then and ended at most degraded_window before it, or has not ended', async () => {
    await using store = await open();
    await store.ledger.record(healthBatch([success(100), degraded(100 + BLAME_S)]));
    await store.ledger.record(healthBatch([success(400, { startedAt: at(310) }), degraded(310)]));
    await store.ledger.record(healthBatch([success(600), degraded(601 + BLAME_S)]));
    expect(await causes(store.ledger)).toEqual(['degraded', 'degraded', null]);
  });

  test("§7: errors go to the latest deployment of any source with the same app and environment that ended before, at most attribution_window earlier; counted under its labels, the incident keeps the sink's", async () => {
    await using store = await open();
    const other = { ...target('shop/web', 'cd'), environment: 'staging' };
    await store.ledger.record(healthBatch([success(20), success(30)], { capabilities: CAPABILITIES }));
    await store.ledger.record(
      healthBatch([success(40, { target: other })], { source: 'cd', capabilities: CAPABILITIES }),
    );
    await store.ledger.record(posted(130));
    await store.ledger.record(posted(400, 'recovery'));
    await store.ledger.record(posted(500));
    const { items } = await store.ledger.queries.deployments(ALL_DEPLOYMENTS);
    const blamed = items.filter(({ changeFailure }) => changeFailure !== null);
    expect(blamed).toMatchObject([{ source: 'ci', number: 30, changeFailure: 'errors' }]);
    const { targets } = await store.ledger.snapshot();
    const totals = Object.fromEntries(targets.map((one) => [one.source, one.totals.changeFailures]));
    expect(totals).toEqual({ ci: { errors: 1 }, cd: {}, sink: {} });
    expect(targets.find(({ source }) => source === 'sink')?.open).toMatchObject([{ kind: 'errors' }]);
    // An attributed incident counts under the labels of the deployment to blame, and not under the sink's.
    expect((await keysOf(store.ledger, 1000))?.recovery).toMatchObject({ count: 1, mean: 270_000 });
    expect((await keysOf(store.ledger, 1000, 1000, 'sink'))?.recovery).toMatchObject({ count: 0, mean: null });
  });

  test('§7: a rollback blames its predecessor', async () => {
    await using store = await open();
    await store.ledger.record(healthBatch([success(10), success(20), success(30, { rollback: true })]));
    expect(await causes(store.ledger)).toEqual([null, 'rollback', null]);
  });

  test("§7: a person's verdict stands over all, cause verdict when it makes one", async () => {
    await using store = await open();
    await store.ledger.record(healthBatch([failure(10), success(20)]));
    await say(store.ledger, 10, 'not_a_failure');
    await say(store.ledger, 20, 'failure');
    expect(await causes(store.ledger)).toEqual([null, 'verdict']);
  });

  test('§7: a deployment is a change failure at most once, by its earliest event; a counter keeps the cause it was first counted under', async () => {
    await using store = await open();
    await store.ledger.record(healthBatch([success(10), success(90, { rollback: true })]));
    await store.ledger.record(healthBatch([degraded(50), healthy(60), degraded(70)]));
    expect(await causes(store.ledger)).toEqual(['degraded', null]);
    expect((await shown(store.ledger)).totals.changeFailures).toEqual({ rollback: 1 });
  });

  test('§7: within one second the number decides; a failed operation comes after the history entry of its number, a health event after the deployments', async () => {
    await using store = await open();
    const second = (number: number, order: number) => ({ at: at(100), sequence: number, order });
    await store.ledger.record(
      healthBatch([
        degraded(100),
        failure(100, { id: 'failed', ...second(7, 1) }),
        success(100, { id: 'seven', ...second(7, 0) }),
        success(100, { id: 'six', ...second(6, 0) }),
      ]),
    );
    const { items } = await store.ledger.queries.deployments(ALL_DEPLOYMENTS);
    const failed = items.find(({ upstreamId }) => upstreamId === 'failed');
    // The success of its second did not close it; Degraded is of what ended last in it.
    expect((await shown(store.ledger)).open.map(({ kind }) => kind).sort()).toEqual(['degraded', 'deployment']);
    const { items: incidents } = await store.ledger.queries.incidents({
      ...{ ...ALL, state: null, kind: 'degraded' as const, since: null, until: null },
    });
    expect(incidents).toMatchObject([{ attributedTo: { id: failed?.id } }]);
  });

  test('§7: rework is a rollback, what closes a deployment incident unless it repeats what failed, the latest success within a degraded or an errors incident; the first of that order', async () => {
    await using store = await open();
    const told = [
      ...[success(10), success(20, { rollback: true })],
      ...[failure(30, { identity: 'x' }), success(40, { identity: 'x' })],
      ...[failure(50), success(60)],
      ...[degraded(70), success(80), success(90), healthy(95)],
      ...[failure(200), degraded(205), success(210, { rollback: true }), healthy(215)],
    ];
    await store.ledger.record(healthBatch(told, { capabilities: CAPABILITIES }));
    await store.ledger.record(posted(300));
    await store.ledger.record(healthBatch([success(310), success(320)], { capabilities: CAPABILITIES }));
    expect(await verdicts(store.ledger)).not.toHaveProperty('S@320');
    await store.ledger.record(posted(330, 'recovery'));
    const rework = Object.entries(await verdicts(store.ledger)).map(([name, one]) => [name, one.split(' / ')[1]]);
    expect(rework.filter(([, cause]) => cause !== '-').sort()).toEqual([
      ['S@20', 'rollback'],
      ['S@210', 'rollback'],
      ['S@320', 'errors'],
      ['S@60', 'deployment'],
      ['S@90', 'degraded'],
    ]);
  });

  test('§7: the strict reading, cause!="deployment", leaves out what never went live', async () => {
    await using store = await open();
    await store.ledger.record(healthBatch([failure(10), success(20), degraded(30)]));
    const { deployment, ...strict } = (await shown(store.ledger)).totals.changeFailures;
    expect([deployment, strict]).toEqual([1, { degraded: 1 }]);
  });

  test('§8: totals count once, as first recorded; what a late event or a verdict corrects moves windows and corrections, never a total', async () => {
    await using store = await open();
    await store.ledger.record(healthBatch([failure(50), success(100)]));
    const before = (await shown(store.ledger)).totals;
    await say(store.ledger, 50, 'not_a_failure');
    expect((await shown(store.ledger)).totals).toEqual(before);
    expect((await keysOf(store.ledger, 1000))?.changeFailures).toEqual({});
    expect((await keysOf(store.ledger, 1000))?.recovery).toMatchObject({ count: 0, mean: null });
    expect(await counted(store.ledger, 'corrections')).toBeGreaterThan(0);
    await say(store.ledger, 50, null);
    const late = await counted(store.ledger, 'corrections');
    await store.ledger.record(healthBatch([success(80)]));
    expect((await keysOf(store.ledger, 1000))?.recovery).toMatchObject({ count: 1, mean: 30_000 });
    expect((await shown(store.ledger)).totals.recoveries).toEqual(before.recoveries);
    expect(await counted(store.ledger, 'corrections')).toBeGreaterThan(late);
  });

  test('§8: a window is now - w < end <= now; a ratio is over those whose failures could be seen, absent below min_samples', async () => {
    await using store = await open();
    await store.ledger.record(
      healthBatch([failure(10), success(20, { failuresSeen: false }), success(30), success(110), failure(111)]),
    );
    expect(await keysOf(store.ledger, 100, 110)).toMatchObject({
      deployments: 3,
      ratioDeployments: 2,
      changeFailureRatio: null,
      reworkRatio: null,
    });
    expect(await keysOf(store.ledger, 101, 111)).toMatchObject({
      deployments: 4,
      ratioDeployments: 3,
      changeFailures: { deployment: 1 },
      changeFailureRatio: 1 / 3,
      reworkRatio: 0,
    });
  });

  test('§8: recovery times are over incidents closed in the window as recovered, resolved or withdrawn that are change failures; absent over none', async () => {
    await using store = await open();
    await store.ledger.record(healthBatch([success(1), degraded(200), healthy(290)]));
    expect((await keysOf(store.ledger, 1000))?.recovery).toEqual({ count: 0, mean: null, median: null, p90: null });
    await store.ledger.record(healthBatch([failure(300), success(310), failure(400), withdrawn(430), failure(500)]));
    await resolve(store.ledger, 550);
    expect((await keysOf(store.ledger, 1000))?.recovery).toMatchObject({ count: 3, mean: 30_000, median: 30_000 });
    // 310 is at the edge, and out; 550 is at the other, and in.
    expect((await keysOf(store.ledger, 240, 550))?.recovery).toMatchObject({ count: 2, mean: 40_000 });
  });

  test('§8: incidents of one deployment that overlap are one span, first beginning to last close', async () => {
    await using store = await open();
    const told = [failure(20, { startedAt: at(10) }), degraded(15), success(40), healthy(90)];
    await store.ledger.record(healthBatch(told));
    expect((await keysOf(store.ledger, 1000))?.recovery).toMatchObject({ count: 1, mean: 75_000 });
  });

  test('§8: quantiles interpolate linearly between order statistics, Hyndman and Fan, type 7', () => {
    expect([0, 5, 9, 10].map((tenths) => quantile([1, 2, 4, 8], tenths))).toEqual([1, 3, 6.8, 8]);
  });
}
