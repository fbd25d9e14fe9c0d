import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Batch } from '../../../src/domain/batch.ts';
import type { FoundChange, Lookup } from '../../../src/domain/change.ts';
import type { Deployment } from '../../../src/domain/deployment.ts';
import { keyValues } from '../../../src/domain/keys.ts';
import { spanOf, windowKeys } from '../../../src/domain/windows.ts';
import type { Ledger } from '../../../src/ledger/ledger.ts';
import type { Changes } from '../../../src/ledger/projection.ts';
import { NO_WINDOW_CHANGES } from '../../../src/ledger/window-log.ts';
import { WindowBook } from '../../../src/metrics/window-book.ts';
import {
  ALL,
  ALL_DEPLOYMENTS,
  at,
  batch,
  counted,
  DAY_MS,
  failure,
  type OpenStore,
  shown,
  success,
  T0,
  target,
  WEB,
} from '../support.ts';

const NEVER = new AbortController().signal;
const NEW = target('shop/new');
const HOUR_MS = 3_600_000;

/** A commit of `hours` before the beginning. */
function commit(sha: string, hours = 1): FoundChange {
  return {
    known: true,
    sha,
    repository: 'forge/shop/web',
    committedAt: T0 - hours * 3_600_000,
    origin: 'compare',
  };
}

function looked(deployments: readonly Deployment[], more: Partial<Batch> = {}): Batch {
  return batch(deployments, { commits: 'lookup', ...more });
}

async function due(ledger: Ledger, limit = 100): Promise<readonly Lookup[]> {
  return (await ledger.lookups.due('ci', at(1_000_000), limit)).lookups;
}

/** Works through the queue: `find` says what each deployment brought. */
async function work(ledger: Ledger, find: (lookup: Lookup) => readonly FoundChange[]): Promise<readonly string[]> {
  const seen: string[] = [];
  for (;;) {
    const [next] = await due(ledger, 1);
    if (next === undefined) return seen;
    seen.push(next.upstreamId);
    await ledger.recordChanges({ lookup: next.id, changes: find(next), now: at(20_000) });
  }
}

async function leadTimes(ledger: Ledger, app = WEB.app) {
  const found = (await shown(ledger, app)).totals.leadTimes;
  return found === undefined ? null : { count: found.all.count, sumMs: found.all.sumMs };
}

