import { expect, test } from 'vitest';
import { Lister } from '../../../src/sources/argocd/listing.ts';
import { Desk, failureOf, type Reply } from './support.ts';
import {
  application,
  HOUR,
  MINUTE,
  NOON,
  operate,
  pollAt,
  restarted,
  SECOND,
  sha,
  shop,
  told,
} from './support-application.ts';
import { answerOf, holding } from './support-server.ts';

const HALF = 30 * SECOND;

test('a quiet poll of 2,000 applications is one request, and records nothing but that it was good', async () => {
  const held = holding(Array.from({ length: 2000 }, (_, index) => application(`app-${index}`)));
  const desk = new Desk(NOON, (url) => answerOf(held, url));
  await pollAt(desk, NOON);
  // The version, who the token is, the list, and each once.
  expect(desk.requests).toHaveLength(2003);
  expect(desk.collector.backfill).toEqual({ pending: 0, done: 2000 });
  const asked = await desk.asked(() => pollAt(desk, NOON + HALF));
  expect(asked).toEqual([expect.stringMatching(/^\/api\/v1\/applications\?fields=items\.metadata\.name/)]);
  const last = desk.batches.at(-1);
  expect(last).toMatchObject({ complete: true, deployments: [], sightings: [], targets: [] });
  expect([...(last?.state ?? [])]).toEqual([['listed', { at: NOON + HALF }]]);
});

test('no request ever asks for a refresh, and every application is asked for with its place', async () => {
  const { desk, one } = shop();
  one.metadata.namespace = 'team-a';
  one.spec.project = 'web & co';
  await pollAt(desk, NOON);
  operate(one, 'Succeeded', sha('b'), NOON + SECOND);
  await pollAt(desk, NOON + HALF);
  expect(desk.requests.filter((path) => path.includes('refresh'))).toEqual([]);
  expect(desk.requests.filter((path) => path.startsWith('/api/v1/applications/'))).toEqual([
    '/api/v1/applications/shop?appNamespace=team-a&project=web+%26+co',
    '/api/v1/applications/shop?appNamespace=team-a&project=web+%26+co',
    '/api/v1/applications/shop/events?appNamespace=team-a&project=web+%26+co',
  ]);
});

test('before 3.5 the whole spec is asked for, and an upgrade is noticed after the poll that failed for it', async () => {
  const { desk, held } = shop();
  held.version = 'v3.4.7+abc';
  await pollAt(desk, NOON);
  expect(desk.requests.at(2)).toMatch(/items\.spec$/);
  held.version = 'v3.5.0';
  held.broken.set('/api/v1/applications', 503);
  await desk.cycle();
  held.broken.clear();
  await pollAt(desk, NOON + HALF);
  expect(desk.requests.at(-1)).toMatch(/items\.spec\.project%2Citems\.spec\.destination$/);
});

test('projects, the selector and one namespace are the server’s to choose, several namespaces ours', async () => {
  const held = holding([application('shop'), application('site')]);
  held.applications[1].metadata.namespace = 'elsewhere';
  const one = new Desk(NOON, (url) => answerOf(held, url), {
    projects: ['a', 'b'],
    selector: 'env=prod',
    app_namespaces: ['argocd'],
  });
  await pollAt(one, NOON);
  const query = new URL(one.requests[2] ?? '', 'http://argocd').searchParams;
  expect(query.getAll('projects')).toEqual(['a', 'b']);
  expect(query.get('selector')).toBe('env=prod');
  expect(query.get('appNamespace')).toBe('argocd');
  const two = new Desk(NOON, (url) => answerOf(held, url), { app_namespaces: ['argocd', 'team-a'] });
  await pollAt(two, NOON);
  expect(two.requests[2]).not.toContain('appNamespace');
  expect(two.batches.flatMap(({ targets }) => targets.map(({ target }) => target.app))).toEqual(['shop']);
});

test('a server that has just started is a failed poll that changes nothing', async () => {
  const { desk } = shop();
  await pollAt(desk, NOON);
  const { answer } = desk;
  desk.answer = (url) =>
    url.pathname === '/api/v1/applications' ? { body: { metadata: {}, items: null } } : answer(url);
  const before = desk.batches.length;
  expect(await desk.cycle()).toMatchObject({ ok: false, reason: 'server_error', partial: false });
  expect(desk.batches).toHaveLength(before);
});

