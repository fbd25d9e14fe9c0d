import { hashSync } from 'bcryptjs';
import { describe, expect, it } from 'vitest';
import { Passwords } from '../../src/http/passwords.ts';
import { fakeApp, fakeServer, NO_SINK, NOW } from './fakes.ts';
import { RawClient } from './raw.ts';
import { FakeWebFile } from './tls-support.ts';

const USERS = new Map([['ann', hashSync('pw', 4)]]);
const WORKSPACE = { id: '123e4567-e89b-42d3-a456-426614174000', name: 'fn', token: { read: () => 'w' } };
const basic = (credentials: string) => ({ authorization: `Basic ${Buffer.from(credentials).toString('base64')}` });

function guarded(parts: Parameters<typeof fakeApp>[0] = {}) {
  return fakeApp({
    webFile: new FakeWebFile({ users: USERS }),
    adminTokens: [{ name: 'ann', token: { read: () => 't' } }],
    ...parts,
  });
}

describe('basic auth', () => {
  it.each([
    '/',
    '/metrics',
    '/static/status.css',
    '/api/v1/targets',
    '/api/v1/incidents/3',
    '/nothing',
    '/-/',
    '/-/config',
  ])('guards %s', async (path) => {
    const { app } = guarded();
    for (const headers of [{}, basic('ann:no'), basic('bob:pw'), basic(':'), { authorization: 'Bearer t' }]) {
      const answer = await app.request(path, { headers });
      expect(answer.status).toBe(401);
      expect(answer.headers.get('www-authenticate')).toBe('Basic realm="dora-exporter", charset="UTF-8"');
      expect(await answer.json()).toEqual({ detail: 'a user name and a password are needed' });
    }
    expect((await app.request(path, { headers: basic('ann:pw') })).status).not.toBe(401);
  });

  it('or a token of its own guards every route there is, but for the probes', async () => {
    const { app } = guarded({ sink: { sink: NO_SINK, workspaces: [WORKSPACE], maxBodyBytes: 1000 } });
    const routes = app.routes.filter(({ method }) => method !== 'ALL');
    const asked = new Map<string, number>();
    for (const { method, path } of routes) {
      const answer = await app.request(path.replace(/:id(\{[^}]*\})?/, '3'), { method });
      asked.set(`${method} ${path}`, answer.status);
    }
    expect(asked.size).toBeGreaterThan(15);
    const open = [...asked].filter(([, status]) => status !== 401).map(([route]) => route);
    expect(open).toEqual(['GET /-/healthy', 'GET /-/ready']);
  });

  it.each(['Basic', 'Basic %%%', 'Basic YW5u', 'basic', 'Basic YW5uOnB3 YW5uOnB3'])(
    'takes no %s',
    async (authorization) => {
      const { app } = guarded();
      expect((await app.request('/metrics', { headers: { authorization } })).status).toBe(401);
    },
  );

  it('asks no probe, whatever it sends', async () => {
    const { app, life } = guarded();
    for (const headers of [{}, basic('ann:no')]) {
      expect((await app.request('/-/healthy', { headers })).status).toBe(200);
      expect((await app.request('/-/ready', { method: 'HEAD', headers })).status).toBe(200);
    }
    life.state = { ready: false, why: 'shutting down' };
    expect((await app.request('/-/ready')).status).toBe(503);
  });

  it('leaves a route with its own token to that', async () => {
    const { app } = guarded();
    const reload = (headers: Record<string, string>) => app.request('/-/reload', { method: 'POST', headers });
    expect((await reload({ authorization: 'Bearer t' })).status).toBe(200);
    const refused = await reload(basic('ann:pw'));
    expect(refused.status).toBe(401);
    expect(refused.headers.get('www-authenticate')).toMatch(/^Bearer/);
  });

  it.each([
    '//metrics',
    '/metrics/',
    '/metrics?x',
    '/-/healthy/../../metrics',
    '/-/ready/%2e%2e/%2e%2e/metrics',
    '/-/healthy/..%2f..%2fmetrics',
    '/%2d/healthy/x',
    '/-/healthy;/metrics',
    '/-/healthy%00',
    '/-\\healthy\\..\\..\\metrics',
    'http://x/metrics',
  ])('is not got around by the path %s', async (path) => {
    const { server, exposition } = await fakeServer({ webFile: new FakeWebFile({ users: USERS }) });
    const client = await RawClient.open(server.port);
    client.write(`GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`);
    await client.closed();
    await server.close(0);
    expect(client.received).toMatch(/^HTTP\/1\.1 40[01] /);
    expect(exposition.asked).toEqual([]);
  });

  it('takes a change of the users from the next request on', async () => {
    const webFile = new FakeWebFile({ users: USERS });
    const { app } = guarded({ webFile });
    expect((await app.request('/metrics', { headers: basic('bob:pw') })).status).toBe(401);
    webFile.configuration = { ...webFile.configuration, users: new Map([['bob', hashSync('pw', 4)]]) };
    expect((await app.request('/', { headers: basic('bob:pw') })).status).toBe(200);
    expect((await app.request('/', { headers: basic('ann:pw') })).status).toBe(401);
    webFile.configuration = { ...webFile.configuration, users: new Map() };
    expect((await app.request('/')).status).toBe(200);
  });

  it('says so when too many passwords wait, and when none can be checked', async () => {
    const busy = new Passwords({ pending: 10_000, compare: async () => true, close: async () => {} });
    const answer = await guarded({ passwords: busy }).app.request('/metrics', { headers: basic('ann:pw') });
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5']);
    const broken = new Passwords({
      pending: 0,
      compare: () => Promise.reject(new Error('gone')),
      close: async () => {},
    });
    const { app, log } = guarded({ passwords: broken });
    expect((await app.request('/metrics', { headers: basic('ann:pw') })).status).toBe(500);
    expect(log.lines.join()).toContain('a password could not be checked');
    expect(log.lines.join()).not.toContain('pw');
  });
});

describe('rate_limit', () => {
  it('lets a burst through, then one each interval, and probes always', async () => {
    let now = 1000;
    const webFile = new FakeWebFile({ rateLimit: { intervalMs: 100, burst: 2 } });
    const { app } = guarded({ webFile, clock: { now: () => NOW, monotonic: () => now } });
    const status = async () => (await app.request('/static/status.css')).status;
    expect([await status(), await status(), await status()]).toEqual([200, 200, 429]);
    expect((await app.request('/-/healthy')).status).toBe(200);
    now += 99;
    expect(await status()).toBe(429);
    now += 1;
    expect([await status(), await status()]).toEqual([200, 429]);
    now += 60_000;
    expect([await status(), await status(), await status()]).toEqual([200, 200, 429]);
  });
});
