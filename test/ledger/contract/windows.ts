import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Batch, Sighting } from '../../../src/domain/batch.ts';
import type { Deployment } from '../../../src/domain/deployment.ts';
import { spanOf, windowKeys } from '../../../src/domain/windows.ts';
import type { Ledger } from '../../../src/ledger/ledger.ts';
import { WindowBook } from '../../../src/metrics/window-book.ts';
import { rounded, slowWindow } from '../../domain/slow-windows.ts';
import { degraded, healthBatch, healthy, withdrawn } from '../health-support.ts';
import {
  ALL,
  ALL_DEPLOYMENTS,
  ALL_INCIDENTS,
  at,
  DAY_MS,
  failure,
  type OpenStore,
  type Store,
  shown,
  success,
  target,
  WEB,
} from '../support.ts';

const WINDOWS = [
  { name: 'short', ms: 300_000 },
  { name: 'long', ms: 3_000_000 },
];
const MIN_SAMPLES = 3;
const OLD = target('shop/old');
const NEVER = new AbortController().signal;

/** Windows kept up with every commit, as `/metrics` keeps them. */
class Watch {
  readonly store: Store;
  readonly book: WindowBook;

  constructor(store: Store, now: number) {
    this.store = store;
    this.book = new WindowBook(WINDOWS, now);
  }

  async record(batch: Batch): Promise<void> {
    const { changes } = await this.store.ledger.record(batch);
    this.book.take(changes.windows, batch.now);
  }

  async keys(app = WEB.app): Promise<unknown> {
    return keysIn(this.book, (await shown(this.store.ledger, app)).id);
  }
}

function keysIn(book: WindowBook, id: number): unknown {
  return WINDOWS.map((window) => rounded(windowKeys(book.rowsOf(id), spanOf(window, book.now), MIN_SAMPLES)));
}

/** What a restart shows: read from the ledger anew. */
async function keysOfRestart(ledger: Ledger, id: number, now: number): Promise<unknown> {
  const book = new WindowBook(WINDOWS, now);
  for await (const rows of ledger.windowRows(now - 3_000_000)) book.take(rows, now);
  return keysIn(book, id);
}

/** What people are told with the rows. */
async function keysForPeople(ledger: Ledger, app: string, now: number): Promise<unknown> {
  const told: unknown[] = [];
  for (const window of WINDOWS) {
    const query = { ...ALL, app, ...spanOf(window, now), minSamples: MIN_SAMPLES };
    const [record] = (await ledger.queries.keys(query)).items;
    told.push(rounded(record?.keys));
    expect(record?.deployments).toHaveLength(record?.keys.deployments ?? -1);
    expect(record?.spans).toHaveLength(record?.keys.recovery.count ?? -1);
  }
  return told;
}

/** From what the ledger tells people, by the definitions alone. */
async function slowKeys(ledger: Ledger, app: string, now: number, unseen: ReadonlySet<string>): Promise<unknown> {
  const { items } = await ledger.queries.deployments({ ...ALL_DEPLOYMENTS, app });
  const deployments = items.map(({ finishedAt, changeFailure, rework, upstreamId }) => ({
    at: finishedAt,
    changeFailure,
    isRework: rework !== null,
    failuresSeen: !unseen.has(upstreamId),
  }));
  const incidents = (await ledger.queries.incidents({ ...ALL_INCIDENTS, app })).items;
  const recoveries = incidents
    .filter(({ state }) => state === 'recovered' || state === 'resolved' || state === 'withdrawn')
    .flatMap(({ kind, openedAt, closedAt, openedBy, attributedTo }) => {
      const culprit = kind === 'deployment' ? openedBy : attributedTo;
      if (openedAt === null || closedAt === null || culprit === null) return [];
      return [{ deployment: String(culprit.id), openedAt, closedAt }];
    });
  return WINDOWS.map(({ ms }) => rounded(slowWindow({ deployments, recoveries, leads: [] }, now, ms, MIN_SAMPLES)));
}

