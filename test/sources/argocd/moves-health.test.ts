import { expect, test } from 'vitest';
import { becomes, iso, MINUTE, NOON, operate, pollAt, SECOND, seen, sha, shop } from './support-application.ts';
import { answerOf, holding, type Json } from './support-server.ts';

/** Polls every 30 s from noon on for `minutes`; `plan` says what becomes of health at which second. */
async function live(
  plan: Readonly<Record<number, string>>,
  minutes: number,
  change: (one: Json, at: number) => void = () => {},
) {
  const { desk, one } = shop();
  for (let at = NOON; at <= NOON + minutes * MINUTE; at += 30 * SECOND) {
    for (const [second, status] of Object.entries(plan)) {
      const when = NOON + Number(second) * SECOND;
      if (when > at - 30 * SECOND && when <= at) becomes(one, status, when);
    }
    change(one, at);
    await pollAt(desk, at);
  }
  return { desk, one };
}

test('Degraded opens at its beginning once it has stood, and Healthy closes at its own', async () => {
  const { desk } = await live({ 10: 'Degraded', 310: 'Healthy' }, 8);
  expect(seen(desk)).toEqual(['degraded failure 10', 'degraded recovery 310']);
  expect(desk.sightings[0]).toMatchObject({
    id: `argocd/shop/${(NOON - 60 * MINUTE) / 1000}/degraded/${NOON / 1000 + 10}/shop/prod`,
    target: { source: 'argocd', app: 'shop', environment: 'prod' },
    blameWithinMs: 30 * MINUTE,
    details: { status: 'Degraded' },
  });
  expect(desk.sightings[1]?.blameWithinMs).toBeNull();
});

test('Degraded that does not stand opens nothing', async () => {
  expect(seen((await live({ 10: 'Degraded', 30: 'Healthy', 60: 'Degraded', 70: 'Progressing' }, 5)).desk)).toEqual([]);
});

test('a span that is over when its end is seen is judged by its length', async () => {
  const { desk, one } = shop();
  becomes(one, 'Degraded', NOON - 10 * SECOND);
  await pollAt(desk, NOON);
  becomes(one, 'Healthy', NOON + 110 * SECOND);
  await pollAt(desk, NOON + 5 * MINUTE);
  expect(seen(desk)).toEqual(['degraded failure -10', 'degraded recovery 110']);
});

test('what is not Healthy holds an open incident, and another span in it is told as well', async () => {
  const { desk } = await live(
    { 10: 'Degraded', 200: 'Progressing', 300: 'Degraded', 500: 'Suspended', 600: 'Unknown', 700: 'Healthy' },
    14,
  );
  expect(seen(desk)).toEqual(['degraded failure 10', 'degraded failure 300', 'degraded recovery 700']);
});

test('Degraded at first sight stands from its own beginning', async () => {
  const { desk, one } = shop();
  becomes(one, 'Degraded', NOON - 10 * MINUTE);
  await pollAt(desk, NOON);
  expect(seen(desk)).toEqual(['degraded failure -600']);
});

test('a server that tells no times: a state begins when it is first seen', async () => {
  const { desk, one } = shop();
  one.status.health = { status: 'Healthy' };
  await pollAt(desk, NOON);
  one.status.health = { status: 'Degraded' };
  for (let minute = 1; minute <= 4; minute += 1) await pollAt(desk, NOON + minute * MINUTE);
  one.status.health = { status: 'Healthy' };
  await pollAt(desk, NOON + 5 * MINUTE);
  expect(seen(desk)).toEqual(['degraded failure 60', 'degraded recovery 300']);
  expect(desk.sightings[0]?.details['beginning']).toBe('when it was first seen');
});

test('just after an operation health still shows what was before it', async () => {
  const { desk, one } = shop();
  // It had not stood long enough when the operation began.
  becomes(one, 'Degraded', NOON - 125 * SECOND);
  operate(one, 'Succeeded', sha('b'), NOON - 5 * SECOND);
  await pollAt(desk, NOON);
  expect(seen(desk)).toEqual([]);
  await pollAt(desk, NOON + 5 * SECOND);
  expect(seen(desk)).toEqual(['degraded failure -125']);
});

test('self-heals every few seconds hide neither that Degraded stands nor that it is over', async () => {
  const { desk, one } = shop();
  operate(one, 'Succeeded', sha('a'), NOON - MINUTE);
  await pollAt(desk, NOON);
  becomes(one, 'Degraded', NOON + 10 * SECOND);
  for (let at = 15; at <= 300; at += 5) {
    const sync = { autoHealAttemptsCount: at, resources: [{ kind: 'Deployment', name: 'shop' }] };
    operate(one, 'Succeeded', sha('a'), NOON + at * SECOND, { tookMs: SECOND, sync });
    if (at === 200) becomes(one, 'Healthy', NOON + at * SECOND);
    if (at % 30 === 0) await pollAt(desk, NOON + at * SECOND + SECOND);
    if (at === 150) expect(seen(desk)).toEqual(['degraded failure 10']);
  }
  expect(seen(desk)).toEqual(['degraded failure 10', 'degraded recovery 200']);
});

