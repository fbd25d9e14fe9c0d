import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Homeserver, Reply } from '../../src/notify/homeserver.ts';
import { openMatrix } from '../../src/notify/matrix.ts';
import { troubleOf } from '../../src/notify/trouble.ts';
import { systemClock } from '../../src/polling/system-clock.ts';
import { type Loopback, startLoopback } from '../support/loopback.ts';

interface Recording {
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly as: string;
    readonly body?: Readonly<Record<string, unknown>>;
  };
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;
}

const FOLDER = 'test/fixtures/matrix/live/1.163.2';
const TOKEN = 'a-token-that-nobody-may-see';
const recordings = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.json'))
  .map((name) => ({ name, ...(JSON.parse(readFileSync(join(FOLDER, name), 'utf8')) as Recording) }));
const never = new AbortController().signal;

function open(server: Loopback, token: () => string = () => TOKEN, requestTimeoutMs = 10_000): Homeserver {
  return openMatrix({
    baseUrl: server.url,
    token: { read: token },
    caFile: null,
    requestTimeoutMs,
    userAgent: 'dora-exporter/test',
    clock: systemClock,
  });
}

/** Asks the client for what was recorded; null for what a notifier never asks. */
function again(homeserver: Homeserver, { request }: Recording): Promise<Reply<unknown>> | null {
  const path = request.path.replace(/\?.*$/, '').split('/').slice(3).map(decodeURIComponent);
  const [version, first = '', second = '', third = '', fourth = '', fifth = ''] = path;
  if (version === 'versions') return homeserver.versions(never);
  if (first === 'account' && second === 'whoami') return homeserver.whoami(never);
  if (first === 'joined_rooms') return homeserver.joinedRooms(never);
  if (first === 'directory' && request.method === 'GET') return homeserver.resolve(third, never);
  if (first === 'join') return homeserver.join(second, never);
  if (third === 'send' && fourth === 'm.room.message' && request.method === 'PUT') {
    return homeserver.send(second, fifth, request.body ?? {}, never);
  }
  if (third === 'state' && fourth === 'm.room.encryption') return homeserver.isEncrypted(second, never);
  return null;
}

describe('every recorded answer of a real Synapse', () => {
  let asked = 0;
  afterAll(() => expect(asked).toBeGreaterThan(30));

  test.each(recordings)('$name', async (recording) => {
    const requests: { method: string; url: string; authorization: string | undefined; body: string }[] = [];
    await using server = await startLoopback(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      const { method = '', url = '', headers } = request;
      requests.push({ method, url, authorization: headers.authorization, body });
      const { 'transfer-encoding': _, 'content-length': __, ...plain } = recording.headers;
      response.writeHead(recording.status, plain).end(JSON.stringify(recording.body));
    });
    const homeserver = open(server);
    const asking = again(homeserver, recording);
    if (asking === null) {
      // What a notifier never asks is classified all the same.
      if (recording.status !== 200 && 'errcode' in recording.body) {
        const { errcode, error } = recording.body;
        const refusal = {
          status: recording.status,
          errcode: String(errcode),
          error: String(error),
          retryAfterMs: null,
        };
        expect(troubleOf(refusal).detail).toContain(String(errcode));
      }
      await homeserver.close();
      return;
    }
    asked += 1;
    const reply = await asking;
    await homeserver.close();
    expect(requests).toHaveLength(1);
    expect(requests[0]?.url).toBe(recording.request.path.replace(/\?.*$/, ''));
    expect(requests[0]?.method).toBe(recording.request.method);
    expect(requests[0]?.authorization).toBe(requests[0]?.url.endsWith('/versions') ? undefined : `Bearer ${TOKEN}`);
    const { body, status } = recording;
    const none = status === 404 && requests[0]?.url.endsWith('m.room.encryption') === true;
    if (status === 200 || none) {
      expect(reply.ok).toBe(true);
      if (reply.ok && 'event_id' in body) expect(reply.value).toBe(body['event_id']);
      if (reply.ok && 'room_id' in body) expect(reply.value).toBe(body['room_id']);
    } else {
      expect(reply).toMatchObject({ ok: false, trouble: { detail: expect.stringContaining(String(body['errcode'])) } });
      expect(JSON.stringify(reply)).not.toContain(TOKEN);
    }
  });

  const kindOf: Readonly<Record<string, object>> = {
    '016-send-429.json': { kind: 'wait', throttled: true, afterMs: 5000 },
    '005-whoami-unknown-token.json': { kind: 'blocked', reason: 'unauthorized' },
    '062-alias-unknown.json': { kind: 'blocked', reason: 'not_found' },
    '066-send-not-joined.json': { kind: 'blocked', reason: 'forbidden' },
    '067-join-closed.json': { kind: 'blocked', reason: 'forbidden' },
    '086-send-power-too-low.json': { kind: 'blocked', reason: 'forbidden' },
    '039-edit-unknown-event.json': { kind: 'poison', reason: 'bad_request' },
    '104-bad-float.json': { kind: 'poison', reason: 'bad_json' },
    '120-size-66000.json': { kind: 'poison', reason: 'too_large' },
    '102-bad-lone-surrogate.json': { kind: 'server_error' },
  };

  test.each(Object.entries(kindOf))('%s means %o', async (name, trouble) => {
    const recording = recordings.find((one) => one.name === name);
    if (recording === undefined) throw new Error(`no ${name}`);
    await using server = await startLoopback((request, response) => {
      request.resume();
      const wait = recording.headers['retry-after'];
      response
        .writeHead(recording.status, wait === undefined ? {} : { 'retry-after': wait })
        .end(JSON.stringify(recording.body));
    });
    const homeserver = open(server);
    const reply = await again(homeserver, recording);
    await homeserver.close();
    expect(reply).toMatchObject({ ok: false, trouble });
  });
});