export function windowsContract(open: OpenStore): void {
  test('a failure, its recovery and what had not been seen to fail are counted as they are defined', async () => {
    await using store = await open();
    const watch = new Watch(store, at(0));
    await watch.record(
      healthBatch([success(10, { failuresSeen: false }), failure(20), success(50), success(60)], { now: at(100) }),
    );
    expect(await watch.keys()).toMatchObject([
      {
        deployments: 4,
        ratioDeployments: 3,
        changeFailures: { deployment: 1 },
        changeFailureRatio: 0.333,
        rework: 1,
        recovery: { count: 1, mean: 30_000, median: 30_000, p90: 30_000 },
        leadTime: { count: 0, mean: null },
      },
      { deployments: 4 },
    ]);
  });

  test('a deployment that failed and degraded in one stretch took one recovery, from its failure to the last close', async () => {
    await using store = await open();
    const watch = new Watch(store, at(0));
    await watch.record(healthBatch([success(10), failure(20, { startedAt: at(15) })], { now: at(200) }));
    await watch.record(healthBatch([degraded(18), success(50)], { now: at(200) }));
    await watch.record(healthBatch([healthy(90)], { now: at(200) }));
    expect(await watch.keys()).toMatchObject([{ recovery: { count: 1, mean: 72_000 } }, {}]);
  });

  test('an incident that nobody is to blame for, one that expired or was abandoned, gives no recovery', async () => {
    await using store = await open({ rules: { expiryMs: 100_000 } });
    const watch = new Watch(store, at(0));
    await watch.record(healthBatch([success(10), degraded(150), healthy(160)], { now: at(170) }));
    await watch.record(healthBatch([failure(200)], { now: at(210) }));
    const { windows } = await store.ledger.tick(at(400));
    watch.book.take(windows, at(400));
    await watch.record(healthBatch([failure(410)], { now: at(420), listings: [{ target: WEB, change: 'removed' }] }));
    await watch.record(healthBatch([], { now: at(421), listings: [{ target: WEB, change: 'listed' }], targets: [] }));
    expect(await watch.keys()).toMatchObject([{ recovery: { count: 0, mean: null, median: null, p90: null } }, {}]);
  });

  test('lead times count by the end of the deployment that brought the change, live and after a restart', async () => {
    await using store = await open();
    const watch = new Watch(store, at(0));
    await watch.record(healthBatch([success(10), success(50)], { now: at(100), commits: 'lookup' }));
    for (const second of [10, 50]) {
      const [lookup] = (await store.ledger.lookups.due(WEB.source, at(100), 1)).lookups;
      const changes = ['a', 'b'].map((sha, index) => ({
        known: true as const,
        sha: `${sha} of ${second}`,
        repository: 'forge/shop/web',
        committedAt: at(second - 100 * index) - 1000,
        origin: 'compare' as const,
      }));
      const recorded = await store.ledger.recordChanges({ lookup: lookup?.id ?? 0, changes, now: at(100) });
      watch.book.take(recorded.windows, at(100));
    }
    const expected = { leadTime: { count: 4, mean: 51_000, median: 51_000, p90: 101_000 } };
    expect(await watch.keys()).toMatchObject([expected, expected]);
    expect(await keysOfRestart(store.ledger, (await shown(store.ledger)).id, at(100))).toEqual(await watch.keys());
    watch.book.advance(at(10 + 300));
    expect(await watch.keys()).toMatchObject([{ leadTime: { count: 2 } }, { leadTime: { count: 4 } }]);
  });

  test('rows that the retention takes leave the windows', async () => {
    await using store = await open();
    const watch = new Watch(store, at(0));
    await watch.record(healthBatch([failure(10), success(20), failure(500), success(520)], { now: at(600) }));
    expect(await watch.keys()).toMatchObject([{ deployments: 2 }, { deployments: 4, recovery: { count: 2 } }]);
    await store.ledger.sweep({ rows: at(400), errors: at(400) }, NEVER, async (step) => {
      watch.book.take((await step()).windows, at(600));
    });
    expect(await watch.keys()).toMatchObject([{ deployments: 2 }, { deployments: 2, recovery: { count: 1 } }]);
  });

  test('a team without an app is its listed targets together, each environment and source apart', async () => {
    await using store = await open();
    const late = target('shop/late');
    await store.ledger.record(
      healthBatch([failure(10), success(40), failure(50, { target: late }), success(60, { target: late })]),
    );
    const query = { ...ALL, team: 'shop', after: at(0), until: at(100), minSamples: 1 };
    const { items } = await store.ledger.queries.keys(query);
    expect(items).toMatchObject([
      {
        app: null,
        team: 'shop',
        targets: 2,
        keys: { deployments: 4, changeFailureRatio: 0.5, recovery: { count: 2, mean: 20_000 } },
        deployments: [
          { number: 60, app: 'shop/late' },
          { number: 50 },
          { number: 40, rework: 'deployment' },
          { number: 10 },
        ],
        spans: [
          {
            app: 'shop/late',
            deployment: { number: 50 },
            openedAt: at(50),
            closedAt: at(60),
            incidents: [expect.any(Number)],
          },
          { app: WEB.app, deployment: { number: 10 } },
        ],
      },
    ]);
    const apart = await store.ledger.queries.keys({ ...query, team: null, limit: 1 });
    expect(apart).toMatchObject({ items: [{ app: WEB.app, keys: { deployments: 2 } }], next: expect.any(String) });
    const rest = await store.ledger.queries.keys({ ...query, team: null, cursor: apart.next });
    expect(rest).toMatchObject({ items: [{ app: 'shop/late' }], next: null });
  });

  test('windows after any commits equal those of a restart, and a slow reference over what the API tells', async () => {
    const event = fc.record({
      kind: fc.constantFrom('success', 'success', 'failure', 'degraded', 'healthy', 'rollback', 'withdrawn', 'unseen'),
      second: fc.nat(600),
      old: fc.boolean(),
      startedBefore: fc.nat(60),
    });
    const batches = fc.array(fc.record({ events: fc.array(event, { maxLength: 6 }), waits: fc.nat(400) }), {
      minLength: 1,
      maxLength: 6,
    });
    await using store = await open({ rules: { expiryMs: DAY_MS } });
    let run = 0;
    await fc.assert(
      fc.asyncProperty(batches, fc.boolean(), async (told, joins) => {
        run += 1;
        const names = [WEB, OLD].map((key) => ({ ...key, app: `${key.app} of run ${run}` }));
        const [web = WEB, old = OLD] = names;
        const watch = new Watch(store, at(0));
        const unseen = new Set<string>();
        let now = at(100);
        const take = (events: readonly (Deployment | Sighting)[], more: Partial<Batch> = {}) =>
          watch.record(healthBatch(events, { now, ...more }));
        await take([success(0, { target: web, id: `${run} first` }), success(0, { target: old, id: `${run} second` })]);
        for (const { events, waits } of told) {
          now += waits * 1000;
          const found = events.map(({ kind, second, old: isOld, startedBefore }) => {
            const key = isOld ? old : web;
            const id = `${key.app} ${kind}@${second}`;
            const more = { target: key, id, startedAt: at(second - startedBefore) };
            if (kind === 'unseen') unseen.add(id);
            switch (kind) {
              case 'failure':
                return failure(second, more);
              case 'degraded':
                return degraded(second, { target: key, id });
              case 'healthy':
                return healthy(second, { target: key, id });
              case 'withdrawn':
                return withdrawn(second, { target: key, id });
              default:
                return success(second, { ...more, rollback: kind === 'rollback', failuresSeen: kind !== 'unseen' });
            }
          });
          // The same again is known: it changes nothing.
          await take(found);
          await take(found);
        }
        const left = joins ? [web] : [web, old];
        if (joins) await take([], { moves: [{ from: old, to: web }] });
        now += 30_000;
        watch.book.advance(now);
        for (const { app } of left) {
          const keys = await watch.keys(app);
          expect(keys).toEqual(await keysOfRestart(store.ledger, (await shown(store.ledger, app)).id, now));
          expect(keys).toEqual(await slowKeys(store.ledger, app, now, unseen));
          expect(keys).toEqual(await keysForPeople(store.ledger, app, now));
        }
      }),
      { numRuns: 25 },
    );
  });
}
