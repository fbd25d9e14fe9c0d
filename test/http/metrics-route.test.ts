import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { MAX_SCRAPES } from '../../src/http/metrics-route.ts';
import { LIMITS, type RunningServer } from '../../src/http/server.ts';
import { eventually, fakeServer, textScrape } from './fakes.ts';
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

const CHUNK = Buffer.alloc(64 * 1024, 'x');

/** More than the buffers of a connection hold, with a note of how far it was read. */
function largeScrape(chunks: number) {
  const begun = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<void>();
  const progress = { given: 0, ended: false };
  function* body() {
    try {
      for (; progress.given < chunks; progress.given += 1) {
        yield CHUNK;
        begun.resolve();
      }
    } finally {
      progress.ended = true;
      ended.resolve();
    }
  }
  const scrape = { contentType: 'text/plain', encoding: null, length: chunks * CHUNK.length, chunks: body() };
  return { progress, scrape, begun: begun.promise, ended: ended.promise };
}

describe('/metrics', () => {
  it('sends what the exposition gives, with its type and length', async () => {
    const { url, exposition } = await serve();
    const answer = await fetch(`${url}/metrics`, { headers: { accept: 'application/openmetrics-text;q=0.9' } });
    expect(answer.status).toBe(200);
    expect(await answer.text()).toBe('# TYPE up gauge\nup 1\n');
    expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(answer.headers.get('content-length')).toBe('21');
    expect(answer.headers.get('transfer-encoding')).toBeNull();
    expect(answer.headers.get('vary')).toBe('accept, accept-encoding');
    expect(answer.headers.get('content-encoding')).toBeNull();
    expect(exposition.asked[0]?.accept).toBe('application/openmetrics-text;q=0.9');
    await eventually(() => expect(exposition.servedCount).toBe(1));
  });

  it('tells of gzip and passes the client its wish', async () => {
    const { url, exposition } = await serve();
    const packed = gzipSync('up 1\n');
    exposition.answer = async () => ({
      contentType: 'text/plain',
      encoding: 'gzip',
      length: packed.length,
      chunks: [packed],
    });
    const answer = await fetch(`${url}/metrics`, { headers: { 'accept-encoding': 'gzip' } });
    expect(answer.headers.get('content-encoding')).toBe('gzip');
    expect(await answer.text()).toBe('up 1\n');
    expect(exposition.asked[0]?.acceptEncoding).toBe('gzip');
  });

  it('passes null where a client names neither', async () => {
    const { server, exposition } = await serve();
    const client = await RawClient.open(server.port);
    client.write('GET /metrics HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
    await client.closed();
    expect(client.received).toMatch(/^HTTP\/1\.1 200 /);
    expect(exposition.asked).toEqual([{ accept: null, acceptEncoding: null }]);
  });

  it('answers HEAD with the headers alone, which is no scrape that was served', async () => {
    const { server, exposition } = await serve();
    const client = await RawClient.open(server.port);
    client.write('HEAD /metrics HTTP/1.1\r\nhost: x\r\n\r\n');
    await client.until('\r\n\r\n');
    const head = client.received;
    // The next answer begins where a body would have been.
    client.write('GET /-/healthy HTTP/1.1\r\nhost: x\r\n\r\n');
    await client.until('healthy\n');
    expect(head).toMatch(/^HTTP\/1\.1 200 /);
    expect(head.toLowerCase()).toContain('content-length: 21\r\n');
    expect(head.toLowerCase()).toContain('vary: accept, accept-encoding\r\n');
    expect(client.received.slice(head.length)).toMatch(/^HTTP\/1\.1 200 /);
    expect(exposition.servedCount).toBe(0);
    client.hangUp();
  });

  it('sends an empty exposition', async () => {
    const { url, exposition } = await serve();
    exposition.answer = async () => textScrape([]);
    const answer = await fetch(`${url}/metrics`);
    expect(answer.headers.get('content-length')).toBe('0');
    expect(await answer.text()).toBe('');
    await eventually(() => expect(exposition.servedCount).toBe(1));
  });

  it('sends chunks that come in their own time', async () => {
    const { url, exposition } = await serve();
    async function* chunks() {
      yield Buffer.from('a 1\n');
      await new Promise(setImmediate);
      yield Buffer.from('b 2\n');
    }
    exposition.answer = async () => ({ contentType: 'text/plain', encoding: null, length: 8, chunks: chunks() });
    expect(await (await fetch(`${url}/metrics`)).text()).toBe('a 1\nb 2\n');
  });

  it('answers 500 when the scrape throws, and keeps the reason in the log', async () => {
    const { url, exposition, log } = await serve();
    exposition.answer = async () => {
      throw new Error('inner workings');
    };
    const answer = await fetch(`${url}/metrics`);
    expect(answer.status).toBe(500);
    expect(answer.headers.get('content-type')).toContain('text/plain');
    expect(await answer.text()).toBe('the scrape failed: see the log\n');
    expect(log.lines.join()).toContain('inner workings');
  });

  it('breaks the connection when it fails half-way, rather than passing half a body for a whole', async () => {
    const { url, exposition, log } = await serve();
    function* chunks() {
      yield Buffer.from('a 1\n');
      throw new Error('inner workings');
    }
    exposition.answer = async () => ({ contentType: 'text/plain', encoding: null, length: 8, chunks: chunks() });
    await expect(fetch(`${url}/metrics`).then((answer) => answer.text())).rejects.toThrow();
    await eventually(() => expect(log.lines.join()).toContain('inner workings'));
    expect(exposition.servedCount).toBe(0);
    expect((await fetch(`${url}/-/healthy`)).status).toBe(200);
  });
});

describe('a slow client', () => {
  it('is written to no faster than it reads, and hangs up without harm', async () => {
    const { server, url, exposition, log } = await serve();
    const { scrape, progress } = largeScrape(4096);
    exposition.answer = async () => scrape;
    const client = await RawClient.open(server.port);
    client.pause();
    client.write('GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n');
    // The buffers of the connection are full once two looks in a row find the same.
    await eventually(async () => {
      const before = progress.given;
      await (await fetch(`${url}/-/healthy`)).text();
      await (await fetch(`${url}/-/healthy`)).text();
      expect(before).toBeGreaterThan(0);
      expect(progress.given).toBe(before);
    });
    expect(progress.given).toBeLessThan(4096);
    client.hangUp();
    await eventually(() => expect(progress.ended).toBe(true));
    expect(exposition.servedCount).toBe(0);
    expect(log.lines).toEqual([]);
  });

  it('is given up when it stops reading for too long', async () => {
    const { server, exposition, log } = await serve({}, { ...LIMITS, stalled: 40 });
    const { scrape, ended } = largeScrape(4096);
    exposition.answer = async () => scrape;
    const client = await RawClient.open(server.port);
    client.pause();
    client.write('GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n');
    await ended;
    expect(exposition.servedCount).toBe(0);
    expect(log.lines).toEqual([]);
    client.hangUp();
  });
});

describe('a quick client', () => {
  it.each([
    { chunk: CHUNK, turns: 20, told: 'lets others have their turn between any two large chunks' },
    { chunk: Buffer.from('up 1\n'), turns: 1, told: 'gets a small page at once' },
  ])('$told', async ({ chunk, turns: expected }) => {
    const { url, exposition } = await serve();
    let turns = 0;
    let ticking = true;
    function tick() {
      turns += 1;
      if (ticking) setImmediate(tick);
    }
    const turnOfChunk: number[] = [];
    function* chunks() {
      for (let i = 0; i < 20; i += 1) {
        turnOfChunk.push(turns);
        yield chunk;
      }
    }
    const length = 20 * chunk.length;
    exposition.answer = async () => ({ contentType: 'text/plain', encoding: null, length, chunks: chunks() });
    tick();
    expect((await (await fetch(`${url}/metrics`)).text()).length).toBe(length);
    ticking = false;
    expect(new Set(turnOfChunk).size).toBe(expected);
  });

  it('gets a large body whole', async () => {
    const { url, exposition } = await serve();
    const { scrape } = largeScrape(800);
    exposition.answer = async () => scrape;
    expect((await (await fetch(`${url}/metrics`)).arrayBuffer()).byteLength).toBe(800 * CHUNK.length);
    await eventually(() => expect(exposition.servedCount).toBe(1));
  });
});

describe('too many scrapes at once', () => {
  it('are refused, until one ends', async () => {
    const { url, exposition } = await serve();
    const gate = Promise.withResolvers<void>();
    exposition.answer = async () => {
      await gate.promise;
      return textScrape(['up 1\n']);
    };
    const running = Array.from({ length: MAX_SCRAPES }, () => fetch(`${url}/metrics`));
    await eventually(() => expect(exposition.asked.length).toBe(40));
    const refused = await fetch(`${url}/metrics`);
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(await refused.text()).toBe('40 scrapes are running already\n');
    gate.resolve();
    for (const answer of await Promise.all(running)) expect(await answer.text()).toBe('up 1\n');
    await eventually(async () => expect((await fetch(`${url}/metrics`)).status).toBe(200));
  });

  it('do not count clients that hung up', async () => {
    const { server, url, exposition } = await serve();
    for (let i = 0; i < MAX_SCRAPES; i += 1) {
      const { scrape, begun, ended } = largeScrape(4096);
      exposition.answer = async () => scrape;
      const client = await RawClient.open(server.port);
      client.pause();
      client.write('GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n');
      await begun;
      client.hangUp();
      await ended;
    }
    exposition.answer = async () => textScrape(['up 1\n']);
    expect((await fetch(`${url}/metrics`)).status).toBe(200);
  });
});
