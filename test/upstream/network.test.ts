import { getEventListeners, once } from 'node:events';
import type { Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, test, vi } from 'vitest';
import { networkTrouble } from '../../src/upstream/network-trouble.ts';
import { startLoopback, startRawLoopback } from '../support/loopback.ts';
import { open, TOKEN } from './support.ts';

const JSON_HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n';

/** A server that answers the first bytes of each connection with `bytes` and then does `then`. */
function answering(bytes: string, then: (socket: Socket) => void = () => {}) {
  return startRawLoopback((socket) => {
    socket.once('data', () => socket.write(bytes, () => then(socket)));
  });
}

describe('time-outs', () => {
  test('before the headers', async () => {
    await using server = await startRawLoopback(() => {});
    await using opened = open(server.url, { requestTimeoutMs: 50 });
    expect(await opened.failure()).toMatchObject({ reason: 'timeout', status: null });
    expect(opened.codes).toEqual(['error']);
  });

  test('in the middle of a body', async () => {
    await using server = await answering(`${JSON_HEAD}content-length: 30\r\n\r\n{"id":1,`);
    await using opened = open(server.url, { requestTimeoutMs: 1_000 });
    expect(await opened.failure()).toMatchObject({ reason: 'timeout', status: 200 });
    expect(opened.codes).toEqual(['200']);
  });

  test('of a body that trickles: the whole exchange counts, not each pause', async () => {
    await using server = await answering(`${JSON_HEAD}content-length: 900\r\n\r\n`, (socket) => {
      const trickle = setInterval(() => socket.write(' '), 10);
      socket.on('close', () => clearInterval(trickle));
    });
    await using opened = open(server.url, { requestTimeoutMs: 100 });
    expect(await opened.failure()).toMatchObject({ reason: 'timeout' });
  });

  test('while connecting: a TLS handshake that is never answered', async () => {
    await using server = await startRawLoopback(() => {});
    await using opened = open(server.url.replace('http:', 'https:'), { requestTimeoutMs: 50 });
    expect(await opened.failure()).toMatchObject({ reason: 'timeout', status: null });
  });

  test('an error whose body never ends is still that error', async () => {
    await using server = await answering('HTTP/1.1 401 Unauthorized\r\ncontent-length: 30\r\n\r\nno');
    await using opened = open(server.url, { requestTimeoutMs: 1_000 });
    expect(await opened.failure()).toMatchObject({ reason: 'unauthorized', status: 401 });
  });
});

describe('broken connections', () => {
  test('nobody listens', async () => {
    const server = await startLoopback(() => {});
    await server[Symbol.asyncDispose]();
    await using opened = open(server.url);
    const failure = await opened.failure();
    expect(failure).toMatchObject({ reason: 'connect', status: null });
    expect(failure.detail).toBe(`GET /api/repos/1: connect ECONNREFUSED 127.0.0.1:${server.port}`);
    expect(opened.codes).toEqual(['error']);
  });

  test('reset before the answer', async () => {
    await using server = await startRawLoopback((socket) => socket.once('data', () => socket.resetAndDestroy()));
    await using opened = open(server.url);
    expect(await opened.failure()).toMatchObject({ reason: 'connect', status: null });
  });

  test('closed before the answer', async () => {
    await using server = await startRawLoopback((socket) => socket.once('data', () => socket.end()));
    await using opened = open(server.url);
    expect(await opened.failure()).toMatchObject({ reason: 'connect', status: null });
  });

  test.each([
    ['with content-length', `${JSON_HEAD}content-length: 30\r\n\r\n{"id":1,`],
    ['in chunks', `${JSON_HEAD}transfer-encoding: chunked\r\n\r\n8\r\n{"id":1,\r\n`],
    ['to the end of the connection', `${JSON_HEAD}connection: close\r\n\r\n{"id":1,`],
  ])('a body cut short, %s', async (_, bytes) => {
    await using server = await answering(bytes, (socket) => socket.end());
    await using opened = open(server.url);
    expect(await opened.failure()).toMatchObject({ reason: 'bad_response', status: 200 });
    expect(opened.codes).toEqual(['200']);
  });

  test('what answers is not HTTP', async () => {
    await using server = await answering('SSH-2.0-OpenSSH_9.2\r\n');
    await using opened = open(server.url);
    expect(await opened.failure()).toMatchObject({ reason: 'bad_response', status: null });
  });

  test('connections are used again, also after an error', async () => {
    const sockets = new Set<Socket>();
    await using server = await startLoopback((request, response) => {
      sockets.add(request.socket);
      response.statusCode = request.url === '/gone' ? 404 : 200;
      response.setHeader('content-type', 'application/json').end('{"id":1,"name":"a"}');
    });
    await using opened = open(server.url);
    for (let round = 0; round < 5; round += 1) {
      expect(await opened.failure('/gone')).toMatchObject({ reason: 'not_found' });
      expect(await opened.get()).toMatchObject({ ok: true });
    }
    // A connection may still be on its way back when the next request begins: two take turns then.
    expect(sockets.size).toBeLessThanOrEqual(2);
  });
});