test('while it is being deleted nothing opens or closes', async () => {
  const { desk } = await live({ 10: 'Degraded', 400: 'Progressing', 500: 'Healthy' }, 10, (one, at) => {
    if (at === NOON + 30 * SECOND) one.metadata.deletionTimestamp = iso(at);
    if (at === NOON + 60 * SECOND) operate(one, 'Failed', sha('b'), at);
  });
  expect(seen(desk)).toEqual([]);
  expect(desk.deployments).toEqual([]);
});

/** A failed commit on an application; then sync becomes Synced at `revision`, after `minutes`. */
async function takenBack(revision: string, change: (one: Json) => void = () => {}) {
  const { desk, one } = shop();
  operate(one, 'Succeeded', sha('a'), NOON - 10 * MINUTE);
  await pollAt(desk, NOON);
  operate(one, 'Failed', sha('b'), NOON + 20 * SECOND);
  one.status.sync = { status: 'OutOfSync', revision: sha('b') };
  await pollAt(desk, NOON + 30 * SECOND);
  await pollAt(desk, NOON + 60 * SECOND);
  one.status.sync = { status: 'Synced', revision };
  change(one);
  const asked = await desk.asked(() => pollAt(desk, NOON + 90 * SECOND));
  expect(asked).toHaveLength(2);
  await pollAt(desk, NOON + 120 * SECOND);
  return desk;
}

test('a change that was taken back ends its incident, with no deployment', async () => {
  const desk = await takenBack(sha('c'));
  expect(seen(desk)).toEqual(['deployment withdrawn 90']);
  expect(desk.deployments).toHaveLength(2);
});

test('Synced at the SHA that failed is not taken back, nor at a branch, nor while it is not Healthy', async () => {
  expect(seen(await takenBack(sha('b')))).toEqual([]);
  expect(seen(await takenBack('main'))).toEqual([]);
  expect(seen(await takenBack(sha('c'), (one) => becomes(one, 'Progressing', NOON + 80 * SECOND)))).toEqual([]);
});

test('a hook that failed after the sync: the branch moves on, and nothing was taken back', async () => {
  const { desk, one } = shop();
  await pollAt(desk, NOON);
  operate(one, 'Failed', sha('b'), NOON + 20 * SECOND);
  one.status.sync = { status: 'Synced', revision: sha('b') };
  await pollAt(desk, NOON + 30 * SECOND);
  one.status.sync = { status: 'Synced', revision: sha('c') };
  await pollAt(desk, NOON + 60 * SECOND);
  expect(seen(desk)).toEqual([]);
});

test('that sync left Synced is remembered over a restart while the operation stands as failed', async () => {
  const { desk, one } = shop();
  operate(one, 'Failed', sha('b'), NOON - 20 * SECOND);
  await pollAt(desk, NOON);
  one.status.sync = { status: 'OutOfSync', revision: sha('b') };
  await pollAt(desk, NOON + 30 * SECOND);
  const [memory] = [...desk.state].filter(([key]) => key === 'application:argocd/shop').map(([, value]) => value);
  expect(memory).toMatchObject({ sync: 'OutOfSync' });
});

test('just after the failure Healthy is that of the version before: nothing was taken back yet', async () => {
  const { desk, one } = shop();
  await pollAt(desk, NOON);
  operate(one, 'Failed', sha('b'), NOON + 25 * SECOND);
  one.status.sync = { status: 'OutOfSync', revision: sha('b') };
  await pollAt(desk, NOON + 30 * SECOND);
  one.status.sync = { status: 'Synced', revision: sha('c') };
  await pollAt(desk, NOON + 33 * SECOND);
  expect(seen(desk)).toEqual([]);
});

test('a list that is older than what was read does not bring an old state of health back', async () => {
  const { desk, one } = shop();
  await pollAt(desk, NOON);
  const old = structuredClone(one);
  operate(one, 'Succeeded', sha('b'), NOON + 5 * SECOND);
  becomes(one, 'Degraded', NOON + 10 * SECOND);
  await pollAt(desk, NOON + 30 * SECOND);
  await pollAt(desk, NOON + 3 * MINUTE);
  const { answer } = desk;
  const stale = holding([old]);
  desk.answer = (url) => (url.searchParams.has('fields') ? answerOf(stale, url) : answer(url));
  await pollAt(desk, NOON + 4 * MINUTE);
  desk.answer = answer;
  await pollAt(desk, NOON + 5 * MINUTE);
  expect(seen(desk)).toEqual(['degraded failure 10']);
});
