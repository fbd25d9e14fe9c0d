import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ANN, latest, recordOf, resolve, SAID } from '../override-support.ts';
import {
  ALL_INCIDENTS,
  at,
  batch,
  counted,
  failure,
  incidentsOf,
  type OpenStore,
  shown,
  success,
  target,
  tellAll,
  WEB,
} from '../support.ts';

export function resolvingContract(open: OpenStore): void {
  test('a person ends an incident: its time, its recovery time, who and why, one message', async () => {
    await using store = await open({ plan: tellAll });
    await store.ledger.record(batch([failure(100), failure(200)]));
    const answer = await resolve(store.ledger, 400);
    expect(recordOf(answer)).toMatchObject({
      state: 'resolved',
      closedAt: at(400),
      recoveryMs: 300_000,
      closedBy: null,
      resolution: { ...SAID, at: at(400) },
    });
    const projection = await shown(store.ledger);
    expect(answer).toMatchObject({ changes: { targets: [projection] } });
    expect(projection).toMatchObject({ open: [], failureAt: at(100), recoveryAt: null });
    expect(projection.totals.recoveries.deployment).toMatchObject({ count: 1, sumMs: 300_000 });
    const closed = { kind: 'deployment', operation: 'close', origin: 'api' };
    expect(await counted(store.ledger, 'transitions', { ...closed, outcome: 'resolved' })).toBe(1);
    expect((await store.rows('outbox')).map((row) => row['key'])).toContain('close resolved');
    expect(await counted(store.ledger, 'corrections')).toBe(0);
  });

  test('B11: the second call gives the same record and only counts a noop', async () => {
    await using store = await open({ plan: tellAll });
    await store.ledger.record(batch([failure(100)]));
    const first = recordOf(await resolve(store.ledger, 400));
    const before = { shown: await shown(store.ledger), rows: await store.rows('outbox') };
    const second = await resolve(store.ledger, 300, { by: 'bob', reason: 'me too', decidedAt: at(2000) });
    expect(recordOf(second)).toEqual(first);
    expect(second).toMatchObject({ changes: { targets: [], gone: [] } });
    expect({ shown: await shown(store.ledger), rows: await store.rows('outbox') }).toEqual(before);
    expect(await store.rows('resolutions')).toHaveLength(1);
    const noop = { operation: 'close', outcome: 'noop', origin: 'api' };
    expect(await counted(store.ledger, 'transitions', noop)).toBe(1);
  });

  test('what ended by itself stays as it ended', async () => {
    await using store = await open();
    await store.ledger.record(batch([failure(100), success(300)]));
    expect(recordOf(await resolve(store.ledger, 200))).toMatchObject({ state: 'recovered', recoveryMs: 200_000 });
    expect(await store.rows('resolutions')).toEqual([]);
  });

  test('without a time it ends when it was decided, and never before it began', async () => {
    await using store = await open();
    await store.ledger.record(batch([failure(100)]));
    const early = recordOf(await resolve(store.ledger, null, { decidedAt: at(90) }));
    expect(early).toMatchObject({ closedAt: at(100), recoveryMs: 0 });
    await store.ledger.record(batch([failure(500)]));
    expect(recordOf(await resolve(store.ledger, null))).toMatchObject({ closedAt: at(1000), recoveryMs: 500_000 });
  });

  test('a time that has not come, or before the beginning, is refused and changes nothing', async () => {
    await using store = await open();
    await store.ledger.record(batch([failure(100)]));
    expect(await resolve(store.ledger, 1001)).toMatchObject({ kind: 'refused', field: 'at' });
    expect(await resolve(store.ledger, 99)).toMatchObject({ kind: 'refused', field: 'at' });
    expect(await store.ledger.resolve({ ...ANN, incident: 4711, at: null })).toEqual({ kind: 'unknown' });
    expect((await shown(store.ledger)).open).toHaveLength(1);
    expect(await store.rows('resolutions')).toEqual([]);
    expect(await counted(store.ledger, 'transitions', { origin: 'api' })).toBe(0);
  });

  test('where the beginning is not known there is no recovery time', async () => {
    await using store = await open();
    await store.ledger.record(batch([failure(100, { beginningKnown: false })]));
    expect(recordOf(await resolve(store.ledger, 400))).toMatchObject({ state: 'resolved', recoveryMs: null });
    expect((await shown(store.ledger)).totals.recoveries.deployment).toBeUndefined();
  });

  test('failures after the time that was said are an incident of their own', async () => {
    await using store = await open();
    await store.ledger.record(batch([failure(100), failure(200)]));
    expect(recordOf(await resolve(store.ledger, 150))).toMatchObject({ state: 'resolved', failures: 1 });
    expect(await incidentsOf(store.ledger)).toMatchObject([
      { openedAt: at(100), closedAt: at(150) },
      { openedAt: at(200), state: 'open' },
    ]);
    expect(await counted(store.ledger, 'transitions', { origin: 'late' })).toBe(0);
  });

  test('a success that is told later and ended before stands; the word is kept, and closes nothing', async () => {
    await using store = await open();
    await store.ledger.record(batch([failure(100)]));
    await resolve(store.ledger, 400);
    await store.ledger.record(batch([success(300)]));
    expect(await incidentsOf(store.ledger)).toMatchObject([
      { state: 'recovered', closedAt: at(300), resolution: null },
    ]);
    expect((await shown(store.ledger)).totals.recoveries.deployment).toMatchObject({ count: 1, sumMs: 300_000 });
    expect(await counted(store.ledger, 'corrections')).toBe(1);
  });

  test('restarts, late events, renames and merges keep it', async () => {
    await using store = await open();
    await store.ledger.record(batch([failure(100), success(110, { target: target('shop/old') })]));
    await resolve(store.ledger, 400);
    await store.reopen();
    await store.ledger.record(batch([failure(300)]));
    const one = [{ state: 'resolved', openedAt: at(100), closedAt: at(400), failures: 2, resolution: SAID }];
    expect(await incidentsOf(store.ledger)).toMatchObject(one);
    const old = target('shop/old');
    await store.ledger.record(batch([], { moves: [{ from: WEB, to: target('shop/new') }] }));
    expect(await incidentsOf(store.ledger, 'shop/new')).toMatchObject(one);
    await store.ledger.record(batch([], { moves: [{ from: target('shop/new'), to: old }] }));
    await store.ledger.record(batch([failure(350, { target: old })]));
    const merged = await incidentsOf(store.ledger, 'shop/old');
    expect(merged.at(-1)).toMatchObject({ state: 'resolved', closedAt: at(400), resolution: SAID });
  });

  test('reopening takes it back: the incident goes on as if it had not been said, and is counted once', async () => {
    await using store = await open();
    await store.ledger.record(batch([failure(100)]));
    const id = await latest(store.ledger);
    await resolve(store.ledger, 150);
    await store.ledger.record(batch([failure(200)]));
    const back = { by: 'bob', reason: 'it was not over', decidedAt: at(1100) };
    const reopened = recordOf(await store.ledger.reopen({ ...back, incident: id }));
    expect(reopened).toMatchObject({ id, state: 'open', openedAt: at(100), failures: 2, resolution: null });
    expect(await store.rows('resolutions')).toMatchObject([
      { decided_by: 'ann', taken_back_by: 'bob', taken_back_reason: 'it was not over', taken_back_at: at(1100) },
    ]);
    expect(recordOf(await store.ledger.reopen({ ...back, incident: id }))).toEqual(reopened);
    const opened = { operation: 'open', origin: 'api' };
    expect(await counted(store.ledger, 'transitions', { ...opened, outcome: 'done' })).toBe(1);
    expect(await counted(store.ledger, 'transitions', { ...opened, outcome: 'noop' })).toBe(1);
    await store.ledger.record(batch([success(500)]));
    expect(await incidentsOf(store.ledger)).toMatchObject([{ state: 'recovered', recoveryMs: 400_000 }]);
    expect((await shown(store.ledger)).totals.recoveries.deployment).toMatchObject({ count: 1, sumMs: 50_000 });
    expect(await store.ledger.reopen({ ...back, incident: id })).toMatchObject({ kind: 'refused' });
  });

  test('the incidents depend on the set of words and events, not on which came first', async () => {
    const second = fc.integer({ min: 1, max: 12 }).map((n) => n * 10);
    const event = fc.record({ at: second, isFailure: fc.boolean() });
    const events = fc.uniqueArray(event, { selector: (one) => one.at, minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(
        events,
        fc.integer({ min: 0, max: 5 }),
        fc.array(event, { maxLength: 3 }),
        async (first, after, late) => {
          const rows = (some: typeof late) => some.map((one) => (one.isFailure ? failure(one.at) : success(one.at)));
          await using store = await open();
          await store.ledger.record(batch(rows(first)));
          const [record] = (await store.ledger.queries.incidents({ ...ALL_INCIDENTS, state: 'open' })).items;
          fc.pre(record !== undefined);
          const word = (record?.openedAt ?? 0) + after * 10_000 + 5_000;
          const id = record?.id ?? 0;
          await store.ledger.resolve({ ...ANN, incident: id, at: word });
          await store.ledger.record(batch(rows(late)));

          // The same with everything known before the word was said, where there is still something to say it of.
          await using other = await open();
          await other.ledger.record(batch(rows([...first, ...late])));
          const [still] = (await other.ledger.queries.incidents({ ...ALL_INCIDENTS, until: word + 1 })).items;
          fc.pre(still !== undefined && still.state === 'open');
          await other.ledger.resolve({ ...ANN, incident: still?.id ?? 0, at: word });
          expect(await incidentsOf(store.ledger)).toEqual(await incidentsOf(other.ledger));
        },
      ),
      { numRuns: 20 },
    );
  });
}