describe('an errcode stands before a status', () => {
  test.each([
    [403, 'M_USER_SUSPENDED', { kind: 'blocked', reason: 'unauthorized' }],
    [401, 'M_USER_LOCKED', { kind: 'blocked', reason: 'unauthorized' }],
    [403, 'M_RESOURCE_LIMIT_EXCEEDED', { kind: 'wait', throttled: false, afterMs: 300_000 }],
    [403, 'M_BAD_STATE', { kind: 'blocked', reason: 'forbidden' }],
    [413, null, { kind: 'poison', reason: 'too_large' }],
    [429, null, { kind: 'wait', throttled: true }],
    [502, null, { kind: 'wait', throttled: false }],
    [502, 'M_UNKNOWN', { kind: 'server_error' }],
    [403, null, { kind: 'wait' }],
    [404, 'M_UNRECOGNIZED', { kind: 'wait' }],
    [408, null, { kind: 'wait' }],
  ] as const)('%d %s', (status, errcode, trouble) => {
    expect(troubleOf({ status, errcode, error: '', retryAfterMs: null })).toMatchObject(trouble);
  });
});

describe('what is no answer', () => {
  test('a server that hangs is waited for until the time-out', async () => {
    await using server = await startLoopback(() => {});
    const homeserver = open(server, () => TOKEN, 100);
    expect(await homeserver.whoami(never)).toMatchObject({ ok: false, trouble: { kind: 'wait', throttled: false } });
    await homeserver.close();
  });

  test('a page of a proxy, and a 200 that is not Matrix', async () => {
    for (const status of [200, 502]) {
      await using server = await startLoopback((_, response) => response.writeHead(status).end('<html>'));
      const homeserver = open(server);
      expect(await homeserver.whoami(never)).toMatchObject({ ok: false, trouble: { kind: 'wait' } });
      await homeserver.close();
    }
  });

  test('a token that its file does not give stops, and says why without it', async () => {
    await using server = await startLoopback((_, response) => response.end('{}'));
    const homeserver = open(server, () => {
      throw new Error('the file is empty');
    });
    expect(await homeserver.whoami(never)).toEqual({
      ok: false,
      trouble: { kind: 'blocked', reason: 'unauthorized', detail: 'token_file: the file is empty' },
    });
    await homeserver.close();
  });

  test('without Retry-After the body says how long to wait', async () => {
    const body = JSON.stringify({ errcode: 'M_LIMIT_EXCEEDED', error: 'Too Many Requests', retry_after_ms: 4108 });
    await using server = await startLoopback((_, response) => response.writeHead(429).end(body));
    const homeserver = open(server);
    expect(await homeserver.send('!r', 't', {}, never)).toMatchObject({ trouble: { throttled: true, afterMs: 4108 } });
    await homeserver.close();
  });
});
