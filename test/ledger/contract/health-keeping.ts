import { expect, test } from 'vitest';
import { degraded, healthBatch, healthy, verdicts, withdrawn } from '../health-support.ts';
import { at, counted, failure, incidentsOf, type OpenStore, shown, success, target, WEB } from '../support.ts';

const NEVER = new AbortController().signal;
const OTHER = { target: target('other') };

const STORY = [
  success(100, { startedAt: at(90) }),
  degraded(150),
  success(200, { startedAt: at(190) }),
  degraded(210),
  success(300, { rollback: true }),
  healthy(400),
  failure(500),
  withdrawn(600),
  success(700),
];

const VERDICTS = {
  'S@100': 'degraded / -',
  'S@200': 'degraded / -',
  'S@300': '- / rollback',
  'F@500': 'deployment / -',
};

export function healthKeepingContract(open: OpenStore): void {
  test('one by one, reopened at any point, and read again: the same', async () => {
    for (let point = 0; point <= STORY.length; point += 1) {
      await using store = await open();
      for (const event of STORY.slice(0, point)) await store.ledger.record(healthBatch([event]));
      await store.reopen();
      for (const event of STORY) await store.ledger.record(healthBatch([event]));
      expect(await verdicts(store.ledger)).toEqual(VERDICTS);
      expect(await incidentsOf(store.ledger)).toMatchObject([
        { kind: 'degraded', failures: 2, recoveryMs: 250_000, attributedTo: { number: 100 } },
        { kind: 'deployment', state: 'withdrawn', recoveryMs: 100_000 },
      ]);
      const { totals } = await shown(store.ledger);
      expect(totals.changeFailures).toEqual({ degraded: 2, deployment: 1 });
      expect(totals.rework).toEqual({ rollback: 1 });
      expect(await counted(store.ledger, 'corrections')).toBe(0);
    }
  });

  test('a new name takes sightings along', async () => {
    await using store = await open();
    await store.ledger.record(healthBatch([success(100), degraded(150)]));
    const moves = [{ from: WEB, to: OTHER.target }];
    await store.ledger.record(healthBatch([healthy(250, OTHER), degraded(120, OTHER)], { moves }));
    expect(await incidentsOf(store.ledger, 'other')).toMatchObject([
      { openedAt: at(120), closedAt: at(250), sightings: [{}, {}, {}], attributedTo: { number: 100 } },
    ]);
  });

  test('two that become one: one history of health, blamed anew, each counted once', async () => {
    await using store = await open();
    await store.ledger.record(healthBatch([success(100), degraded(150), healthy(400)]));
    await store.ledger.record(healthBatch([success(140, OTHER), success(300, OTHER), degraded(200, OTHER)]));
    expect(await verdicts(store.ledger)).toEqual({ 'S@100': 'degraded / -' });
    expect(await verdicts(store.ledger, 'other')).toEqual({ 'S@140': 'degraded / -' });
    await store.ledger.record(healthBatch([], { moves: [{ from: OTHER.target, to: WEB }] }));
    expect(await verdicts(store.ledger)).toEqual({ 'other S@140': 'degraded / -', 'other S@300': '- / degraded' });
    expect(await incidentsOf(store.ledger)).toMatchObject([
      { openedAt: at(150), closedAt: at(400), failures: 2, attributedTo: { number: 140 } },
    ]);
    const { totals } = await shown(store.ledger);
    expect(totals.changeFailures).toEqual({ degraded: 2 });
    expect(totals.rework).toEqual({ degraded: 1 });
    expect(await counted(store.ledger, 'corrections')).toBe(1);
  });

  test('B24: old sightings go and stay decided; totals and verdicts stay', async () => {
    await using store = await open();
    await store.ledger.record(healthBatch([...STORY, success(5000)]));
    const before = await shown(store.ledger);
    await store.ledger.sweep({ rows: at(4000), errors: at(4000) }, NEVER);
    expect(store.observed).toContainEqual({ kind: 'swept', table: 'sightings', rows: 4 });
    expect(await store.rows('sightings')).toEqual([]);
    expect(await store.ledger.decided('ci', [degraded(150).id])).toEqual(new Set([degraded(150).id]));
    await store.ledger.record(healthBatch(STORY));
    await store.reopen();
    expect(await shown(store.ledger)).toEqual(before);
  });

  test('an open incident keeps its sightings over a sweep', async () => {
    await using store = await open();
    await store.ledger.record(healthBatch([success(100), degraded(150), healthy(160), degraded(200), degraded(300)]));
    await store.ledger.sweep({ rows: at(1000), errors: at(1000) }, NEVER);
    expect((await store.rows('sightings')).map((row) => row['at'])).toEqual([at(200), at(300)]);
    await store.ledger.record(healthBatch([healthy(250), healthy(2000)]));
    expect(await incidentsOf(store.ledger)).toMatchObject([
      { openedAt: at(200), closedAt: at(250) },
      { openedAt: at(300), closedAt: at(2000) },
    ]);
    expect((await shown(store.ledger)).totals.changeFailures).toEqual({ degraded: 1 });
  });

  test('a late event after a sweep leaves what was swept as it was told', async () => {
    await using store = await open();
    const long = success(2000, { startedAt: at(100) });
    await store.ledger.record(healthBatch([long, degraded(150), healthy(300), success(5000)]));
    expect(await verdicts(store.ledger)).toEqual({ 'S@2000': 'degraded / -' });
    await store.ledger.sweep({ rows: at(1000), errors: at(1000) }, NEVER);
    await store.ledger.record(healthBatch([success(1900), degraded(5010)]));
    expect(await verdicts(store.ledger)).toEqual({ 'S@2000': 'degraded / -', 'S@5000': 'degraded / -' });
    expect(await counted(store.ledger, 'corrections')).toBe(0);
  });

  test('what repaired a target stays rework while its row does', async () => {
    await using store = await open();
    await store.ledger.record(healthBatch([degraded(50), failure(100), success(200)]));
    await store.ledger.sweep({ rows: at(1000), errors: at(1000) }, NEVER);
    await store.ledger.record(healthBatch([failure(150)]));
    expect(await verdicts(store.ledger)).toMatchObject({ 'S@200': '- / deployment' });
    expect(await counted(store.ledger, 'corrections')).toBe(0);
  });
}
