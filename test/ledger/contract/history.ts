import { expect, test } from 'vitest';
import { latestAt } from '../../../src/domain/totals.ts';
import type { Ledger } from '../../../src/ledger/ledger.ts';
import { BadCursor } from '../../../src/ledger/records.ts';
import { batch, failure, type OpenStore, success, target } from '../support.ts';

const API = target('shop/api');
const IDLE = target('shop/idle');

export function historyContract(open: OpenStore): void {
  test('the history of some targets comes in pages, each deployment once, the latest first', async () => {
    await using store = await open();
    const ids = await told(store.ledger);
    const pages: number[][] = [];
    let cursor: string | null = null;
    do {
      const page = await store.ledger.queries.history({ targets: [ids.web, ids.api], limit: 3, cursor });
      pages.push(page.items.map(({ number }) => number));
      cursor = page.next;
    } while (cursor !== null);
    expect(pages).toEqual([
      [9, 8, 7],
      [6, 5, 4],
      [3, 2, 1],
    ]);
    const { items } = await store.ledger.queries.history({ targets: [ids.api], limit: 10, cursor: null });
    expect(items.map(({ number }) => number)).toEqual([8, 6, 4, 2]);
    expect(items[0]).toMatchObject({
      app: 'shop/api',
      outcome: 'failure',
      changeFailure: 'deployment',
      role: 'opened',
    });
    expect(await store.ledger.queries.history({ targets: [], limit: 10, cursor: null })).toEqual({
      items: [],
      next: null,
    });
  });

  test('a cursor that no page gave is refused', async () => {
    await using store = await open();
    await expect(store.ledger.queries.history({ targets: [1], limit: 1, cursor: 'x' })).rejects.toThrow(BadCursor);
  });

  test('the latest deployments are those of all targets together, the latest first', async () => {
    await using store = await open();
    await told(store.ledger);
    const { targets } = await store.ledger.snapshot();
    const ends = targets.map(({ id, totals }) => ({ id, latestAt: latestAt(totals) }));
    const latest = async (limit: number) =>
      (await store.ledger.queries.latest({ targets: ends, limit })).map(({ app, number }) => `${app} ${number}`);
    expect(await latest(3)).toEqual(['shop/web 9', 'shop/api 8', 'shop/web 7']);
    expect(await latest(100)).toHaveLength(10);
    expect((await latest(100)).at(-1)).toBe('shop/idle 0');
    expect(await store.ledger.queries.latest({ targets: [{ id: 1, latestAt: null }], limit: 5 })).toEqual([]);
  });
}

/** Nine deployments of two targets in turn, those of the second with a failure at the end, and an old one of a third. */
async function told(ledger: Ledger) {
  await ledger.record(
    batch([
      success(0, { target: IDLE }),
      ...[1, 3, 5, 7, 9].map((second) => success(second)),
      ...[2, 4, 6].map((second) => success(second, { target: API })),
      failure(8, { target: API }),
    ]),
  );
  const { targets } = await ledger.snapshot();
  const id = (app: string) => targets.find((one) => one.app === app)?.id ?? 0;
  return { web: id('shop/web'), api: id('shop/api') };
}
