import { createServer } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { EVERY_ANSWER } from '../../src/http/headers.ts';
import { LIMITS, type RunningServer, startServer } from '../../src/http/server.ts';
import { FakeLog, fakeServer } from './fakes.ts';
import { RawClient } from './raw.ts';

const servers: RunningServer[] = [];

async function serve(...parts: Parameters<typeof fakeServer>) {
  const fake = await fakeServer(...parts);
  servers.push(fake.server);
  return fake;
}

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close(0)));
});

describe('security headers', () => {
  it.each([
    ['GET', '/'],
    ['GET', '/metrics'],
    ['HEAD', '/metrics'],
    ['GET', '/-/healthy'],
    ['GET', '/-/ready'],
    ['POST', '/-/reload'],
    ['GET', '/api/v1/targets'],
    ['GET', '/api/v1/targets?limit=0'],
    ['GET', '/nothing'],
    ['OPTIONS', '/metrics'],
  ])('are on the answer to %s %s', async (method, path) => {
    const { url } = await serve();
    const answer = await fetch(url + path, { method });
    await answer.arrayBuffer();
    for (const [name, value] of Object.entries(EVERY_ANSWER)) expect(answer.headers.get(name)).toBe(value);
    expect(answer.headers.get('x-powered-by')).toBeNull();
  });

  it('let the stylesheet be cached', async () => {
    const { url } = await serve();
    const answer = await fetch(`${url}/static/status.css`);
    expect(await answer.text()).toContain('prefers-color-scheme: dark');
    expect(answer.headers.get('content-type')).toBe('text/css; charset=utf-8');
    expect(answer.headers.get('cache-control')).toBe('public, max-age=3600');
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('are also on answers to requests that make no URL', async () => {
    const { server, log } = await serve();
    const client = await RawClient.open(server.port);
    client.write('GET / HTTP/1.1\r\nhost: a/b\\c\r\nconnection: close\r\n\r\n');
    await client.closed();
    expect(client.received).toMatch(/^HTTP\/1\.1 400 /);
    expect(client.received).toContain("default-src 'none'");
    expect(log.lines).toEqual([]);
  });
});

describe('odd clients', () => {
  it('serves HTTP/1.0 without a Host header', async () => {
    const { server } = await serve();
    const client = await RawClient.open(server.port);
    client.write('GET /-/healthy HTTP/1.0\r\n\r\n');
    await client.closed();
    expect(client.received).toMatch(/^HTTP\/1\.1 200 [\s\S]*healthy\n$/);
  });

  it('refuses a body of unannounced length as soon as it is too long', async () => {
    const { server, life } = await serve();
    const client = await RawClient.open(server.port);
    client.write('POST /-/reload HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n');
    client.write(`11000\r\n${'x'.repeat(0x11000)}\r\n`);
    await client.until('HTTP/1.1 413 ');
    expect(life.reloads).toBe(0);
    client.hangUp();
  });

  it('takes a small body of unannounced length', async () => {
    const { server, life } = await serve({ adminTokens: [{ name: 'ann', token: { read: () => 't' } }] });
    const client = await RawClient.open(server.port);
    client.write('POST /-/reload HTTP/1.1\r\nhost: x\r\nauthorization: Bearer t\r\ntransfer-encoding: chunked\r\n\r\n');
    client.write('3\r\nabc\r\n0\r\n\r\n');
    await client.until('{"reloaded":true}');
    expect(life.reloads).toBe(1);
    client.hangUp();
  });

  it('refuses headers that are too large', async () => {
    const { server } = await serve();
    const client = await RawClient.open(server.port);
    client.write(`GET / HTTP/1.1\r\nhost: x\r\nx-large: ${'x'.repeat(20_000)}\r\n\r\n`);
    await client.until('HTTP/1.1 431 ');
    client.hangUp();
  });

  it('gives up on a client that does not finish its headers', async () => {
    const { server } = await serve({}, { ...LIMITS, headers: 20, request: 40, check: 10 });
    const client = await RawClient.open(server.port);
    client.write('GET / HTTP/1.1\r\nhost:');
    await client.until('HTTP/1.1 408 ');
    await client.closed();
  });

  it('waits longer for the next scrape than Prometheus usually waits between two', () => {
    expect(LIMITS.keepAlive).toBeGreaterThan(60_000);
    expect(LIMITS.headers).toBe(10_000);
    expect(LIMITS.request).toBe(30_000);
  });

  it('keeps a connection for the next request', async () => {
    const { server } = await serve();
    const client = await RawClient.open(server.port);
    client.write('GET /-/healthy HTTP/1.1\r\nhost: x\r\n\r\n');
    await client.until('healthy\n');
    client.received = '';
    client.write('GET /-/ready HTTP/1.1\r\nhost: x\r\n\r\n');
    await client.until('ready\n');
    client.hangUp();
  });
});

describe('startServer', () => {
  it('says where it listens', async () => {
    const { server } = await serve();
    expect(server).toMatchObject({ address: '127.0.0.1', url: `http://127.0.0.1:${server.port}` });
    expect(server.port).toBeGreaterThan(0);
  });

  it('listens on all addresses without a host', async () => {
    const log = new FakeLog();
    const server = await startServer({ app: { fetch: () => new Response('hello') }, host: '', port: 0, log });
    servers.push(server);
    expect(await (await fetch(`http://127.0.0.1:${server.port}/`)).text()).toBe('hello');
  });

  it('names the port that is in use', async () => {
    const { server } = await serve();
    const second = startServer({
      app: { fetch: () => new Response() },
      host: '127.0.0.1',
      port: server.port,
      log: new FakeLog(),
    });
    await expect(second).rejects.toMatchObject({
      code: 'CANNOT_LISTEN',
      message: `cannot listen on 127.0.0.1:${server.port}: the port is in use by another program; --web.listen-address=ADDRESS chooses another`,
    });
  });

  it('names an address that is not of this machine', async () => {
    const started = startServer({
      app: { fetch: () => new Response() },
      host: '192.0.2.1',
      port: 0,
      log: new FakeLog(),
    });
    await expect(started).rejects.toThrow('cannot listen on 192.0.2.1:0: this machine does not have the address');
  });

  it('answers 500 without a word of it when the app itself throws', async () => {
    const log = new FakeLog();
    const app = {
      fetch: (): Response => {
        throw new Error('inner workings');
      },
    };
    const server = await startServer({ app, host: '127.0.0.1', port: 0, log });
    servers.push(server);
    const answer = await fetch(server.url);
    expect(answer.status).toBe(500);
    expect(await answer.text()).toBe('{"detail":"a fault of ours: see the log"}');
    expect(log.lines.join()).toContain('inner workings');
  });
});

describe('close', () => {
  it('closes an idle keep-alive connection at once', async () => {
    const { server } = await serve();
    const client = await RawClient.open(server.port);
    client.write('GET /-/healthy HTTP/1.1\r\nhost: x\r\n\r\n');
    await client.until('healthy\n');
    await server.close(60_000);
    await client.closed();
  });

  it('closes a connection that never asked for anything', async () => {
    const { server } = await serve();
    const client = await RawClient.open(server.port);
    // An answer on another connection shows that the server has seen this one.
    await (await fetch(`${server.url}/-/healthy`)).text();
    await server.close(60_000);
    await client.closed();
  });

  it('lets an answer that is under way end, then closes its connection', async () => {
    const { server, life } = await serve({ adminTokens: [{ name: 'ann', token: { read: () => 't' } }] });
    const { promise, resolve } = Promise.withResolvers<{ ok: true }>();
    const entered = Promise.withResolvers<void>();
    life.reload = () => {
      entered.resolve();
      return promise;
    };
    const client = await RawClient.open(server.port);
    client.write('POST /-/reload HTTP/1.1\r\nhost: x\r\nauthorization: Bearer t\r\ncontent-length: 0\r\n\r\n');
    await entered.promise;
    const closing = server.close(60_000);
    resolve({ ok: true });
    await client.until('{"reloaded":true}');
    await closing;
    await client.closed();
  });

  it('cuts off a request that hangs, once the grace is over', async () => {
    const { server, life } = await serve({ adminTokens: [{ name: 'ann', token: { read: () => 't' } }] });
    const entered = Promise.withResolvers<void>();
    life.reload = () => {
      entered.resolve();
      return new Promise(() => {});
    };
    const client = await RawClient.open(server.port);
    client.write('POST /-/reload HTTP/1.1\r\nhost: x\r\nauthorization: Bearer t\r\ncontent-length: 0\r\n\r\n');
    await entered.promise;
    await server.close(30);
    await client.closed();
    expect(client.received).toBe('');
  });

  it('frees the port, and can be called twice', async () => {
    const { server } = await serve();
    await Promise.all([server.close(0), server.close(0)]);
    const next = createServer();
    await new Promise<void>((resolve, reject) => {
      next.once('error', reject);
      next.listen(server.port, '127.0.0.1', resolve);
    });
    await new Promise((resolve) => next.close(resolve));
  });
});
