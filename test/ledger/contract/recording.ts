import { expect, test } from 'vitest';
import type { Plan } from '../../../src/domain/transition.ts';
import { NO_WINDOW_CHANGES } from '../../../src/ledger/window-log.ts';
import {
  ALL_DEPLOYMENTS,
  at,
  batch,
  counted,
  failure,
  type OpenStore,
  shown,
  success,
  T0,
  target,
  tellAll,
  WEB,
} from '../support.ts';

export function recordingContract(open: OpenStore): void {
  test('an empty ledger shows nothing', async () => {
    await using store = await open();
    expect(await store.ledger.snapshot()).toEqual({
      targets: [],
      gone: [],
      counts: [],
      windows: NO_WINDOW_CHANGES,
      successes: [],
    });
    expect(await store.ledger.state('ci')).toEqual(new Map());
    expect(await store.ledger.decided('ci', ['any'])).toEqual(new Set());
  });

  test('a row is counted once: in one batch, in a later one, and under the first verdict on its id', async () => {
    await using store = await open();
    await store.ledger.record(
      batch([success(1), success(1), success(2)], { ignored: [{ id: success(2).id, reason: 'gone' }] }),
    );
    await store.ledger.record(batch([success(1)], { ignored: [{ id: 'x', reason: 'killed' }] }));
    await store.ledger.record(batch([success(3, { id: 'x' })], { ignored: [{ id: 'x', reason: 'event' }] }));
    expect((await shown(store.ledger)).totals.deployments).toEqual({ success: 2, failure: 0 });
    expect(await counted(store.ledger, 'ignored')).toBe(1);
    expect(await store.ledger.decided('ci', [success(1).id, 'x', 'new'])).toEqual(new Set([success(1).id, 'x']));
  });

  test('the same id of another source is another row', async () => {
    await using store = await open();
    await store.ledger.record(batch([success(1, { id: '7' })]));
    await store.ledger.record(batch([success(1, { id: '7', target: target('other', 'ci2') })]));
    expect((await shown(store.ledger, 'other')).totals.deployments.success).toBe(1);
    expect((await shown(store.ledger)).totals.deployments.success).toBe(1);
  });

  test('a batch comes with its collector state, its stamp, its gaps and its messages, whole', async () => {
    await using store = await open({ plan: tellAll });
    const state = new Map<string, unknown>([
      ['repo 1', { newest: 7 }],
      ['repo 2', [1, 2]],
    ]);
    const recorded = await store.ledger.record(batch([failure(1)], { state, complete: true, gaps: 2 }));
    expect(recorded.changes.successes).toEqual([{ source: 'ci', at: at(10_000) }]);
    await store.reopen();
    expect(await store.ledger.state('ci')).toEqual(state);
    expect(await store.ledger.state('other')).toEqual(new Map());
    expect(await store.ledger.snapshot()).toMatchObject({ successes: [{ source: 'ci', at: at(10_000) }] });
    expect(await counted(store.ledger, 'gaps')).toBe(2);
    const [row, ...others] = await store.rows('outbox');
    expect(others).toEqual([]);
    expect(row).toMatchObject({
      source: 'ci',
      severity: 'critical',
      key: 'open done',
      origin: WEB.app,
      decided_at: at(10_000),
    });
    expect(JSON.parse(String(row?.['payload']))).toMatchObject({
      operation: 'open',
      openedAt: at(1),
      target: WEB,
      openedBy: { link: 'https://ci.example.org/1', durationMs: 42_000, details: { event: 'push' } },
      closedBy: null,
    });
  });

  test('news of a batch go to the plan with its transitions, and their rows are numbered in order', async () => {
    const heard: unknown[] = [];
    const plan: Plan = (transitions, news, now) => {
      heard.push({ transitions: transitions.length, news, now });
      return [...tellAll(transitions, news, now), ...tellAll(transitions, news, now)];
    };
    await using store = await open({ plan });
    const news = { kind: 'heartbeat', day: '2025-06-15', at: at(5) } as const;
    await store.ledger.record(batch([failure(1)], { news: [news] }));
    expect(heard).toEqual([{ transitions: 1, news: [news], now: at(10_000) }]);
    const rows = await store.rows('outbox');
    expect(rows.map((row) => row['id'])).toEqual([1, 2]);
    expect(new Set(rows.map((row) => row['ref'])).size).toBe(2);
  });

  test('what closes an incident later is told with the failure that had opened it', async () => {
    await using store = await open();
    await store.ledger.record(batch([failure(100)]));
    const { transitions } = await store.ledger.record(batch([success(400)]));
    expect(transitions).toMatchObject([
      { openedBy: { link: 'https://ci.example.org/100' }, closedBy: { link: 'https://ci.example.org/400' } },
    ]);
  });

  test('state is replaced key by key, and null forgets a key', async () => {
    await using store = await open();
    await store.ledger.record(
      batch([], {
        state: new Map<string, unknown>([
          ['a', 1],
          ['b', 2],
          ['c', 3],
        ]),
      }),
    );
    await store.ledger.record(
      batch([], {
        state: new Map<string, unknown>([
          ['a', 9],
          ['b', null],
          ['d', 4],
        ]),
      }),
    );
    expect(await store.ledger.state('ci')).toEqual(
      new Map([
        ['a', 9],
        ['c', 3],
        ['d', 4],
      ]),
    );
  });

  test('a batch that cannot be recorded whole leaves nothing of it', async () => {
    let broken = true;
    const plan: typeof tellAll = (...news) => {
      if (broken) throw new Error('no plan');
      return tellAll(...news);
    };
    await using store = await open({ plan });
    const whole = batch([failure(1), success(2)], {
      ignored: [{ id: 'x', reason: 'event' }],
      state: new Map([['a', 1]]),
      complete: true,
      gaps: 1,
    });
    await expect(store.ledger.record(whole)).rejects.toThrow('no plan');
    expect(await store.ledger.snapshot()).toEqual({
      targets: [],
      gone: [],
      counts: [],
      windows: NO_WINDOW_CHANGES,
      successes: [],
    });
    expect(await store.ledger.state('ci')).toEqual(new Map());
    expect(await store.ledger.decided('ci', ['x', failure(1).id])).toEqual(new Set());
    broken = false;
    await store.ledger.record(whole);
    expect((await shown(store.ledger)).totals.deployments).toEqual({ success: 1, failure: 1 });
    expect(await store.rows('outbox')).toHaveLength(2);
  });

  test('a stamp is only of a complete poll', async () => {
    await using store = await open();
    await store.ledger.record(batch([], { complete: true, now: at(1) }));
    const recorded = await store.ledger.record(batch([success(1)], { complete: false, now: at(2) }));
    expect(recorded.changes.successes).toEqual([]);
    expect((await store.ledger.snapshot()).successes).toEqual([{ source: 'ci', at: at(1) }]);
  });

  test('what was ignored is counted once by its reason, and not in a first read of history', async () => {
    await using store = await open();
    const ignored = [
      { id: 'x', reason: 'branch' },
      { id: 'y', reason: 'killed' },
    ] as const;
    const old = await store.ledger.record(
      batch([], { ignored: [{ id: 'old', reason: 'branch' }], origin: 'backfill' }),
    );
    expect(old.changes.counts).toEqual([]);
    const { changes } = await store.ledger.record(
      batch([], { ignored: [...ignored, ...ignored, { id: 'old', reason: 'branch' }] }),
    );
    expect(changes.counts).toEqual([
      { counter: 'ignored', source: 'ci', labels: { reason: 'branch' }, by: 1 },
      { counter: 'ignored', source: 'ci', labels: { reason: 'killed' }, by: 1 },
    ]);
    await store.ledger.record(batch([], { ignored: [...ignored, { id: 'z', reason: 'killed' }] }));
    expect(await counted(store.ledger, 'ignored', { reason: 'branch' })).toBe(1);
    expect(await counted(store.ledger, 'ignored', { reason: 'killed' })).toBe(2);
  });

  test('a target exists from its first counted event; only a live one makes it born live', async () => {
    await using store = await open();
    await store.ledger.record(
      batch([], { targets: [{ target: WEB, team: '', observedSince: T0 }], ignored: [{ id: 'x', reason: 'event' }] }),
    );
    expect((await store.ledger.snapshot()).targets).toEqual([]);
    await store.ledger.record(batch([success(1)], { now: at(60) }));
    await store.ledger.record(batch([success(1, { target: target('old') })], { origin: 'backfill' }));
    expect((await shown(store.ledger)).bornLiveAt).toBe(at(60));
    expect((await shown(store.ledger, 'old')).bornLiveAt).toBeNull();
  });

  test('a known target takes over the team, a later beginning of observation, and what its source can produce', async () => {
    await using store = await open();
    await store.ledger.record(batch([success(1)]));
    const capabilities = { kinds: ['deployment', 'degraded'], causes: ['deployment'], rework: [] } as const;
    const facts = (team: string, observedSince: number) => ({
      targets: [{ target: WEB, team, observedSince }],
      capabilities,
    });
    const { changes } = await store.ledger.record(batch([], facts('new', at(50))));
    expect(changes.targets).toMatchObject([{ team: 'new', observedSince: at(50), capabilities }]);
    expect((await store.ledger.record(batch([], facts('new', at(20))))).changes.targets).toEqual([]);
    expect(await shown(store.ledger)).toMatchObject({ team: 'new', observedSince: at(50), capabilities });
  });

  test('a deployment of a target without facts is a bug and records nothing', async () => {
    await using store = await open();
    await expect(store.ledger.record(batch([success(1)], { targets: [] }))).rejects.toThrow('without the facts');
    expect((await store.ledger.snapshot()).targets).toEqual([]);
  });

  test('run times are of successes alone; unknown ones are left out', async () => {
    await using store = await open();
    const rows = [
      success(1, { durationMs: 30_000 }),
      success(2, { durationMs: null }),
      failure(3),
      success(4, { durationMs: 0 }),
    ];
    await store.ledger.record(batch(rows));
    const { totals } = await shown(store.ledger);
    expect(totals.durations).toMatchObject({ count: 2, sumMs: 30_000, buckets: [1, 1, 0, 0, 0, 0, 0, 0, 0] });
    expect(totals.exemplars.success?.id).toBe(success(4).id);
  });

  test('the exemplar of an outcome stays with the first of those that ended in one moment, whatever is recorded after it', async () => {
    await using store = await open();
    await store.ledger.record(batch([success(2)]));
    await store.ledger.record(batch([success(3, { at: success(2).at }), success(1)]));
    const { totals } = await shown(store.ledger);
    expect(totals.deployments.success).toBe(3);
    expect(totals.exemplars.success?.id).toBe(success(2).id);
  });

  test('a start shows exactly what the last commit of each target showed, more than one statement of them', async () => {
    await using store = await open();
    const apps = Array.from({ length: 1201 }, (_, index) => target(`app ${index}`));
    const rows = apps.flatMap((one, index) => [
      failure(1, { target: one }),
      ...(index % 2 ? [success(2, { target: one })] : []),
    ]);
    const { changes, transitions } = await store.ledger.record(batch(rows));
    expect(transitions).toHaveLength(1801);
    expect(new Set(transitions.map(({ incident }) => incident)).size).toBe(1201);
    await store.reopen();
    const snapshot = await store.ledger.snapshot();
    expect(snapshot.targets.toSorted((a, b) => a.id - b.id)).toEqual(changes.targets.toSorted((a, b) => a.id - b.id));
    expect((await store.ledger.queries.deployments({ ...ALL_DEPLOYMENTS, app: 'app 1200' })).items).toMatchObject([
      { role: 'opened' },
    ]);
    expect((await store.ledger.queries.deployments({ ...ALL_DEPLOYMENTS, app: 'app 999' })).items).toMatchObject([
      { role: 'closed', rework: 'deployment' },
      { role: 'opened' },
    ]);
  });

  test('sources that record at the same time, and a tick, are one after the other', async () => {
    await using store = await open();
    const sources = Array.from({ length: 20 }, (_, index) => target('app', `ci${index}`));
    const [recorded] = await Promise.all([
      Promise.all(
        sources.map((key) => store.ledger.record(batch([failure(1, { target: key }), success(2, { target: key })]))),
      ),
      store.ledger.tick(at(60)),
    ]);
    expect(recorded.map(({ transitions }) => transitions.length)).toEqual(sources.map(() => 2));
    expect(recorded.flatMap(({ changes }) => changes.targets)).toEqual((await store.ledger.snapshot()).targets);
  });

  test('each commit is reported', async () => {
    await using store = await open();
    await store.ledger.record(batch([success(1)]));
    expect(store.observed).toEqual([{ kind: 'committed', at: expect.any(Number) }]);
  });
}