test('a shorter list is believed only of a server that is healthy, and of a token that is still somebody’s', async () => {
  const held = holding([application('shop'), application('site')]);
  const desk = new Desk(NOON, (url) => answerOf(held, url));
  await pollAt(desk, NOON);
  held.applications.pop();
  held.health = 503;
  expect(await desk.cycle()).toMatchObject({ ok: false, reason: 'server_error' });
  held.health = 200;
  held.loggedIn = false;
  expect(await desk.cycle()).toMatchObject({ ok: false, reason: 'unauthorized' });
  expect(desk.listings).toEqual([]);
  held.loggedIn = true;
  await pollAt(desk, NOON + HALF);
  expect(desk.listings).toEqual(['site removed']);
});

test('after a restart too a shorter list is not believed at once', async () => {
  const held = holding([application('shop'), application('site')]);
  const before = new Desk(NOON, (url) => answerOf(held, url));
  await pollAt(before, NOON);
  held.applications.pop();
  held.health = 503;
  expect(await restarted(before).cycle()).toMatchObject({ ok: false, reason: 'server_error' });
});

test('anonymous access does not hide a bad token', async () => {
  const { desk, held } = shop();
  held.loggedIn = false;
  expect(await desk.cycle()).toMatchObject({ ok: false, reason: 'unauthorized', partial: false });
  expect(desk.batches).toEqual([]);
  held.loggedIn = true;
  expect(await desk.cycle()).toEqual({ ok: true });
});

test('a token without rights sees an empty list: good at first, with a word; forbidden once there was something', async () => {
  const held = holding();
  const fresh = new Desk(NOON, (url) => answerOf(held, url));
  expect(await fresh.cycle()).toEqual({ ok: true });
  expect(await fresh.cycle()).toEqual({ ok: true });
  expect(fresh.warnings).toEqual([expect.stringContaining('sees no applications')]);

  const { desk, held: full } = shop();
  await pollAt(desk, NOON);
  full.applications.length = 0;
  full.broken.set('/api/v1/applications/shop', 403);
  for (const at of [NOON + HALF, NOON + 2 * HOUR, NOON + 4 * HOUR]) {
    desk.now = at;
    expect(await desk.cycle()).toMatchObject({ ok: false, reason: 'forbidden', partial: true });
  }
  expect(desk.listings).toEqual([]);
});

test('Kubernetes down: 403 on a listed application is no good poll, and its news is read later', async () => {
  const { desk, held, one } = shop();
  await pollAt(desk, NOON);
  operate(one, 'Failed', sha('b'), NOON + 10 * SECOND);
  held.broken.set('/api/v1/applications/shop', 403);
  desk.now = NOON + HALF;
  expect(await desk.cycle()).toMatchObject({ ok: false, reason: 'forbidden', partial: true });
  expect(told(desk)).toEqual([]);
  held.broken.clear();
  await pollAt(desk, NOON + 2 * HALF);
  expect(told(desk)).toEqual(['failure 10']);
});

test('events that cannot be read leave the operation unread', async () => {
  const { desk, held, one } = shop();
  await pollAt(desk, NOON);
  operate(one, 'Failed', sha('b'), NOON + 10 * SECOND);
  held.broken.set('/api/v1/applications/shop/events', 500);
  desk.now = NOON + HALF;
  expect(await desk.cycle()).toMatchObject({ ok: false, reason: 'server_error' });
  held.broken.clear();
  await pollAt(desk, NOON + 2 * HALF);
  expect(told(desk)).toEqual(['failure 10']);
});

test('an application whose project is missing is read by a list', async () => {
  const { desk, held, one } = shop();
  operate(one, 'Succeeded', sha('a'), NOON - MINUTE);
  held.broken.set('/api/v1/applications/shop', 400);
  await pollAt(desk, NOON);
  expect(told(desk)).toEqual(['success -60']);
  expect(desk.requests.at(-1)).toBe('/api/v1/applications?name=shop&appNamespace=argocd');
  // Its events cannot be read: what they may have told is lost.
  held.broken.set('/api/v1/applications/shop/events', 400);
  operate(one, 'Succeeded', sha('b'), NOON + 10 * SECOND);
  expect(await desk.asked(() => pollAt(desk, NOON + HALF))).toHaveLength(4);
  expect(told(desk)).toEqual(['success -60', 'success 10']);
  expect(desk.gaps).toBe(1);
});

