import { expect, test } from 'vitest';
import {
  becomes,
  iso,
  MINUTE,
  NOON,
  operate,
  pollAt,
  reasons,
  restarted,
  SECOND,
  seen,
  sha,
  shop,
  told,
} from './support-application.ts';
import { completed, type Json } from './support-server.ts';

const RESTORED = NOON + 10 * MINUTE;

/** What `argocd admin import` makes of an application: its status as it was, under another time of creation. */
function copyOf(one: Json): Json {
  const copy = structuredClone(one);
  copy.metadata.creationTimestamp = iso(RESTORED);
  return copy;
}

/** A polled application with four deployments, the first of them with this id in its history. */
async function withHistory(firstId = 0) {
  const { desk, held, one } = shop();
  one.status.history = Array.from({ length: firstId }, (_, id) => ({ id, deployedAt: iso(NOON - 99 * MINUTE) }));
  for (const [index, revision] of ['a', 'b', 'c', 'd'].entries()) {
    operate(one, 'Succeeded', sha(revision), NOON - (40 - index) * MINUTE);
  }
  one.status.history.splice(0, firstId);
  await pollAt(desk, NOON);
  return { desk, held, one };
}
const FOUR = ['success -2400', 'success -2340', 'success -2280', 'success -2220'];

test('an application that was restored with its history tells none of it again, and goes on', async () => {
  const { desk, held, one } = await withHistory();
  held.applications = [];
  await pollAt(desk, RESTORED - MINUTE);
  const copy = copyOf(one);
  held.applications = [copy];
  await pollAt(desk, RESTORED + MINUTE);
  expect(desk.listings).toEqual(['shop removed', 'shop listed']);
  expect(told(desk)).toEqual(FOUR);
  operate(copy, 'Succeeded', sha('e'), RESTORED + 2 * MINUTE);
  held.events.set('argocd/shop', [
    completed(iso(RESTORED + 2 * MINUTE), false, `Sync operation to ${sha('e')} succeeded`),
  ]);
  await pollAt(desk, RESTORED + 3 * MINUTE);
  expect(told(desk)).toEqual([...FOUR, 'success 720']);
  expect(reasons(desk)).toEqual([]);
  expect(desk.gaps).toBe(0);
});

test('restored between two polls its ids go on where they were, which is no gap', async () => {
  const { desk, held, one } = await withHistory(6);
  held.applications = [copyOf(one)];
  await pollAt(desk, RESTORED + MINUTE);
  expect(told(desk)).toEqual(FOUR);
  expect(desk.gaps).toBe(0);
});

test('what the copy has that was not seen before counts', async () => {
  const { desk, held, one } = await withHistory();
  operate(one, 'Succeeded', sha('e'), RESTORED - 2 * MINUTE);
  operate(one, 'Failed', sha('f'), RESTORED - MINUTE);
  held.applications = [copyOf(one)];
  await pollAt(desk, RESTORED + MINUTE);
  expect(told(desk)).toEqual([...FOUR, 'success 480', 'failure 540']);
});

test('an application that moved to another namespace with its status tells nothing again', async () => {
  const { desk, held, one } = await withHistory();
  operate(one, 'Failed', sha('e'), NOON + MINUTE);
  await pollAt(desk, NOON + 2 * MINUTE);
  const moved = copyOf(one);
  moved.metadata.namespace = 'team-a';
  held.applications = [moved];
  const after = restarted(desk);
  await pollAt(after, RESTORED + MINUTE);
  expect(told(desk)).toEqual([...FOUR, 'failure 60']);
  expect(told(after)).toEqual([]);
});

test('what an application did beside the one that was the target does not count when it takes the target over', async () => {
  const { desk, held, one } = await withHistory();
  const other = structuredClone(one);
  other.metadata.namespace = 'team-a';
  held.applications.push(other);
  operate(one, 'Succeeded', sha('e'), NOON + MINUTE);
  operate(other, 'Succeeded', sha('e'), NOON + MINUTE);
  held.events.set('argocd/shop', [completed(iso(NOON + MINUTE), false, `Sync operation to ${sha('e')} succeeded`)]);
  await pollAt(desk, NOON + 2 * MINUTE);
  expect(reasons(desk)).toEqual(['duplicate_target']);
  held.applications.shift();
  await pollAt(desk, NOON + 3 * MINUTE);
  expect(told(desk)).toEqual([...FOUR, 'success 60']);
  operate(other, 'Succeeded', sha('f'), NOON + 4 * MINUTE);
  held.events.set('team-a/shop', [completed(iso(NOON + 4 * MINUTE), false, `Sync operation to ${sha('f')} succeeded`)]);
  await pollAt(desk, NOON + 5 * MINUTE);
  // The first comes back, and is the target again: it had done the same.
  operate(one, 'Succeeded', sha('f'), NOON + 4 * MINUTE);
  held.applications.unshift(one);
  await pollAt(desk, NOON + 6 * MINUTE);
  expect(told(desk)).toEqual([...FOUR, 'success 60', 'success 240']);
  expect(desk.gaps).toBe(0);
});

test('health that was restored with an old time ends the incident that is open', async () => {
  const { desk, held, one } = await withHistory();
  const copy = copyOf(one);
  becomes(one, 'Degraded', NOON + MINUTE);
  await pollAt(desk, NOON + 4 * MINUTE);
  held.applications = [copy];
  await pollAt(desk, RESTORED + 30 * SECOND);
  expect(seen(desk)).toEqual(['degraded failure 60', 'degraded recovery 600']);
});

test('a backup that is restored over an application gives ids a second time, and nothing is lost by that', async () => {
  const { desk, held, one } = await withHistory();
  const status = structuredClone(one.status);
  const succeeds = async (revision: string, at: number) => {
    operate(one, 'Succeeded', sha(revision), at);
    const events = held.events.get('argocd/shop') ?? [];
    held.events.set('argocd/shop', [
      ...events,
      completed(iso(at), false, `Sync operation to ${sha(revision)} succeeded`),
    ]);
    await pollAt(desk, at + 30 * SECOND);
  };
  await succeeds('e', NOON + MINUTE);
  await succeeds('f', NOON + 2 * MINUTE);
  one.status = status;
  await pollAt(desk, NOON + 3 * MINUTE);
  await succeeds('g', NOON + 4 * MINUTE);
  await succeeds('h', NOON + 5 * MINUTE);
  await succeeds('i', NOON + 6 * MINUTE);
  expect(told(desk)).toEqual([...FOUR, 'success 60', 'success 120', 'success 240', 'success 300', 'success 360']);
  expect(new Set(desk.deployments.map(({ id }) => id)).size).toBe(9);
  expect(desk.gaps).toBe(0);
});

test('a history that is switched off and on again gives its first ids a second time', async () => {
  const { desk, one } = await withHistory();
  one.spec.revisionHistoryLimit = 0;
  one.status.history = [];
  operate(one, 'Succeeded', sha('e'), NOON + MINUTE);
  await pollAt(desk, NOON + 2 * MINUTE);
  delete one.spec.revisionHistoryLimit;
  operate(one, 'Succeeded', sha('f'), NOON + 3 * MINUTE);
  await pollAt(desk, NOON + 4 * MINUTE);
  expect(one.status.history.map(({ id }: Json) => id)).toEqual([0]);
  expect(told(desk)).toEqual([...FOUR, 'success 60', 'success 180']);
  expect(new Set(desk.deployments.map(({ id }) => id)).size).toBe(6);
});
