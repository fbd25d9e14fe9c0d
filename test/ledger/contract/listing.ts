import { expect, test } from 'vitest';
import type { Batch } from '../../../src/domain/batch.ts';
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
  tellAll,
  WEB,
} from '../support.ts';

export function listingContract(open: OpenStore): void {
  const removed = listing('removed');
  const listed = listing('listed');

  test('B10, B18: a target that is gone: abandoned without a time, told, and shown no more', async () => {
    await using store = await open({ plan: tellAll });
    await store.ledger.record(batch([failure(100), failure(100, { target: target('stays') })]));
    const { id } = await shown(store.ledger);
    const { changes, transitions } = await store.ledger.record(removed(3600));
    expect(changes).toMatchObject({ targets: [], gone: [id] });
    expect(transitions).toMatchObject([
      { operation: 'close', outcome: 'abandoned', closedAt: at(3600), recoveryMs: null },
    ]);
    expect(await counted(store.ledger, 'transitions', { outcome: 'abandoned' })).toBe(1);
    await store.reopen();
    expect((await store.ledger.snapshot()).targets.map(({ app }) => app)).toEqual(['stays']);
    expect(await incidentsOf(store.ledger)).toMatchObject([
      { state: 'abandoned', closedAt: at(3600), recoveryMs: null },
    ]);
    expect((await store.ledger.queries.targets({ ...ALL, app: WEB.app })).items).toMatchObject([
      { removedAt: at(3600), open: [] },
    ]);
    expect((await store.rows('outbox')).map((row) => row['key'])).toEqual([
      'open done',
      'open done',
      'close abandoned',
    ]);
  });

  test('B10, B18: listed again with no event between: its history is back and it fails since then', async () => {
    await using store = await open();
    await store.ledger.record(batch([failure(100)]));
    const before = await shown(store.ledger);
    await store.ledger.record(removed(3600));
    await store.reopen();
    const { changes, transitions } = await store.ledger.record(listed(7200));
    expect(transitions).toMatchObject([{ operation: 'open', outcome: 'done', openedAt: at(100) }]);
    expect(changes.targets).toEqual([before]);
    await store.ledger.record(batch([success(8000)]));
    expect(await incidentsOf(store.ledger)).toMatchObject([{ state: 'recovered', recoveryMs: 7_900_000 }]);
    expect((await shown(store.ledger)).totals.recoveries.deployment).toMatchObject({ count: 1, sumMs: 7_900_000 });
  });

  test('B10: listed again with an event between: the old one stays abandoned', async () => {
    await using store = await open();
    await store.ledger.record(batch([failure(100)]));
    await store.ledger.record(removed(3600));
    await store.ledger.record({ ...listed(7200), ...pick(batch([failure(5000)])) });
    expect(await incidentsOf(store.ledger)).toMatchObject([
      { state: 'abandoned', openedAt: at(100) },
      { state: 'open', openedAt: at(5000) },
    ]);
    await store.ledger.record(removed(9000));
    await store.ledger.record({ ...listed(9900), ...pick(batch([success(9500)])) });
    expect(await incidentsOf(store.ledger)).toMatchObject([
      { state: 'abandoned' },
      { state: 'abandoned', openedAt: at(5000) },
    ]);
    expect((await shown(store.ledger)).open).toEqual([]);
  });

  test('B10: the same when the events were learnt before it was listed again', async () => {
    await using store = await open();
    await store.ledger.record(batch([failure(100)]));
    await store.ledger.record(removed(3600));
    await store.ledger.record(batch([success(5000)]));
    const { transitions } = await store.ledger.record(listed(7200));
    expect(transitions).toEqual([]);
    expect(await incidentsOf(store.ledger)).toMatchObject([{ state: 'abandoned', openedAt: at(100) }]);
  });

  test('B10: what happened before it went, and is learnt when it is back, still closes it properly', async () => {
    await using store = await open();
    await store.ledger.record(batch([failure(100)]));
    await store.ledger.record(removed(3600));
    await store.ledger.record({ ...listed(7200), ...pick(batch([success(400)])) });
    expect(await incidentsOf(store.ledger)).toMatchObject([
      { state: 'recovered', closedAt: at(400), recoveryMs: 300_000 },
    ]);
    expect(await shown(store.ledger)).toMatchObject({ open: [], recoveryAt: at(400) });
  });

  test('going twice, or coming while there, changes nothing; nor does what was never known', async () => {
    await using store = await open();
    await store.ledger.record(batch([failure(100)]));
    expect((await store.ledger.record(listed(200))).changes.targets).toEqual([]);
    await store.ledger.record(removed(300));
    const again = await store.ledger.record(removed(400));
    expect(again).toMatchObject({ changes: { gone: [] }, transitions: [] });
    const unknown = batch([], { listings: [{ target: target('never'), change: 'removed' }] });
    expect(await store.ledger.record(unknown)).toMatchObject({ changes: { gone: [] }, transitions: [] });
    expect(await incidentsOf(store.ledger)).toMatchObject([{ closedAt: at(300) }]);
  });
}

function listing(change: 'removed' | 'listed') {
  return (second: number): Batch => batch([], { now: at(second), listings: [{ target: WEB, change }] });
}

function pick({ deployments, targets }: Batch): Pick<Batch, 'deployments' | 'targets'> {
  return { deployments, targets };
}
