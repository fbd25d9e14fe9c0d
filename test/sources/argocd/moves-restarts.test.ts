import { expect, test } from 'vitest';
import { StoreFailure } from '../../../src/domain/store-failure.ts';
import { Desk } from './support.ts';
import {
  application,
  becomes,
  HOUR,
  iso,
  MINUTE,
  NOON,
  operate,
  pollAt,
  restarted,
  SECOND,
  seen,
  sha,
  shop,
  told,
} from './support-application.ts';
import { answerOf, completed, holding } from './support-server.ts';

const HALF = 30 * SECOND;

test('a restart counts nothing again and finds what happened meanwhile', async () => {
  const { desk, held, one } = shop();
  operate(one, 'Succeeded', sha('a'), NOON - MINUTE);
  becomes(one, 'Degraded', NOON - 30 * SECOND);
  await pollAt(desk, NOON);
  operate(one, 'Succeeded', sha('c'), NOON + 20 * MINUTE);
  becomes(one, 'Healthy', NOON + 21 * MINUTE);
  held.events.set('argocd/shop', [
    completed(iso(NOON + 10 * MINUTE), true, `Sync operation to ${sha('b')} failed: no`),
    completed(iso(NOON + 20 * MINUTE), false, `Sync operation to ${sha('c')} succeeded`),
  ]);
  const again = restarted(desk);
  await pollAt(again, NOON + 30 * MINUTE);
  expect(told(again)).toEqual(['failure 600', 'success 1200']);
  expect(seen(again)).toEqual(['degraded failure -30', 'degraded recovery 1260']);
  expect(again.gaps).toBe(0);
  const third = restarted(again);
  await pollAt(third, NOON + 31 * MINUTE);
  expect([told(third), seen(third), third.gaps]).toEqual([[], [], 0]);
});

test('what happened longer ago than events are kept is a gap; a long quiet time is none', async () => {
  const { desk, held, one } = shop();
  operate(one, 'Succeeded', sha('a'), NOON - MINUTE);
  await pollAt(desk, NOON);
  await pollAt(desk, NOON + 5 * HOUR);
  const quiet = restarted(desk);
  const at = NOON + 5 * HOUR + 10 * SECOND;
  operate(one, 'Succeeded', sha('b'), at);
  held.events.set('argocd/shop', [completed(iso(at), false, `Sync operation to ${sha('b')} succeeded`)]);
  await pollAt(quiet, NOON + 5 * HOUR + HALF);
  expect(quiet.gaps).toBe(0);
  // Two hours without us.
  const late = NOON + 8 * HOUR;
  operate(one, 'Succeeded', sha('c'), late - MINUTE);
  held.events.set('argocd/shop', [completed(iso(late - MINUTE), false, `Sync operation to ${sha('c')} succeeded`)]);
  const after = restarted(quiet);
  await pollAt(after, late);
  expect(told(after)).toHaveLength(1);
  expect(after.gaps).toBe(1);
});

test('B12: what the store does not take is read again and recorded whole', async () => {
  const { desk, one } = shop();
  await pollAt(desk, NOON);
  operate(one, 'Failed', sha('b'), NOON + 10 * SECOND);
  becomes(one, 'Degraded', NOON - 10 * MINUTE);
  desk.refuses = new StoreFailure('locked');
  desk.now = NOON + HALF;
  expect(await desk.cycle()).toMatchObject({ ok: false, reason: 'store' });
  expect(told(desk)).toEqual([]);
  desk.refuses = null;
  await pollAt(desk, NOON + 2 * HALF);
  expect(told(desk)).toEqual(['failure 10']);
  expect(seen(desk)).toEqual(['degraded failure -600']);
});

test('one application that cannot be read does not hold up the others', async () => {
  const held = holding([application('shop'), application('site')]);
  const desk = new Desk(NOON, (url) => answerOf(held, url));
  held.broken.set('/api/v1/applications/shop', 500);
  expect(await desk.cycle()).toMatchObject({ ok: false, reason: 'server_error', partial: true });
  expect(desk.batches.flatMap(({ targets }) => targets.map(({ target }) => target.app))).toEqual(['site']);
  expect(desk.collector.backfill).toEqual({ pending: 1, done: 1 });
  held.broken.clear();
  await pollAt(desk, NOON + HALF);
  expect(desk.collector.backfill).toEqual({ pending: 0, done: 2 });
});

test('where pipelines count elsewhere nothing is read of applications', async () => {
  const { desk } = shop({ deployments: false });
  await pollAt(desk, NOON);
  expect(desk.requests.filter((path) => path.startsWith('/api/v1/applications/'))).toEqual([]);
  expect(desk.batches.every(({ targets }) => targets.length === 0)).toBe(true);
});

test('what the list showed unchanged counts as known, though no poll was good for another application', async () => {
  const { desk, held, one } = shop();
  operate(one, 'Succeeded', sha('a'), NOON - MINUTE);
  held.applications.push(application('site'));
  held.broken.set('/api/v1/applications/site', 403);
  for (const at of [NOON, NOON + HOUR, NOON + 2 * HOUR]) {
    desk.now = at;
    expect(await desk.cycle()).toMatchObject({ ok: false, reason: 'forbidden' });
  }
  const at = NOON + 2 * HOUR + 10 * SECOND;
  operate(one, 'Succeeded', sha('b'), at);
  held.events.set('argocd/shop', [completed(iso(at), false, `Sync operation to ${sha('b')} succeeded`)]);
  desk.now = NOON + 2 * HOUR + HALF;
  await desk.cycle();
  expect(told(desk)).toHaveLength(2);
  expect(desk.gaps).toBe(0);
});
