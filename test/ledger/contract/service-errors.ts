import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Capabilities, Sighting } from '../../../src/domain/batch.ts';
import type { Deployment } from '../../../src/domain/deployment.ts';
import { windowKeys } from '../../../src/domain/windows.ts';
import type { Ledger } from '../../../src/ledger/ledger.ts';
import { WindowBook } from '../../../src/metrics/window-book.ts';
import { rounded, slowWindow } from '../../domain/slow-windows.ts';
import { BURST, event, post } from '../sink-support.ts';
import {
  ALL,
  ALL_DEPLOYMENTS,
  ALL_INCIDENTS,
  at,
  batch,
  counted,
  failure,
  type OpenStore,
  success,
  target,
} from '../support.ts';

const CI = target('memory');
const BLAME_MS = 300_000;
const CAPABILITIES: Capabilities = {
  kinds: ['deployment'],
  causes: ['deployment', 'errors'],
  rework: ['deployment', 'errors'],
};

/** Three events exceed the rule at the third; 150 s after the last it is over. */
async function burst(ledger: Ledger, second: number) {
  const events = [second - 2, second - 1, second].map((one) => event(one));
  return (await ledger.ingest([post(events)], [BURST], at(second), BLAME_MS)).changes;
}

async function deploy(ledger: Ledger, deployments: readonly Deployment[], now = 5_000) {
  return (await ledger.record(batch(deployments, { capabilities: CAPABILITIES, now: at(now) }))).changes;
}

const good = (second: number) => success(second, { target: CI });
const bad = (second: number) => failure(second, { target: CI });

async function verdicts(ledger: Ledger) {
  const { items } = await ledger.queries.deployments({ ...ALL_DEPLOYMENTS, source: CI.source });
  return Object.fromEntries(items.map((one) => [one.number, `${one.changeFailure ?? '-'} / ${one.rework ?? '-'}`]));
}

async function totals(ledger: Ledger) {
  const { targets } = await ledger.snapshot();
  return targets.find(({ source }) => source === CI.source)?.totals;
}

async function errorsIncident(ledger: Ledger) {
  return (await ledger.queries.incidents({ ...ALL_INCIDENTS, kind: 'errors' })).items[0];
}

