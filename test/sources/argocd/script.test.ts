import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openLedger } from '../../../src/ledger/ledger.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { becomes, MINUTE, NOON, operate, pollAt, SECOND, seen, sha, shop } from './support-application.ts';
import { DEPLOYMENTS, played } from './support-script.ts';

describe.each(['3.5.1', '3.4.7'])('a scripted history of %s', (version) => {
  test.each([5, 13, 30, 60])('is exact when it is polled every %i s', async (everySeconds) => {
    const came = await played(everySeconds, { version });
    expect(came.deployments).toEqual(DEPLOYMENTS);
    const withdrawn = came.sightings.filter((one) => one.startsWith('deployment withdrawn'));
    expect(withdrawn).toEqual([`deployment withdrawn ${Math.ceil(990 / everySeconds) * everySeconds}`]);
    expect(came.sightings.filter((one) => one.startsWith('degraded'))).toEqual([
      'degraded failure 1500',
      'degraded recovery 1800',
      'degraded failure 2120',
      'degraded failure 2500',
      'degraded recovery 2930',
    ]);
    expect(came.ignored.filter((reason) => reason === 'resync')).toHaveLength(2);
    expect(came.gaps).toBe(0);
    // The list, the application, its events.
    expect(came.most).toBeLessThanOrEqual(3);
    expect(came.refreshed).toBe(false);
  });
});

test.each([120, 200, 300])('polled every %i s it has every deployment and every failure', async (everySeconds) => {
  const came = await played(everySeconds);
  expect(came.deployments).toEqual(DEPLOYMENTS);
  expect(came.gaps).toBe(0);
});

test('of the self-heals each that was seen is told', async () => {
  const { ignored } = await played(5);
  expect(ignored.filter((reason) => reason === 'self_heal')).toHaveLength(5);
});

/** A ledger in a folder of its own, which goes with it. */
async function openScratchLedger(clock: FakeClock) {
  const directory = await mkdtemp(join(tmpdir(), 'dora-argocd-'));
  const ledger = await openLedger({
    file: join(directory, 'dora.db'),
    rules: { expiryMs: 30 * 86_400_000 },
    plan: () => [],
    clock,
    observe: () => {},
  });
  const close = async () => {
    await ledger.close();
    await rm(directory, { recursive: true });
  };
  return { ledger, [Symbol.asyncDispose]: close };
}

test('in the ledger it makes the change failures, the rework and the recovery times that the rules say', async () => {
  const clock = new FakeClock(NOON);
  await using opened = await openScratchLedger(clock);
  const { ledger } = opened;
  await played(30, { clock, ledger: async (batch) => void (await ledger.record(batch)) });
  const { targets } = await ledger.snapshot();
  expect(targets).toHaveLength(1);
  const totals = targets[0]?.totals;
  expect(totals?.deployments).toEqual({ success: 6, failure: 2 });
  // Degraded at 1500 s goes to the deployment that had failed already, and the rollback's blame to one that degraded.
  expect(totals?.changeFailures).toEqual({ deployment: 2, degraded: 2 });
  // The success at 610 s repeats what had failed.
  expect(totals?.rework).toEqual({ rollback: 1 });
  // 430 to 610 s, and 810 to 990 s, where the change was taken back.
  expect(totals?.recoveries.deployment).toMatchObject({ count: 2, sumMs: 360_000 });
  // 1500 to 1800 s and 2120 to 2930 s.
  expect(totals?.recoveries.degraded).toMatchObject({ count: 2, sumMs: 1_110_000 });
  expect(targets[0]?.open).toEqual([]);
});

test.each(['Failed', 'Succeeded'])(
  'Degraded under a sync that runs on is that sync’s, once, however it ends: %s',
  async (phase) => {
    const { desk, one } = shop();
    operate(one, 'Succeeded', sha('a'), NOON - 5 * MINUTE);
    await pollAt(desk, NOON);
    operate(one, 'Running', sha('b'), NOON + 10 * SECOND);
    becomes(one, 'Degraded', NOON + 40 * SECOND);
    for (let at = 30; at <= 240; at += 30) await pollAt(desk, NOON + at * SECOND);
    operate(one, phase, sha('b'), NOON + 250 * SECOND, { tookMs: 240 * SECOND });
    await pollAt(desk, NOON + 270 * SECOND);
    await using opened = await openScratchLedger(new FakeClock(NOON));
    const { ledger } = opened;
    for (const batch of desk.batches) await ledger.record(batch);
    const { targets } = await ledger.snapshot();
    expect(targets[0]?.totals.changeFailures).toEqual({ degraded: 1 });
    // It was open long before the sync ended.
    expect(seen(desk)).toEqual(['degraded failure 40']);
    expect(desk.batches.findIndex(({ sightings }) => sightings?.length === 1)).toBeLessThan(desk.batches.length - 2);
  },
);