export function changesContract(open: OpenStore): void {
  test('a success that is no rollback queues a lookup; failures and rollbacks deliver nothing', async () => {
    await using store = await open();
    await store.ledger.record(looked([success(1), failure(2), success(3, { rollback: true }), success(4)]));
    const { items } = await store.ledger.queries.deployments(ALL_DEPLOYMENTS);
    expect(items.map(({ number, delivery }) => [number, delivery])).toEqual([
      [4, 'queued'],
      [3, 'nothing'],
      [2, 'nothing'],
      [1, 'queued'],
    ]);
    const first = await due(store.ledger);
    expect(first).toMatchObject([{ upstreamId: success(1).id, at: at(1), predecessor: null, attempts: 0 }]);
    await store.ledger.recordChanges({ lookup: first[0]?.id ?? 0, changes: [], now: at(10) });
    // The rollback is what ran before, the failure is not.
    expect(await due(store.ledger)).toMatchObject([
      { upstreamId: success(4).id, predecessor: { upstreamId: success(3).id, commit: 'commit of S@3' } },
    ]);
  });

  test('what a lookup found is recorded once, in totals, in rows and for people', async () => {
    await using store = await open();
    await store.ledger.record(looked([success(60)]));
    const [lookup] = await due(store.ledger);
    const unknown: FoundChange = { known: false, sha: '', repository: 'r', reason: 'over_limit', number: 7 };
    const findings = {
      lookup: lookup?.id ?? 0,
      changes: [commit('aa', 2), commit('bb', 1), unknown, commit('aa', 2)],
      now: at(90),
    };
    const { targets, counts } = await store.ledger.recordChanges(findings);
    expect(counts).toEqual([{ counter: 'lead_time_unknown', source: 'ci', labels: { reason: 'over_limit' }, by: 7 }]);
    expect(targets).toMatchObject([{ app: WEB.app, totals: { leadTimes: { all: { count: 2 }, shownSince: at(90) } } }]);
    await store.reopen();
    // Killed after the commit, and before it was told: nothing is counted again.
    expect(await store.ledger.recordChanges(findings)).toEqual({
      targets: [],
      gone: [],
      counts: [],
      windows: NO_WINDOW_CHANGES,
      successes: [],
    });
    expect(await leadTimes(store.ledger)).toEqual({ count: 2, sumMs: 3 * 3_600_000 + 120_000 });
    expect(await counted(store.ledger, 'lead_time_unknown')).toBe(7);
    const { items } = await store.ledger.queries.deployments(ALL_DEPLOYMENTS);
    expect(items).toMatchObject([
      {
        delivery: 'looked_up',
        changes: [
          { sha: '', unknown: 'over_limit', number: 7, leadMs: null, origin: null },
          { sha: 'aa', committedAt: T0 - 7_200_000, leadMs: 7_260_000, origin: 'compare', unknown: null },
          { sha: 'bb', leadMs: 3_660_000 },
        ],
      },
    ]);
    expect((await shown(store.ledger)).totals.leadTimes?.all.exemplars.find((one) => one !== null)).toMatchObject({
      id: success(60).id,
    });
  });

  test('a commit that is younger than its deployment has no lead time', async () => {
    await using store = await open();
    await store.ledger.record(looked([success(60)]));
    await work(store.ledger, () => [commit('aa', -1)]);
    expect(await leadTimes(store.ledger)).toBeNull();
    expect(await counted(store.ledger, 'lead_time_unknown', { reason: 'negative' })).toBe(1);
  });

  test('without a forge each delivery is counted unknown, and nothing waits', async () => {
    await using store = await open();
    await store.ledger.record(
      batch([success(1), failure(2), success(3, { rollback: true }), success(4)], { commits: 'no_forge' }),
    );
    expect(await counted(store.ledger, 'lead_time_unknown', { reason: 'no_forge' })).toBe(2);
    expect(await due(store.ledger)).toEqual([]);
  });

  test('a commit counts once for a target: brought again after a rollback it is nothing new', async () => {
    await using store = await open();
    await store.ledger.record(looked([success(1), success(2), success(3, { rollback: true }), success(4)]));
    const brought = new Map([
      [success(1).id, ['a']],
      [success(2).id, ['b']],
      [success(4).id, ['b']],
    ]);
    await work(store.ledger, ({ upstreamId }) => (brought.get(upstreamId) ?? []).map((sha) => commit(sha)));
    expect(await leadTimes(store.ledger)).toMatchObject({ count: 2 });
    const { items } = await store.ledger.queries.deployments(ALL_DEPLOYMENTS);
    expect(items.map(({ delivery }) => delivery)).toEqual(['nothing', 'nothing', 'looked_up', 'looked_up']);
  });

  test('an attempt in vain waits, survives a restart, and keeps its place before later ones of the target', async () => {
    await using store = await open();
    await store.ledger.record(looked([success(1), success(2)], { now: at(10) }));
    const [first] = await due(store.ledger);
    await store.ledger.lookups.postpone(first?.id ?? 0, 'unavailable', at(500));
    await store.reopen();
    // The later one is due by itself, and is not told of.
    expect(await store.ledger.lookups.due('ci', at(499), 10)).toEqual({ lookups: [], nextAt: at(500) });
    expect(await store.ledger.lookups.due('ci', at(500), 10)).toMatchObject({
      lookups: [{ upstreamId: success(1).id, attempts: 1 }],
      nextAt: null,
    });
    expect(await store.ledger.lookups.due('other', at(500), 10)).toEqual({ lookups: [], nextAt: null });
  });

  test('what is new comes before what a first read brought', async () => {
    await using store = await open();
    await store.ledger.record(looked([success(1)], { origin: 'backfill' }));
    await store.ledger.record(looked([success(2, { target: NEW })]));
    expect((await due(store.ledger)).map(({ target: { app } }) => app)).toEqual([NEW.app, WEB.app]);
  });

  test('of some hundred targets the oldest of each is told of, those first whose oldest is new', async () => {
    await using store = await open();
    const keys = Array.from({ length: 450 }, (_, index) => target(`shop/app-${index}`));
    const first = keys.slice(0, 250).flatMap((key) => [success(5, { target: key }), success(6, { target: key })]);
    await store.ledger.record(looked(first, { origin: 'backfill' }));
    // Of every tenth target the first read had missed an earlier one.
    const live = keys.map((key, index) => success(index % 10 === 0 ? 1 : 9, { target: key }));
    await store.ledger.record(looked(live));
    const isNew = (index: number) => index % 10 === 0 || index >= 250;
    const expected = [...keys.keys().filter(isNew), ...keys.keys().filter((index) => !isNew(index))].map((index) => {
      const second = index % 10 === 0 ? 1 : index < 250 ? 5 : 9;
      return success(second, { target: keys[index] ?? WEB }).id;
    });
    expect((await due(store.ledger, 1000)).map(({ upstreamId }) => upstreamId)).toEqual(expected);
    expect((await due(store.ledger, 300)).map(({ upstreamId }) => upstreamId)).toEqual(expected.slice(0, 300));
  });

  test('birth: lead times are shown once the first read is looked up; what it brought is told apart', async () => {
    await using store = await open();
    await store.ledger.record(looked([success(1), success(2)], { origin: 'backfill' }));
    const [first] = await due(store.ledger);
    await store.ledger.recordChanges({ lookup: first?.id ?? 0, changes: [commit('a')], now: at(50) });
    expect((await shown(store.ledger)).totals.leadTimes).toMatchObject({ shownSince: null, prior: { count: 1 } });
    await store.ledger.record(looked([success(3)]));
    const [second] = await due(store.ledger);
    await store.ledger.recordChanges({ lookup: second?.id ?? 0, changes: [], now: at(60) });
    expect((await shown(store.ledger)).totals.leadTimes).toMatchObject({ shownSince: at(60), prior: { count: 1 } });
    await work(store.ledger, () => [commit('c')]);
    expect((await shown(store.ledger)).totals.leadTimes).toMatchObject({
      shownSince: at(60),
      prior: { count: 1 },
      all: { count: 2 },
    });
  });

  test('lead times of windows are absent, not partial, while commits of a first read wait within, and say so', async () => {
    await using store = await open();
    const now = at(1000);
    const windows = [500, 950, 990].map((seconds) => ({ name: `${seconds}s`, ms: seconds * 1000 }));
    const book = new WindowBook(windows, now);
    const read = async () => {
      const id = (await shown(store.ledger)).id;
      const restarted = new WindowBook(windows, now);
      for await (const rows of store.ledger.windowRows(0)) restarted.take(rows, now);
      const told: (string | number)[] = [];
      for (const window of windows) {
        const live = windowKeys(book.rowsOf(id), spanOf(window, now), 1);
        expect(windowKeys(restarted.rowsOf(id), spanOf(window, now), 1)).toEqual(live);
        const query = { ...ALL, app: WEB.app, ...spanOf(window, now), minSamples: 1 };
        expect((await store.ledger.queries.keys(query)).items[0]?.keys).toEqual(live);
        const { times, samples, absent } = keyValues(live, window.ms, 1).lead_time;
        expect(samples).toBe(live.leadTime.count);
        told.push(times?.median ?? absent ?? '');
      }
      return told;
    };
    const take = async (changes: Promise<Pick<Changes, 'windows'>>) => book.take((await changes).windows, now);
    const record = async (one: Batch) => (await store.ledger.record(one)).changes;
    const waits = (known: number) =>
      `commits that the first read of history brought are still looked up: ${known} lead time${known === 1 ? '' : 's'} known so far`;
    const none = 'no change with a known lead time was deployed in the window';
    await take(record(looked([success(20), success(60), success(100)], { origin: 'backfill', now })));
    expect(await read()).toEqual([none, waits(0), waits(0)]);
    for (const [place, expected] of [
      [none, waits(0), waits(1)],
      [none, waits(1), waits(2)],
      [none, at(60) - T0 + HOUR_MS + 20_000, at(60) - T0 + HOUR_MS],
    ].entries()) {
      const [next] = await due(store.ledger, 1);
      const findings = { lookup: next?.id ?? 0, changes: [commit(`${place}`)], now };
      await take(store.ledger.recordChanges(findings));
      expect(await read()).toEqual(expected);
    }
    // What is new is told of once it is known.
    await take(record(looked([success(900)], { now })));
    expect(await read()).toEqual([none, 80_000 + HOUR_MS, 60_000 + HOUR_MS]);
  });

  test('a move takes changes and waiting lookups along; two that become one keep what each had counted', async () => {
    await using store = await open();
    await store.ledger.record(looked([success(1), success(2), success(5, { target: NEW })]));
    const [, mine] = await due(store.ledger);
    await store.ledger.recordChanges({ lookup: mine?.id ?? 0, changes: [commit('a')], now: at(50) });
    const [first] = await due(store.ledger);
    await store.ledger.recordChanges({ lookup: first?.id ?? 0, changes: [commit('a')], now: at(50) });
    await store.ledger.record(looked([], { moves: [{ from: WEB, to: NEW }] }));
    expect(await leadTimes(store.ledger, NEW.app)).toMatchObject({ count: 2 });
    expect(await work(store.ledger, () => [commit('a'), commit('b')])).toEqual([success(2).id]);
    expect(await leadTimes(store.ledger, NEW.app)).toMatchObject({ count: 3 });
  });

  test('retention: what waits stays, and so does what the next deployment is compared with', async () => {
    await using store = await open();
    await store.ledger.record(looked([success(1), failure(2), success(3)]));
    await store.ledger.sweep({ rows: T0 + DAY_MS, errors: T0 + DAY_MS }, NEVER);
    expect((await store.rows('deployments')).map((row) => row['at'])).toEqual([at(1), at(3)]);
    await work(store.ledger, ({ upstreamId }) => [commit(upstreamId)]);
    await store.ledger.sweep({ rows: T0 + DAY_MS, errors: T0 + DAY_MS }, NEVER);
    expect((await store.rows('deployments')).map((row) => row['at'])).toEqual([at(3)]);
    expect(await store.rows('changes')).toHaveLength(2);
    // Read again, and decided: nothing is queued for them.
    await store.ledger.record(looked([success(1), failure(2), success(3)]));
    expect(await due(store.ledger)).toEqual([]);
    await store.ledger.record(looked([success(100)]));
    expect(await due(store.ledger)).toMatchObject([{ predecessor: { upstreamId: success(3).id } }]);
    // A commit that was there before the retention is still known.
    await work(store.ledger, () => [commit(success(1).id)]);
    expect(await leadTimes(store.ledger)).toMatchObject({ count: 2 });
  });

  test('retention: what waits of a source that nobody works on any more goes with its deployment', async () => {
    await using store = await open();
    const api = target('shop/api', 'other');
    await store.ledger.record(looked([success(1), success(3)]));
    await store.ledger.record(
      looked(
        [1, 3].map((second) => success(second, { target: api })),
        { source: 'other' },
      ),
    );
    const before = { rows: T0 + DAY_MS, errors: T0 + DAY_MS };
    await store.ledger.sweep({ ...before, lookedUp: ['ci'] }, NEVER);
    const left = async () => (await store.rows('lookups')).map((row) => [row['source'], row['at']]);
    expect(await left()).toEqual([
      ['ci', at(1)],
      ['ci', at(3)],
      ['other', at(3)],
    ]);
    expect(await store.rows('deployments')).toHaveLength(3);
    await store.ledger.sweep({ ...before, lookedUp: [] }, NEVER);
    // The latest success of each is what the next one is compared with, should its source come back.
    expect(await left()).toEqual([
      ['ci', at(3)],
      ['other', at(3)],
    ]);
    expect((await store.ledger.lookups.due('other', at(1_000_000), 10)).lookups).toMatchObject([
      { upstreamId: success(3, { target: api }).id, predecessor: null },
    ]);
  });

  test('commits that were told of are kept for good, by repository', async () => {
    await using store = await open();
    await store.ledger.lookups.keep('forge/a', new Map<string, unknown>([['x', { at: 1 }]]));
    await store.ledger.lookups.keep(
      'forge/a',
      new Map<string, unknown>([
        ['x', { at: 2 }],
        ['y', [1]],
      ]),
    );
    await store.reopen();
    expect(await store.ledger.lookups.known('forge/a', ['x', 'y', 'z'])).toEqual(
      new Map<string, unknown>([
        ['x', { at: 2 }],
        ['y', [1]],
      ]),
    );
    expect(await store.ledger.lookups.known('forge/b', ['x'])).toEqual(new Map());
  });

  test('each change is counted once, in whatever order deployments arrive, are repeated and are looked up', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 30 }),
        fc.array(fc.nat(), { maxLength: 40 }),
        async (arrivals, choices) => {
          await using store = await open();
          // The n-th deployment is commit n: what it brings is every commit since its predecessor's.
          const find = ({ at: end, predecessor }: Lookup) => {
            const from = predecessor === null ? (end - T0) / 1000 : Number(predecessor.commit) + 1;
            const until = (end - T0) / 1000;
            return Array.from({ length: until - from + 1 }, (_, index) => commit(String(from + index)));
          };
          const queue = [...arrivals];
          for (const choice of choices) {
            if (choice % 2 === 0 && queue.length > 0) {
              const second = queue.shift() ?? 0;
              await store.ledger.record(looked([success(second, { commit: String(second) })]));
            } else {
              const waiting = await due(store.ledger);
              const lookup = waiting[choice % Math.max(1, waiting.length)];
              if (lookup === undefined) continue;
              const findings = { lookup: lookup.id, changes: find(lookup), now: at(100) };
              await store.ledger.recordChanges(findings);
              if (choice % 3 === 0) await store.ledger.recordChanges(findings);
            }
          }
          for (const second of queue) {
            await store.ledger.record(looked([success(second, { commit: String(second) })]));
          }
          await work(store.ledger, find);
          const rows = await store.rows('changes');
          const shas = rows.map((row) => row['sha']);
          expect(new Set(shas).size).toBe(shas.length);
          expect((await shown(store.ledger)).totals.leadTimes?.all.count).toBe(shas.length);
          // Every deployed commit is among them.
          expect(new Set(shas).isSupersetOf(new Set(arrivals.map(String)))).toBe(true);
        },
      ),
      { numRuns: 15 },
    );
  });
}
