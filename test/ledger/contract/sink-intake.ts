import { expect, test } from 'vitest';
import { ALL_EVENTS, BANK, BURST, event, post, SHOP } from '../sink-support.ts';
import { at, incidentsOf, type OpenStore, shown } from '../support.ts';

const NOW = at(10_000);

export function sinkIntakeContract(open: OpenStore): void {
  test('the same id counts once per workspace, within a post, over posts and over a restart', async () => {
    await using store = await open();
    const first = await store.ledger.ingest([post([event(1, { id: 'a' }), event(2, { id: 'a' }), event(3)])], [], NOW);
    expect(first.fresh).toEqual([new Set([0, 2])]);
    await store.reopen();
    const again = await store.ledger.ingest(
      [
        post([event(1, { id: 'a' }), event(4, { id: 'b' })]),
        post([event(4, { id: 'b' })]),
        post([event(1, { id: 'a' })], BANK),
      ],
      [],
      NOW,
    );
    expect(again.fresh).toEqual([new Set([1]), new Set(), new Set([0])]);
    const { targets } = await store.ledger.snapshot();
    expect(targets.map(({ source, team, totals }) => [source, team, totals.errors])).toEqual([
      ['shop', 'shop', { warning: 3 }],
      ['bank', 'bank', { warning: 1 }],
    ]);
  });

  test('what is posted makes a target known from its first event, with the age of its workspace', async () => {
    await using store = await open();
    await store.ledger.ingest([post([event(1)])], [], at(100));
    await store.ledger.ingest(
      [post([event(2, { app: 'other', environment: 'staging', severity: 'info' })])],
      [],
      at(200),
    );
    const { targets } = await store.ledger.snapshot();
    expect(targets).toMatchObject([
      { app: 'memory', environment: 'production', observedSince: at(100), bornLiveAt: at(100) },
      { app: 'other', environment: 'staging', observedSince: at(100), totals: { errors: { info: 1 } } },
    ]);
  });

  test('a workspace lists its own events, the latest first, by pages and filters', async () => {
    await using store = await open();
    const all = Array.from({ length: 7 }, (_, second) =>
      event(second, { operation: second % 2 === 0 ? 'read' : 'write', subsystem: second < 5 ? 'memory' : 'tools' }),
    );
    await store.ledger.ingest([post(all), post([event(3)], BANK)], [], NOW);
    const seconds = async (query: object) => {
      const page = await store.ledger.errors.events(SHOP.id, { ...ALL_EVENTS, ...query });
      return { at: page.items.map((one) => (one.at - at(0)) / 1000), next: page.next };
    };
    const first = await seconds({ limit: 3 });
    expect(first).toEqual({ at: [6, 5, 4], next: expect.any(String) });
    expect(await seconds({ limit: 4, cursor: first.next })).toEqual({ at: [3, 2, 1, 0], next: null });
    expect(await seconds({ operation: 'read', subsystem: 'memory' })).toEqual({ at: [4, 2, 0], next: null });
    expect(await seconds({ since: at(2), until: at(4) })).toEqual({ at: [3, 2], next: null });
    expect((await store.ledger.errors.events(BANK.id, ALL_EVENTS)).items).toHaveLength(1);
  });

  test('many events are counted and searched in parts, as exactly as in one', async () => {
    await using store = await open();
    const many = Array.from({ length: 11_000 }, (_, number) =>
      event(Math.floor(number / 100), { subsystem: `s${number % 3}`, operation: number === 5 ? 'rare' : 'usual' }),
    );
    await store.ledger.ingest([post(many)], [], NOW);
    const counts = await store.ledger.errors.bySubsystem(SHOP.id, at(0));
    expect(Object.fromEntries(counts)).toEqual({ s0: 3667, s1: 3667, s2: 3666 });
    expect([...(await store.ledger.errors.bySubsystem(SHOP.id, at(109))).values()].reduce((a, b) => a + b)).toBe(100);
    expect(await store.ledger.errors.bySubsystem(SHOP.id, at(110))).toEqual(new Map());
    const rare = await store.ledger.errors.events(SHOP.id, { ...ALL_EVENTS, operation: 'rare' });
    expect(rare).toMatchObject({ items: [{ at: at(0), operation: 'rare' }], next: null });
  });

  test('B24: old events go in bounded steps; what was counted stays, and so does an incident', async () => {
    await using store = await open();
    await store.ledger.ingest(
      [post(Array.from({ length: 700 }, (_, number) => event(number, { id: `${number}` })))],
      [BURST],
      NOW,
    );
    await store.ledger.sweep({ rows: 0, errors: at(600) }, new AbortController().signal);
    expect(store.observed.filter(({ kind }) => kind === 'swept')).toEqual([
      { kind: 'swept', table: 'error_events', rows: 500 },
      { kind: 'swept', table: 'error_events', rows: 100 },
    ]);
    expect((await store.ledger.errors.bySubsystem(SHOP.id, 0)).get('memory')).toBe(100);
    expect((await shown(store.ledger, 'memory')).totals.errors).toEqual({ warning: 700 });
    expect(await incidentsOf(store.ledger, 'memory')).toHaveLength(1);
    await store.ledger.sweep({ rows: 0, errors: NOW }, new AbortController().signal);
    expect(store.observed.at(-2)).toEqual({ kind: 'swept', table: 'error_spans', rows: 1 });
  });
}
