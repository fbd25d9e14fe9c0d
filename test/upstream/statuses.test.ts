import nock from 'nock';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { open, Repo, TOKEN } from './support.ts';

const BASE = 'http://ci.example.org';

beforeEach(() => nock.disableNetConnect());
afterEach(() => {
  const left = nock.pendingMocks();
  nock.cleanAll();
  nock.enableNetConnect();
  expect(left).toEqual([]);
});

describe('a good answer', () => {
  test('gives the validated value, the time of the upstream and its headers', async () => {
    nock(BASE, { reqheaders: { authorization: `Bearer ${TOKEN}`, accept: 'application/json', 'user-agent': /^dora/ } })
      .get('/api/repos/1')
      .reply(200, { id: 1, name: 'shop', more: true }, { Date: 'Thu, 01 Jan 2026 00:00:07 GMT', 'X-Version': '3.1' });
    await using opened = open(BASE);
    expect(await opened.get()).toMatchObject({
      ok: true,
      value: { id: 1, name: 'shop' },
      date: Date.UTC(2026, 0, 1, 0, 0, 7),
      headers: { 'x-version': '3.1' },
    });
    expect(opened.codes).toEqual(['200']);
  });

  test('takes our clock where the upstream tells no time, and a content type with parameters', async () => {
    nock(BASE)
      .get('/api/repos/1')
      .reply(200, '{"id":1,"name":"a"}', { 'content-type': 'Application/JSON; charset=utf-8' });
    await using opened = open(BASE);
    expect(await opened.get()).toMatchObject({ ok: true, date: opened.clock.now() });
  });

  test('may be null where the schema says so', async () => {
    nock(BASE).get('/feed').reply(200, 'null', { 'content-type': 'application/json' });
    await using opened = open(BASE);
    const answer = await opened.upstream.get('/feed', z.array(Repo).nullable(), new AbortController().signal);
    expect(answer).toMatchObject({ ok: true, value: null });
  });

  test('keeps the base path and the query', async () => {
    nock(BASE).get('/sub/ci/api/repos?page=2').reply(200, { id: 1, name: 'a' });
    await using opened = open(`${BASE}/sub/ci/`);
    expect(await opened.get('/api/repos?page=2')).toMatchObject({ ok: true });
  });

  test('needs no token', async () => {
    nock(BASE, { badheaders: ['authorization'] })
      .get('/api/repos/1')
      .reply(200, { id: 1, name: 'a' });
    await using opened = open(BASE, { authorization: () => null });
    expect(await opened.get()).toMatchObject({ ok: true });
  });

  test('to each request the token of its time', async () => {
    let token = 'old';
    nock(BASE, { reqheaders: { authorization: 'Bearer old' } })
      .get('/api/repos/1')
      .reply(200, { id: 1, name: 'a' });
    nock(BASE, { reqheaders: { authorization: 'Bearer new' } })
      .get('/api/repos/1')
      .reply(200, { id: 2, name: 'b' });
    await using opened = open(BASE, { authorization: () => `Bearer ${token}` });
    await opened.get();
    token = 'new';
    expect(await opened.get()).toMatchObject({ ok: true, value: { id: 2 } });
  });
});