describe('too large', () => {
  test('by its own account: nothing of it is read', async () => {
    const closed = vi.fn();
    await using server = await answering(`${JSON_HEAD}content-length: 100000\r\n\r\n`, (socket) => {
      socket.on('close', closed);
    });
    await using opened = open(server.url);
    expect(await opened.failure()).toMatchObject({ reason: 'too_large', status: 200 });
    await vi.waitFor(() => expect(closed).toHaveBeenCalled());
  });

  test('without an account of itself: reading stops there', async () => {
    const closed = vi.fn();
    await using server = await startLoopback((_, response) => {
      response.setHeader('content-type', 'application/json');
      response.on('close', closed);
      // It never ends: only the one who reads can end it.
      response.write(`"${'x'.repeat(2_000)}`);
    });
    await using opened = open(server.url);
    const failure = await opened.failure();
    expect(failure).toMatchObject({ reason: 'too_large', status: 200 });
    expect(failure.detail).toBe('GET /api/repos/1: the body is larger than 1000 bytes (max_body)');
    await vi.waitFor(() => expect(closed).toHaveBeenCalled());
  });

  test('exactly as large as allowed is not', async () => {
    const body = JSON.stringify({ id: 1, name: 'x'.repeat(1_000 - 18) });
    expect(body).toHaveLength(1_000);
    await using server = await startLoopback((_, response) => {
      response.setHeader('content-type', 'application/json').end(body);
    });
    await using opened = open(server.url);
    expect(await opened.get()).toMatchObject({ ok: true });
  });
});

describe('B16: being asked to stop is no failure', () => {
  const asked = new Error('asked to stop');

  test('before the request: none is made', async () => {
    await using opened = open('http://127.0.0.1:9');
    await expect(opened.get('/', AbortSignal.abort(asked))).rejects.toBe(asked);
    expect(opened.codes).toEqual([]);
  });

  test.each([
    ['while connecting', 'https', ''],
    ['before the headers', 'http', ''],
    ['in the middle of an error page', 'http', 'HTTP/1.1 500 Oh\r\ncontent-length: 30\r\n\r\nno'],
    ['in the middle of a body', 'http', `${JSON_HEAD}content-length: 30\r\n\r\n{"id":1,`],
  ])('%s: thrown at once, not counted, nothing left on the signal', async (_, scheme, bytes) => {
    const { promise: reached, resolve } = Promise.withResolvers<void>();
    await using server = await startRawLoopback((socket) => {
      socket.once('data', () => socket.write(bytes, () => resolve()));
    });
    await using opened = open(server.url.replace('http:', `${scheme}:`));
    const stop = new AbortController();
    const answer = opened.get('/', stop.signal);
    await Promise.all([
      expect(answer).rejects.toBe(asked),
      // The client needs a moment to read what the server wrote; right at any moment, so no luck is needed.
      reached.then(() => wait(20)).then(() => stop.abort(asked)),
    ]);
    expect(opened.codes).toEqual([]);
    expect(getEventListeners(stop.signal, 'abort')).toEqual([]);
  });

  test('a request that ended leaves nothing on the signal', async () => {
    await using server = await startLoopback((_, response) => {
      response.setHeader('content-type', 'application/json').end('{"id":1,"name":"a"}');
    });
    await using opened = open(server.url);
    const stop = new AbortController();
    expect(await opened.get('/', stop.signal)).toMatchObject({ ok: true });
    expect(getEventListeners(stop.signal, 'abort')).toEqual([]);
  });

  test('close cuts off what is under way', async () => {
    const { promise: reached, resolve } = Promise.withResolvers<Socket>();
    await using server = await startRawLoopback(resolve);
    const opened = open(server.url);
    const answer = opened.get().catch(() => 'cut off');
    const socket = await reached;
    socket.resume();
    await Promise.all([once(socket, 'close'), opened.upstream.close()]);
    expect(await answer).toBe('cut off');
  });
});

