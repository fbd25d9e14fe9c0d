import { expect, test } from 'vitest';
import type { Capabilities, Sighting } from '../../../src/domain/batch.ts';
import { degraded, healthBatch, healthy } from '../health-support.ts';
import { ANN, causes, latest, recordOf, resolve, SAID, say } from '../override-support.ts';
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
  T0,
  target,
  WEB,
} from '../support.ts';

const ERRORS: Capabilities = { kinds: ['errors'], causes: [], rework: [] };
const NEVER = new AbortController().signal;

export function verdictsContract(open: OpenStore): void {
  test('a success that is said to be a failure is a change failure, counted once under its own cause', async () => {
    await using store = await open();
    await store.ledger.record(batch([success(100), success(200)]));
    const answer = await say(store.ledger, 100, 'failure');
    expect(recordOf(answer)).toMatchObject({
      outcome: 'success',
      changeFailure: 'verdict',
      changeFailureWhy: 'a person said that it was one',
      verdict: 'failure',
      verdicts: [{ ...SAID, verdict: 'failure' }],
    });
    const projection = await shown(store.ledger);
    expect(answer).toMatchObject({ changes: { targets: [projection] } });
    expect(projection.totals.changeFailures).toEqual({ verdict: 1 });
    expect(projection.open).toEqual([]);
    expect(await counted(store.ledger, 'corrections')).toBe(0);
  });

  test('a failure that is said to be none is none; it stays a failed attempt, its incident open, its total counted', async () => {
    await using store = await open();
    await store.ledger.record(batch([failure(100)]));
    expect(recordOf(await say(store.ledger, 100, 'not_a_failure'))).toMatchObject({
      outcome: 'failure',
      changeFailure: null,
      changeFailureWhy: null,
      role: 'opened',
    });
    const { totals, open: incidents } = await shown(store.ledger);
    expect(totals).toMatchObject({ changeFailures: { deployment: 1 }, deployments: { failure: 1 } });
    expect(incidents).toHaveLength(1);
    expect(await counted(store.ledger, 'corrections')).toBe(1);
  });

  test('taking it back brings the cause of the events back, and corrects nothing more', async () => {
    await using store = await open();
    await store.ledger.record(batch([failure(100), success(200)]));
    await say(store.ledger, 100, 'not_a_failure');
    await say(store.ledger, 200, 'failure');
    expect(await causes(store.ledger)).toEqual([null, 'verdict']);
    await say(store.ledger, 100, null, { reason: 'it was one' });
    const back = recordOf(await say(store.ledger, 200, null, { reason: 'it was none', decidedAt: at(1200) }));
    expect(back).toMatchObject({ verdict: null, changeFailure: null });
    expect(back.verdicts).toEqual([
      { ...SAID, verdict: 'failure' },
      { by: 'ann', reason: 'it was none', decidedAt: at(1200), verdict: null },
    ]);
    expect(await causes(store.ledger)).toEqual(['deployment', null]);
    expect((await shown(store.ledger)).totals.changeFailures).toEqual({ deployment: 1, verdict: 1 });
    expect(await counted(store.ledger, 'corrections')).toBe(2);
    await say(store.ledger, 200, 'failure');
    expect((await shown(store.ledger)).totals.changeFailures).toEqual({ deployment: 1, verdict: 1 });
    expect(await counted(store.ledger, 'corrections')).toBe(2);
  });

  test('the same again changes nothing; another reason is taken down', async () => {
    await using store = await open();
    await store.ledger.record(batch([success(100)]));
    const first = recordOf(await say(store.ledger, 100, 'failure'));
    expect(recordOf(await say(store.ledger, 100, 'failure', { by: 'bob', decidedAt: at(1500) }))).toEqual(first);
    const again = recordOf(await say(store.ledger, 100, 'failure', { by: 'bob', reason: 'data was lost' }));
    expect(again.verdicts.map(({ by, reason }) => [by, reason])).toEqual([
      ['ann', 'a flaky runner'],
      ['bob', 'data was lost'],
    ]);
    expect((await shown(store.ledger)).totals.changeFailures).toEqual({ verdict: 1 });
    expect(await counted(store.ledger, 'corrections')).toBe(0);
    expect(await store.ledger.giveVerdict({ ...ANN, deployment: 4711, verdict: null })).toEqual({ kind: 'unknown' });
  });

  test('where the events make it one they name the cause', async () => {
    await using store = await open();
    await store.ledger.record(batch([failure(100)]));
    await say(store.ledger, 100, 'failure');
    expect(await causes(store.ledger)).toEqual(['deployment']);
    expect((await shown(store.ledger)).totals.changeFailures).toEqual({ deployment: 1 });
  });

  test('windows follow: the deployment, and the recovery time of what it broke, at once and after a restart', async () => {
    await using store = await open();
    await store.ledger.record(batch([failure(100), success(200)]));
    const incident = await latest(store.ledger);
    const recovery = { incident, deployment: 'shop/web F@100', openedAt: at(100), closedAt: at(200) };
    const read = async () => {
      const rows = await Array.fromAsync(store.ledger.windowRows(T0));
      return {
        causes: rows.flatMap(({ added }) => added.map(({ changeFailure }) => changeFailure)),
        recoveries: rows.flatMap(({ recoveries }) => recoveries),
      };
    };
    const excused = await say(store.ledger, 100, 'not_a_failure');
    expect(excused).toMatchObject({
      changes: {
        windows: {
          removed: [{ changeFailure: 'deployment' }],
          added: [{ at: at(100), changeFailure: null }],
          recoveries: [{ incident, recovery: null }],
        },
      },
    });
    expect(await read()).toEqual({ causes: [null, null], recoveries: [] });
    const { changes } = await store.ledger.record(batch([failure(50)]));
    expect(changes.windows.recoveries).toMatchObject([{ incident, recovery: { openedAt: at(50) } }]);
    await say(store.ledger, 50, 'not_a_failure');
    const late = await store.ledger.record(batch([success(150)]));
    expect(late.changes.windows.recoveries.filter((one) => one.recovery !== null)).toEqual([]);
    await say(store.ledger, 50, null);
    expect(await read()).toMatchObject({
      causes: ['deployment', null, null, null],
      recoveries: [{ recovery: { ...recovery, deployment: 'shop/web F@50', openedAt: at(50), closedAt: at(150) } }],
    });
  });

  test('restarts, late events and merges keep it', async () => {
    await using store = await open();
    await store.ledger.record(
      batch([failure(100), success(400), success(600), success(50, { target: target('shop/old') })]),
    );
    await say(store.ledger, 100, 'not_a_failure');
    await say(store.ledger, 400, 'failure');
    await store.reopen();
    await store.ledger.record(batch([failure(90), success(95)]));
    expect(await causes(store.ledger)).toEqual([null, 'deployment', null, null, 'verdict', null]);
    await store.ledger.record(batch([], { moves: [{ from: WEB, to: target('shop/old') }] }));
    expect(await causes(store.ledger)).toEqual([null, 'deployment', null, null, 'verdict', null]);
    await store.ledger.record(batch([failure(20, { target: target('shop/old') })]));
    expect(await causes(store.ledger)).toEqual(['deployment', null, 'deployment', null, null, 'verdict', null]);
  });

  test('B24: words go with what they were said of, counted', async () => {
    await using store = await open();
    await store.ledger.record(batch([failure(100)]));
    await resolve(store.ledger, 200);
    await say(store.ledger, 100, 'not_a_failure');
    await store.ledger.record(batch([failure(2000), success(2100)]));
    await store.ledger.sweep({ rows: at(150), errors: at(150) }, NEVER);
    expect(await store.rows('resolutions')).toHaveLength(1);
    expect(await incidentsOf(store.ledger)).toMatchObject([{ resolution: SAID }, {}]);
    await store.ledger.sweep({ rows: at(1000), errors: at(1000) }, NEVER);
    expect(await store.rows('deployments')).toHaveLength(2);
    expect(await store.rows('verdicts')).toEqual([]);
    expect(await store.rows('resolutions')).toEqual([]);
    const swept = store.observed.filter(({ kind }) => kind === 'swept');
    expect(swept).toContainEqual({ kind: 'swept', table: 'verdicts', rows: 1 });
    expect(swept).toContainEqual({ kind: 'swept', table: 'resolutions', rows: 1 });
  });

  for (const kind of ['degraded', 'errors'] as const) {
    test(`what is said of a deployment stays as long as an incident (${kind}) that is blamed on it`, async () => {
      await using store = await open();
      const about: Partial<Sighting> = kind === 'errors' ? { target: target(WEB.app, 'sink'), about: kind } : {};
      const events = [degraded(150, about), healthy(2000, about)];
      await store.ledger.record(healthBatch([success(100), success(5000)], { now: at(5000) }));
      const by = kind === 'errors' ? { source: 'sink', capabilities: ERRORS } : {};
      await store.ledger.record(healthBatch(events, { now: at(5000), ...by }));
      const span = { after: at(1000), until: at(6000), minSamples: 1 };
      const recoveries = async () => {
        const rows = await Array.fromAsync(store.ledger.windowRows(at(1000)));
        const told = (await store.ledger.queries.keys({ ...ALL, ...WEB, ...span })).items[0]?.keys.recovery.count;
        return { told, read: rows.flatMap((one) => one.recoveries).length };
      };
      expect(await recoveries()).toEqual({ told: 1, read: 1 });
      await say(store.ledger, 100, 'not_a_failure');
      expect(await recoveries()).toEqual({ told: 0, read: 0 });
      await store.ledger.sweep({ rows: at(1000), errors: at(1000) }, NEVER);
      expect(await recoveries()).toEqual({ told: 0, read: 0 });
      await say(store.ledger, 100, null);
      expect(await recoveries()).toEqual({ told: 1, read: 1 });
      await say(store.ledger, 100, 'not_a_failure');
      await store.ledger.sweep({ rows: at(3000), errors: at(3000) }, NEVER);
      expect(await store.rows('deployments')).toHaveLength(1);
      expect(await store.rows('verdicts')).toEqual([]);
      expect(await recoveries()).toEqual({ told: 0, read: 0 });
    });
  }
}
