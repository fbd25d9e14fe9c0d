import { describe, expect, it } from 'vitest';
import { bodyOf, fakeApp } from './fakes.ts';

const READABLE = [
  '/',
  '/static/status.css',
  '/metrics',
  '/-/healthy',
  '/-/ready',
  '/api/v1/targets',
  '/api/v1/deployments',
  '/api/v1/incidents',
  '/api/v1/collectors',
  '/api/v1/deployments/41',
  '/api/v1/incidents/3',
];

describe('methods', () => {
  it.each(READABLE.flatMap((path) => ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'].map((method) => [method, path])))(
    '%s %s is 405 and says what is allowed',
    async (method, path) => {
      const answer = await fakeApp().app.request(path, { method });
      expect(answer.status).toBe(405);
      expect(answer.headers.get('allow')).toBe('GET, HEAD');
      expect((await bodyOf(answer)).detail).toBe(`${method} is not allowed here, only GET, HEAD`);
    },
  );

  it.each(['GET', 'HEAD', 'PUT', 'OPTIONS'])('%s /-/reload is 405: only POST', async (method) => {
    const { app, life } = fakeApp();
    const answer = await app.request('/-/reload', { method });
    expect(answer.status).toBe(405);
    expect(answer.headers.get('allow')).toBe('POST');
    expect(life.reloads).toBe(0);
  });

  it.each(READABLE.filter((path) => path !== '/metrics'))('HEAD %s is GET without the body', async (path) => {
    const { app } = fakeApp();
    const head = await app.request(path, { method: 'HEAD' });
    const get = await app.request(path);
    expect(head.status).toBe(200);
    expect(await head.text()).toBe('');
    expect([...head.headers]).toEqual([...get.headers]);
  });

  it('keeps 404 and 400 for a HEAD that would be one as a GET', async () => {
    const { app } = fakeApp();
    expect((await app.request('/api/v1/incidents/404', { method: 'HEAD' })).status).toBe(404);
    expect((await app.request('/api/v1/targets?limit=0', { method: 'HEAD' })).status).toBe(400);
  });
});

describe('what is not there', () => {
  it.each([
    '/nothing',
    '/metrics/',
    '/api',
    '/api/v1',
    '/api/v2/targets',
    '/api/v1/deployments/abc',
    '/api/v1/deployments/-1',
    '/static/',
    '/static/../package.json',
    '/static/%2e%2e/package.json',
  ])('%s is 404 with a detail', async (path) => {
    const answer = await fakeApp().app.request(path);
    expect(answer.status).toBe(404);
    expect((await bodyOf(answer)).detail).toContain('nothing here');
  });

  it('is 404 for any method', async () => {
    expect((await fakeApp().app.request('/nothing', { method: 'POST' })).status).toBe(404);
  });
});

describe('limits', () => {
  it('refuses a URL that is too long', async () => {
    const answer = await fakeApp().app.request(`/api/v1/targets?app=${'x'.repeat(9000)}`);
    expect(answer.status).toBe(414);
  });

  it('refuses a body of more than 64 KiB before anything else is done with it', async () => {
    const { app, life } = fakeApp();
    const body = 'x'.repeat(64 * 1024 + 1);
    const headers = { 'content-length': String(body.length) };
    const answer = await app.request('/-/reload', { method: 'POST', body, headers });
    expect(answer.status).toBe(413);
    expect((await bodyOf(answer)).detail).toContain('65536');
    expect(life.reloads).toBe(0);
  });
});

describe('probes', () => {
  it('/-/healthy says so, asking nobody', async () => {
    const { app, records, life } = fakeApp();
    records.failure = new Error('ledger is gone');
    life.state = { ready: false, why: 'starting' };
    const answer = await app.request('/-/healthy');
    expect(answer.status).toBe(200);
    expect(await answer.text()).toBe('healthy\n');
  });

  it('/-/ready says so, without asking the ledger', async () => {
    const { app, records } = fakeApp();
    records.failure = new Error('ledger is gone');
    const answer = await app.request('/-/ready');
    expect(answer.status).toBe(200);
    expect(await answer.text()).toBe('ready\n');
  });

  it('/-/ready is 503 with the reason while it is not', async () => {
    const { app, life } = fakeApp();
    life.state = { ready: false, why: 'shutting down' };
    const answer = await app.request('/-/ready');
    expect(answer.status).toBe(503);
    expect(await answer.text()).toBe('not ready: shutting down\n');
  });
});

describe('a fault of ours', () => {
  it('is 500 without its message; the log has it', async () => {
    const { app, life, log } = fakeApp();
    life.ready = () => {
      throw new TypeError('secret inner workings');
    };
    const answer = await app.request('/-/ready');
    expect(answer.status).toBe(500);
    expect(await answer.text()).toBe('{"detail":"a fault of ours: see the log"}');
    expect(log.lines.join()).toContain('secret inner workings');
  });
});