describe('B37: a token is never told', () => {
  test('not even one that cannot be sent', async () => {
    await using opened = open('http://127.0.0.1:9', { authorization: () => `Bearer ${TOKEN}\nmore` });
    const failure = await opened.failure();
    expect(failure).toMatchObject({ reason: 'unauthorized', status: null });
    expect(failure.detail).not.toContain(TOKEN);
  });

  test('what the reading of a secret throws is thrown on, and no request is made', async () => {
    const error = Object.assign(new Error('no such file'), { code: 'ENOENT' });
    await using opened = open('http://127.0.0.1:9', {
      authorization: () => {
        throw error;
      },
    });
    await expect(opened.get()).rejects.toBe(error);
    expect(opened.codes).toEqual([]);
  });

  test('nor by an answer that says it back', async () => {
    await using server = await startLoopback((request, response) => {
      const token = String(request.headers.authorization);
      response.writeHead(request.url === '/json' ? 200 : 403, { 'content-type': 'application/json', 'x-back': token });
      response.end(JSON.stringify({ id: token }));
    });
    await using opened = open(server.url);
    expect(JSON.stringify([await opened.failure('/json'), await opened.failure('/no')])).not.toContain(TOKEN);
  });
});

describe('the reason of a network error goes by its code', () => {
  test.each([
    ['ENOTFOUND', 'dns'],
    ['EAI_AGAIN', 'dns'],
    ['ECONNREFUSED', 'connect'],
    ['ECONNRESET', 'connect'],
    ['EHOSTUNREACH', 'connect'],
    ['ENETUNREACH', 'connect'],
    ['EPIPE', 'connect'],
    ['UND_ERR_SOCKET', 'connect'],
    ['ETIMEDOUT', 'timeout'],
    ['UND_ERR_CONNECT_TIMEOUT', 'timeout'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'tls'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'tls'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'tls'],
    ['CERT_HAS_EXPIRED', 'tls'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'tls'],
    ['EPROTO', 'tls'],
  ])('%s: %s', (code, reason) => {
    expect(networkTrouble(Object.assign(new Error('text'), { code }), false)).toMatchObject({ reason });
  });

  test('of several addresses the first speaks', () => {
    const refused = Object.assign(new Error('connect ECONNREFUSED ::1:80'), { code: 'ECONNREFUSED' });
    expect(networkTrouble(new AggregateError([refused]), false)).toEqual({
      reason: 'connect',
      detail: refused.message,
    });
  });

  test.each([
    [new TypeError('x is not a function')],
    [Object.assign(new Error('x'), { code: 'UND_ERR_INVALID_ARG' })],
    ['x'],
  ])('what no network makes is a bug: %s', (error) => {
    expect(networkTrouble(error, false)).toBeNull();
  });

  test('a name that does not exist', async () => {
    await using opened = open('http://does-not-exist.invalid');
    expect(await opened.failure()).toMatchObject({ reason: 'dns', status: null });
  });
});