describe('a status is a typed failure', () => {
  test.each([
    [401, 'unauthorized'],
    [403, 'forbidden'],
    [404, 'not_found'],
    [429, 'rate_limited'],
    [500, 'server_error'],
    [503, 'server_error'],
    [599, 'server_error'],
    [201, 'bad_response'],
    [204, 'bad_response'],
    [304, 'bad_response'],
    [400, 'bad_response'],
    [418, 'bad_response'],
  ])('%i: %s', async (status, reason) => {
    nock(BASE)
      .get('/api/repos/1')
      .reply(status, status === 204 || status === 304 ? undefined : 'the secret body');
    await using opened = open(BASE);
    const failure = await opened.failure();
    expect(failure).toMatchObject({ reason, status, retryAfterMs: null });
    expect(failure.detail).toMatch(new RegExp(`^GET /api/repos/1: ${status}`));
    expect(failure.detail).not.toContain('secret');
    expect(opened.codes).toEqual([String(status)]);
  });

  test.each([
    [429, '30', 30_000],
    [503, '0', 0],
    [429, 'Thu, 01 Jan 2026 00:01:00 GMT', 50_000],
    [429, 'Wed, 31 Dec 2025 00:00:00 GMT', 0],
    [429, 'soon', null],
    [429, '-5', null],
    [429, '90000000', null],
    [500, '30', null],
  ])('%i with Retry-After %s asks to wait %s ms', async (status, header, retryAfterMs) => {
    const headers = { 'retry-after': header, date: 'Thu, 01 Jan 2026 00:00:10 GMT' };
    nock(BASE).get('/api/repos/1').reply(status, '', headers);
    await using opened = open(BASE);
    expect(await opened.failure()).toMatchObject({ status, retryAfterMs });
  });

  test.each([
    ['{"error":"too large","code":8,"message":"secret"}', 'application/json', 8],
    ['{"error":"not found","code":5}', 'Application/JSON; charset=utf-8', 5],
    ['{"code":"8"}', 'application/json', undefined],
    ['null', 'application/json', undefined],
    ['{"code":8', 'application/json', undefined],
    ['{"code":8}', 'text/plain', undefined],
    [`{"code":8,"message":"${'x'.repeat(100_000)}"}`, 'application/json', undefined],
  ])('the gRPC code of an error: %s as %s', async (body, type, grpcCode) => {
    nock(BASE).get('/api/repos/1').reply(429, body, { 'content-type': type });
    await using opened = open(BASE);
    const failure = await opened.failure();
    expect(failure).toMatchObject({ reason: 'rate_limited', status: 429 });
    expect(failure.grpcCode).toBe(grpcCode);
    expect(failure.detail).not.toContain('secret');
  });

  test('a redirect is not followed, and what its query holds is not told', async () => {
    nock(BASE).get('/api/repos/1').reply(302, '', { location: 'https://login.example.org/start?ticket=hush' });
    await using opened = open(BASE);
    const { reason, detail } = await opened.failure();
    expect(reason).toBe('bad_response');
    expect(detail).toContain('302, redirects to login.example.org/start,');
    expect(detail).not.toContain('hush');
  });

  test('a redirect to a path is told with the host', async () => {
    nock(BASE).get('/api/repos/1').reply(301, '', { location: '/login?x=1' });
    await using opened = open(BASE);
    expect((await opened.failure()).detail).toContain('301, redirects to ci.example.org/login,');
  });
});

describe('200 is not yet good', () => {
  const json = { 'content-type': 'application/json' };

  test.each([
    [
      'HTML',
      '<html>secret</html>',
      { 'content-type': 'text/html; charset=utf-8' },
      '200 text/html, expected application/json',
    ],
    ['no content type', '{"id":1,"name":"a"}', {}, '200 without a content type'],
    ['an empty body', '', json, 'empty body'],
    ['what is not JSON', '{"id": secret', json, 'not JSON'],
    ['another shape', '{"id":"secret","name":"a"}', json, 'at id: Invalid input: expected number, received string'],
    ['a missing field', '{"id":1}', json, 'at name: '],
    ['null', 'null', json, 'at the whole: '],
  ])('%s', async (_, body, headers, detail) => {
    nock(BASE).get('/api/repos/1').reply(200, Buffer.from(body), headers);
    await using opened = open(BASE);
    const failure = await opened.failure();
    expect(failure).toMatchObject({ reason: 'bad_response', status: 200 });
    expect(failure.detail).toContain(detail);
    expect(failure.detail).toMatch(/^GET \/api\/repos\/1: /);
    expect(failure.detail).not.toContain('secret');
    expect(opened.codes).toEqual(['200']);
  });

  test('the place of a wrong element is told, its value and unknown names are not', async () => {
    nock(BASE)
      .get('/list')
      .times(2)
      .reply(200, [
        { id: 1, name: 'a', secret: 1 },
        { id: 2, name: ['secret'] },
      ]);
    await using opened = open(BASE);
    const { signal } = new AbortController();
    expect(await opened.upstream.get('/list', z.array(Repo), signal)).toMatchObject({
      failure: { detail: 'GET /list: unexpected shape at [1].name: Invalid input: expected string, received array' },
    });
    expect(
      await opened.upstream.get('/list', z.array(z.strictObject({ id: z.number(), name: z.any() })), signal),
    ).toMatchObject({
      failure: { detail: 'GET /list: unexpected shape at [0]: unknown keys' },
    });
  });
});
