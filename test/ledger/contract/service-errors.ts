import { expect, test } from 'vitest';
import type { Capabilities } from '../../../src/domain/batch.ts';
import type { Deployment } from '../../../src/domain/deployment.ts';
import { windowKeys } from '../../../src/domain/windows.ts';
import type { Ledger } from '../../../src/ledger/ledger.ts';
import { WindowBook } from '../../../src/metrics/window-book.ts';
import { BURST, event, post } from '../sink-support.ts';
import {
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
    await deploy(store.ledger, [good(240), good(250.5)]);
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
}
