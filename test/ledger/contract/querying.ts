import { expect, test } from 'vitest';
import { BadCursor, type Page } from '../../../src/ledger/records.ts';
import {
  ALL,
  ALL_DEPLOYMENTS,
  ALL_INCIDENTS,
  at,
  batch,
  failure,
  type OpenStore,
  success,
  target,
  WEB,
} from '../support.ts';

const API = target('shop/api');
const OTHER = target('other', 'ci2');

export function queryingContract(open: OpenStore): void {
  test('a deployment shows the rule that decided it and what it did to which incident', async () => {
    await using store = await open();
    await store.ledger.record(batch([success(50), failure(100), failure(200), success(400)]));
    const { items, next } = await store.ledger.queries.deployments(ALL_DEPLOYMENTS);
    expect(next).toBeNull();
    expect(items.map(({ finishedAt, role }) => [finishedAt, role])).toEqual([
      [at(400), 'closed'],
      [at(200), 'extended'],
      [at(100), 'opened'],
      [at(50), null],
    ]);
    expect(items[2]).toEqual({
      ...WEB,
      id: expect.any(Number),
      upstreamId: failure(100).id,
      team: 'shop',
      outcome: 'failure',
      finishedAt: at(100),
      durationMs: 42_000,
      number: 100,
      commit: 'commit of F@100',
      link: 'https://ci.example.org/100',
      rule: 'ended as failure',
      details: { event: 'push' },
      recordedAt: at(10_000),
      changeFailure: 'deployment',
      changeFailureWhy: 'it failed',
      verdict: null,
      verdicts: [],
      delivery: null,
      changes: [],
      rework: null,
      incidentId: items[0]?.incidentId,
      role: 'opened',
    });
    for (const item of items) expect(await store.ledger.queries.deployment(item.id)).toEqual(item);
    expect(await store.ledger.queries.deployment(4711)).toBeNull();
  });

  test('an incident shows the failure that opened it, the run, and the recovery', async () => {
    await using store = await open();
    await store.ledger.record(
      batch([failure(20), success(50), failure(100), failure(200), success(400), failure(500)]),
    );
    const { items } = await store.ledger.queries.incidents({ ...ALL_INCIDENTS, state: 'closed', since: at(100) });
    expect(items).toEqual([
      {
        ...WEB,
        id: expect.any(Number),
        kind: 'deployment',
        team: 'shop',
        state: 'recovered',
        openedAt: at(100),
        beginningKnown: true,
        closedAt: at(400),
        recoveryMs: 300_000,
        resolution: null,
        failures: 2,
        openedBy: brief(100, 'failure'),
        run: [brief(100, 'failure'), brief(200, 'failure')],
        closedBy: brief(400, 'success'),
        sightings: [],
        attributedTo: null,
      },
    ]);
    expect(await store.ledger.queries.incident(items[0]?.id ?? 0)).toEqual(items[0]);
    expect(await store.ledger.queries.incident(4711)).toBeNull();
  });

  test('a target shows what its metrics show', async () => {
    await using store = await open();
    await store.ledger.record(batch([failure(100), success(200), failure(300)]));
    expect(await store.ledger.queries.targets(ALL)).toEqual({
      items: [
        {
          ...WEB,
          id: expect.any(Number),
          team: 'shop',
          observedSince: at(0),
          lastActiveAt: at(300),
          lastSuccessAt: at(200),
          failureAt: at(300),
          recoveryAt: at(200),
          open: [{ kind: 'deployment', since: at(300) }],
          deployments: { success: 1, failure: 2 },
          removedAt: null,
        },
      ],
      next: null,
    });
  });

  test('filters: source, app, environment, team, outcome, state, kind and time', async () => {
    await using store = await open();
    const staging = { ...WEB, environment: 'staging' };
    await store.ledger.record(batch([success(1), failure(2, { target: API })]));
    await store.ledger.record(
      batch([failure(3, { target: staging })], { targets: [{ target: staging, team: '', observedSince: 0 }] }),
    );
    await store.ledger.record(batch([failure(4, { target: OTHER }), success(5, { target: OTHER })]));
    const { queries } = store.ledger;
    const seconds = async (filter: Partial<typeof ALL_DEPLOYMENTS>) =>
      (await queries.deployments({ ...ALL_DEPLOYMENTS, ...filter })).items.map(
        ({ finishedAt }) => (finishedAt - at(0)) / 1000,
      );
    expect(await seconds({})).toEqual([5, 4, 3, 2, 1]);
    expect(await seconds({ source: 'ci2' })).toEqual([5, 4]);
    expect(await seconds({ app: WEB.app })).toEqual([3, 1]);
    expect(await seconds({ app: WEB.app, environment: 'staging' })).toEqual([3]);
    expect(await seconds({ team: '' })).toEqual([3]);
    expect(await seconds({ outcome: 'success' })).toEqual([5, 1]);
    expect(await seconds({ upstreamId: success(5, { target: OTHER }).id })).toEqual([5]);
    expect(await seconds({ since: at(2), until: at(4) })).toEqual([3, 2]);
    expect(await seconds({ since: 0, until: at(1) })).toEqual([]);
    const opened = async (filter: Partial<typeof ALL_INCIDENTS>) =>
      (await queries.incidents({ ...ALL_INCIDENTS, ...filter })).items.map(
        ({ openedAt }) => ((openedAt ?? 0) - at(0)) / 1000,
      );
    expect(await opened({})).toEqual([4, 3, 2]);
    expect(await opened({ state: 'open' })).toEqual([3, 2]);
    expect(await opened({ state: 'closed' })).toEqual([4]);
    expect(await opened({ kind: 'degraded' })).toEqual([]);
    expect(await opened({ kind: 'deployment', until: at(4), team: 'shop' })).toEqual([2]);
    expect((await queries.targets({ ...ALL, environment: 'staging' })).items).toMatchObject([staging]);
  });

  test('pages follow each other without a gap or a repetition, also over rows of one time', async () => {
    await using store = await open();
    const keys = [WEB, API, target('a'), target('b'), target('c')];
    await store.ledger.record(batch(keys.flatMap((key) => [failure(1, { target: key }), success(2, { target: key })])));
    const { queries } = store.ledger;
    const deployments = await pages((cursor) => queries.deployments({ ...ALL_DEPLOYMENTS, limit: 3, cursor }));
    expect(deployments).toEqual((await queries.deployments(ALL_DEPLOYMENTS)).items);
    expect(new Set(deployments.map(({ id }) => id)).size).toBe(10);
    const incidents = await pages((cursor) => queries.incidents({ ...ALL_INCIDENTS, limit: 2, cursor }));
    expect(incidents).toEqual((await queries.incidents(ALL_INCIDENTS)).items);
    expect(new Set(incidents.map(({ id }) => id)).size).toBe(5);
    const targets = await pages((cursor) => queries.targets({ ...ALL, limit: 5, cursor }));
    expect(targets.map(({ app }) => app)).toEqual(keys.map(({ app }) => app));
  });

  test.each([
    '',
    'x',
    'MTo',
    Buffer.from('1').toString('base64url'),
    Buffer.from('1:2:3').toString('base64url'),
    Buffer.from('1:9007199254740993').toString('base64url'),
  ])('a cursor that no page gave is a BadCursor: %j', async (cursor) => {
    await using store = await open();
    await expect(store.ledger.queries.deployments({ ...ALL_DEPLOYMENTS, cursor })).rejects.toThrow(BadCursor);
    await expect(store.ledger.queries.incidents({ ...ALL_INCIDENTS, cursor })).rejects.toThrow(BadCursor);
  });

  test('a long run of failures is shown by its first hundred', async () => {
    await using store = await open();
    await store.ledger.record(batch(Array.from({ length: 120 }, (_, index) => failure(index + 1))));
    const { items } = await store.ledger.queries.incidents(ALL_INCIDENTS);
    expect(items[0]?.failures).toBe(120);
    expect(items[0]?.run.map(({ number }) => number)).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
  });
}

async function pages<T>(read: (cursor: string | null) => Promise<Page<T>>): Promise<T[]> {
  const found: T[] = [];
  let cursor: string | null = null;
  do {
    const page: Page<T> = await read(cursor);
    expect(page.items.length).toBeGreaterThan(0);
    found.push(...page.items);
    cursor = page.next;
  } while (cursor !== null);
  return found;
}

function brief(second: number, outcome: 'success' | 'failure') {
  return {
    id: expect.any(Number),
    number: second,
    outcome,
    finishedAt: at(second),
    rule: `ended as ${outcome}`,
    link: `https://ci.example.org/${second}`,
    details: { event: 'push' },
  };
}