test('a list that is older than what was read is ignored', async () => {
  const { desk, one } = shop();
  operate(one, 'Failed', sha('a'), NOON - MINUTE);
  await pollAt(desk, NOON - 30 * SECOND);
  const old = structuredClone(one);
  operate(one, 'Failed', sha('b'), NOON - 5 * SECOND);
  await pollAt(desk, NOON);
  const { answer } = desk;
  const stale = holding([old]);
  desk.answer = (url) => (url.searchParams.has('fields') ? answerOf(stale, url) : answer(url));
  expect(await desk.asked(() => pollAt(desk, NOON + HALF))).toHaveLength(1);
  expect(told(desk)).toEqual(['failure -60', 'failure -5']);
});

test('another token is asked whose it is before it is believed', async () => {
  const held = holding([application()]);
  let token = 'first';
  const lister = new Lister({ token: { read: () => token }, appNamespaces: [] });
  const asked: string[] = [];
  const ok = <T>(value: T) => ({ ok: true, value, date: NOON, headers: {} }) as const;
  const api = {
    version: async () => ok('v3.5.1'),
    loggedIn: async () => {
      asked.push(token);
      return ok(held.loggedIn);
    },
    health: async () => null,
    list: async () => ok({ started: true, items: [] }),
    application: async () => ({ ok: false, failure: failureOf(404) }) as const,
    events: async () => ok([]),
  };
  await lister.read(api, 0);
  await lister.read(api, 0);
  expect(asked).toEqual(['first']);
  token = 'second';
  held.loggedIn = false;
  expect(await lister.read(api, 0)).toMatchObject({ ok: false, failure: { reason: 'unauthorized' } });
  held.loggedIn = true;
  expect(await lister.read(api, 0)).toMatchObject({ ok: true });
  expect(asked).toEqual(['first', 'second', 'second']);
});

test('a list that is too large for the server says what makes it smaller; a throttle is a throttle', async () => {
  const { desk } = shop();
  const { answer } = desk;
  const refuses = (refusal: Reply & { status: number }) => {
    desk.answer = (url) => (url.pathname === '/api/v1/applications' ? refusal : answer(url));
  };
  refuses({ status: 429, grpcCode: 8 });
  const tooLarge = await desk.cycle();
  expect(tooLarge).toMatchObject({ ok: false, reason: 'too_large' });
  expect(tooLarge.ok || tooLarge.detail).toMatch(/set projects or selector/);
  for (const throttle of [{ status: 429 }, { status: 429, grpcCode: 14 }]) {
    refuses(throttle);
    expect(await desk.cycle()).toMatchObject({ ok: false, reason: 'rate_limited', retryAfterMs: null });
  }
  refuses({ status: 429, retryAfterMs: 5000 });
  expect(await desk.cycle()).toMatchObject({ ok: false, reason: 'rate_limited', retryAfterMs: 5000 });
});

test('an older server that took over is noticed by what it drops', async () => {
  const { desk, held } = shop();
  await pollAt(desk, NOON);
  held.version = 'v3.4.7';
  const { answer } = desk;
  // The parts of `spec` are unknown to it.
  desk.answer = (url) => {
    const reply = answer(url);
    if (!url.searchParams.get('fields')?.includes('items.spec.project') || !('body' in reply)) return reply;
    const { items, ...rest } = reply.body as { items: object[] };
    return { body: { ...rest, items: items.map((item) => ({ ...item, spec: {} })) } };
  };
  const asked = await desk.asked(() => pollAt(desk, NOON + HALF));
  expect(asked).toEqual([
    expect.stringMatching(/items\.spec\.destination$/),
    '/api/version',
    expect.stringMatching(/items\.spec$/),
  ]);
  expect(desk.batches.flatMap(({ targets }) => targets.map(({ target }) => target.environment))).toEqual(['prod']);
});

test('where the controller’s clock is ahead an operation is read once more, and not at every poll', async () => {
  const { desk, one } = shop();
  await pollAt(desk, NOON);
  operate(one, 'Succeeded', sha('b'), NOON + 60 * MINUTE);
  await pollAt(desk, NOON + MINUTE);
  expect(await desk.asked(() => pollAt(desk, NOON + MINUTE + SECOND))).toHaveLength(2);
  expect(await desk.asked(() => pollAt(desk, NOON + MINUTE + 3 * SECOND))).toHaveLength(2);
  expect(await desk.asked(() => pollAt(desk, NOON + 2 * MINUTE))).toHaveLength(1);
});