export function serviceErrorsContract(open: OpenStore): void {
  test("errors are blamed on the latest deployment of another source, in words, once; the incident keeps the sink's labels", async () => {
    await using store = await open();
    await deploy(store.ledger, [good(100), good(200)]);
    const changes = await burst(store.ledger, 250);
    expect(changes.targets.map(({ source }) => source).sort()).toEqual(['ci', 'shop']);
    await burst(store.ledger, 255);
    expect(await verdicts(store.ledger)).toEqual({ 100: '- / -', 200: 'errors / -' });
    const [latest] = (await store.ledger.queries.deployments({ ...ALL_DEPLOYMENTS, source: 'ci' })).items;
    expect(latest?.changeFailureWhy).toBe(
      'errors in shop since 2025-06-15T15:10:50.000Z, 50 s after it ended: the latest deployment of the service within attribution_window (300 s) is to blame',
    );
    expect((await totals(store.ledger))?.changeFailures).toEqual({ errors: 1 });
    expect(await errorsIncident(store.ledger)).toMatchObject({ source: 'shop', attributedTo: { number: 200 } });
    expect(await counted(store.ledger, 'corrections')).toBe(0);
  });

  test('a deployment that is recorded after the errors began takes the blame over: nothing is counted twice', async () => {
    await using store = await open();
    await deploy(store.ledger, [good(100)]);
    await burst(store.ledger, 250);
    expect(await verdicts(store.ledger)).toEqual({ 100: 'errors / -' });
    await deploy(store.ledger, [good(240)]);
    expect(await verdicts(store.ledger)).toEqual({ 100: '- / -', 240: 'errors / -' });
    expect(await errorsIncident(store.ledger)).toMatchObject({ attributedTo: { number: 240 } });
    expect((await totals(store.ledger))?.changeFailures).toEqual({ errors: 1 });
    await deploy(store.ledger, [good(240), good(251)]);
    expect((await totals(store.ledger))?.changeFailures).toEqual({ errors: 1 });
    expect(await counted(store.ledger, 'corrections')).toBe(0);
  });

  test('errors long after a deployment, or before any, are nobody’s; a first deployment that comes late is counted then', async () => {
    await using store = await open();
    await burst(store.ledger, 250);
    await deploy(store.ledger, [good(250 - 301)]);
    expect(await verdicts(store.ledger)).toEqual({ [250 - 301]: '- / -' });
    expect(await errorsIncident(store.ledger)).toMatchObject({ attributedTo: null });
    await deploy(store.ledger, [good(249)]);
    expect((await totals(store.ledger))?.changeFailures).toEqual({ errors: 1 });
  });

  test('a failed deployment keeps its own cause', async () => {
    await using store = await open();
    await deploy(store.ledger, [bad(200)]);
    await burst(store.ledger, 250);
    expect(await verdicts(store.ledger)).toEqual({ 200: 'deployment / -' });
    expect((await totals(store.ledger))?.changeFailures).toEqual({ deployment: 1 });
  });

  test('once it is over, its time counts under the deployment to blame, and the latest success within it is rework', async () => {
    await using store = await open();
    const book = new WindowBook([{ name: 'all', ms: 3_000_000 }], at(2_000));
    const take = (changes: Awaited<ReturnType<typeof deploy>>) => book.take(changes.windows, at(2_000));
    take(await deploy(store.ledger, [good(200)]));
    take(await burst(store.ledger, 250));
    take(await burst(store.ledger, 300));
    take(await deploy(store.ledger, [good(260), good(280)]));
    expect(await verdicts(store.ledger)).toMatchObject({ 280: '- / -' });
    take(await store.ledger.tick(at(1_000)));
    expect(await verdicts(store.ledger)).toEqual({ 200: 'errors / -', 260: '- / -', 280: '- / errors' });
    const incident = await errorsIncident(store.ledger);
    const { targets } = await store.ledger.snapshot();
    const id = targets.find(({ source }) => source === 'ci')?.id ?? 0;
    const keys = (of: WindowBook) => windowKeys(of.rowsOf(id), { after: at(0), until: at(2_000) }, 1);
    expect(keys(book)).toMatchObject({
      changeFailures: { errors: 1 },
      rework: 1,
      recovery: { count: 1, mean: incident?.recoveryMs },
    });
    const restarted = new WindowBook([{ name: 'all', ms: 3_000_000 }], at(2_000));
    for await (const rows of store.ledger.windowRows(at(0))) restarted.take(rows, at(2_000));
    expect(keys(restarted)).toEqual(keys(book));
  });

  test('in whatever order two sources tell, blame, windows and totals equal a slow reference', async () => {
    const told = fc.record({
      kind: fc.constantFrom('good', 'good', 'bad', 'above', 'above', 'over'),
      second: fc.integer({ min: 10, max: 600 }),
    });
    await using store = await open();
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(told, { minLength: 1, maxLength: 4 }), { maxLength: 8 }), async (batches) => {
        run += 1;
        const app = `app of run ${run}`;
        const { ledger } = store;
        const book = new WindowBook([{ name: 'all', ms: 3_000_000 }], at(2_000));
        const deployments = new Map<string, Deployment>();
        for (const [index, events] of batches.entries()) {
          const ofCi = events.filter(({ kind }) => kind === 'good' || kind === 'bad');
          const some = ofCi.map(({ kind, second }) =>
            (kind === 'good' ? success : failure)(second, { target: target(app), id: `${app} ${second}` }),
          );
          for (const one of some) if (!deployments.has(one.id)) deployments.set(one.id, one);
          const sightings = events.flatMap(({ kind, second }): Sighting[] => {
            if (kind !== 'above' && kind !== 'over') return [];
            const is = kind === 'above' ? ('failure' as const) : ('recovery' as const);
            const blameWithinMs = kind === 'above' ? BLAME_MS : null;
            const id = `${is} ${app} ${second}`;
            return [
              {
                id,
                target: target(app, 'sink'),
                about: 'errors',
                kind: is,
                at: at(second),
                blameWithinMs,
                details: {},
              },
            ];
          });
          const now = at(1_000 + index);
          const sink = batch([], {
            source: 'sink',
            sightings,
            now,
            capabilities: { kinds: ['errors'], causes: [], rework: [] },
            targets: [{ target: target(app, 'sink'), team: '', observedSince: at(0), sighted: true }],
          });
          book.take((await ledger.record(sink)).changes.windows, now);
          book.take((await ledger.record(batch(some, { capabilities: CAPABILITIES, now }))).changes.windows, now);
        }
        const incidents = (await ledger.queries.incidents({ ...ALL_INCIDENTS, app, kind: 'errors' })).items;
        const all = [...deployments.values()];
        const accused = new Set<number>();
        const repairs = new Set<number>();
        for (const { openedAt, closedAt, attributedTo } of incidents) {
          const began = openedAt ?? 0;
          const before = all.filter((one) => one.at <= began && began - one.at <= BLAME_MS);
          const culprit = before.sort((a, b) => a.at - b.at).at(-1);
          expect(attributedTo?.number ?? null).toBe(culprit?.sequence ?? null);
          if (culprit !== undefined) accused.add(culprit.sequence);
          if (closedAt === null) continue;
          const within = all.filter((one) => one.outcome === 'success' && one.at > began && one.at <= closedAt);
          const repair = within.sort((a, b) => a.at - b.at).at(-1);
          if (repair !== undefined) repairs.add(repair.sequence);
        }
        const { items } = await ledger.queries.deployments({ ...ALL_DEPLOYMENTS, app });
        for (const { number, outcome, changeFailure, rework } of items) {
          const cause = outcome === 'failure' ? 'deployment' : accused.has(number) ? 'errors' : null;
          expect([number, changeFailure]).toEqual([number, cause]);
          if (repairs.has(number)) expect(rework).not.toBeNull();
          else expect(rework).not.toBe('errors');
        }
        const shown = (await ledger.snapshot()).targets.find((one) => one.app === app && one.source === 'ci');
        if (shown === undefined) return;
        const rows = (await store.rows('deployments')).filter((row) => row['target_id'] === shown.id);
        const counted = rows.filter((row) => row['change_failure_counted'] !== null).length;
        const total = Object.values(shown.totals.changeFailures).reduce((sum, count) => sum + count, 0);
        expect(total).toBe(counted);
        expect(total).toBeGreaterThanOrEqual(items.filter(({ changeFailure }) => changeFailure !== null).length);

        const recoveries = (await ledger.queries.incidents({ ...ALL_INCIDENTS, app })).items.flatMap((one) => {
          const culprit = one.kind === 'deployment' ? one.openedBy : one.attributedTo;
          if (one.state === 'open' || one.openedAt === null || one.closedAt === null || culprit === null) return [];
          return [{ deployment: String(culprit.id), openedAt: one.openedAt, closedAt: one.closedAt }];
        });
        const known = items.map(({ finishedAt, changeFailure, rework }) => ({
          at: finishedAt,
          changeFailure,
          isRework: rework !== null,
          failuresSeen: true,
        }));
        const now = at(2_000);
        const slow = rounded(slowWindow({ deployments: known, recoveries, leads: [] }, now, 3_000_000, 1));
        const span = { after: now - 3_000_000, until: now };
        expect(rounded(windowKeys(book.rowsOf(shown.id), span, 1))).toEqual(slow);
        const restarted = new WindowBook([{ name: 'all', ms: 3_000_000 }], now);
        for await (const part of ledger.windowRows(span.after)) restarted.take(part, now);
        expect(rounded(windowKeys(restarted.rowsOf(shown.id), span, 1))).toEqual(slow);
        const [people] = (await ledger.queries.keys({ ...ALL, ...span, source: 'ci', app, minSamples: 1 })).items;
        expect(rounded(people?.keys)).toEqual(slow);
      }),
      { numRuns: 60 },
    );
  });
}
