import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterEach, expect, test, vi } from 'vitest';
import { startLoopback } from '../../support/loopback.ts';
import { Desk, MINUTE, settingsOf } from './support.ts';

type Behaviour = (request: IncomingMessage, response: ServerResponse) => void;

const ROWS = [
  { subsystem: 'memory', count: 60, rate: 0.6 },
  { subsystem: 'tools', count: 3, rate: 0.3 },
  { subsystem: 'harness', count: 1, rate: 0.1 },
];

function answer(more: object = {}): string {
  return JSON.stringify({ window: '24h', total: 64, by_subsystem: ROWS, generated_at: '2026-05-30T12:00:00', ...more });
}

function says(body: string, status = 200, headers: Record<string, string> = {}): Behaviour {
  return (_, response) => void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
}

/** A sink that does what it is told last. */
async function sinkThat(first: Behaviour) {
  const requests: IncomingMessage[] = [];
  let behaviour = first;
  const server = await startLoopback((request, response) => {
    requests.push(request);
    behaviour(request, response);
  });
  return {
    url: server.url,
    requests,
    does: (next: Behaviour) => {
      behaviour = next;
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

test.each([
  ['a bearer token', { token_file: 'token' }, { authorization: 'Bearer the token', 'x-api-key': undefined }],
  ['an API key', { token_file: '', api_key_file: 'key' }, { authorization: undefined, 'x-api-key': 'the key' }],
  ['both', { api_key_file: 'key' }, { authorization: 'Bearer the token', 'x-api-key': 'the key' }],
])('%s: sent with each request, and a workspace only where one is configured', async (_, keys, headers) => {
  await using sink = await sinkThat(says(answer()));
  await using desk = new Desk(settingsOf(sink.url, keys));
  expect(await desk.poll()).toEqual({ ok: true });
  await using named = new Desk(settingsOf(sink.url, { ...keys, workspace_id: 'a-workspace' }));
  expect(await named.poll()).toEqual({ ok: true });
  expect(sink.requests.map((request) => request.headers['x-workspace-id'])).toEqual([
    undefined,
    undefined,
    'a-workspace',
    'a-workspace',
  ]);
  for (const request of sink.requests) {
    const { authorization, 'x-api-key': key } = request.headers;
    expect({ authorization, 'x-api-key': key }).toEqual(headers);
  }
});

const MIB = 1024 * 1024;

test.each<[string, Behaviour, string, RegExp]>([
  ['refuses the token', says('{"detail":"Invalid or expired token"}', 401), 'unauthorized', /token/],
  ['is for administrators alone', says('{"detail":"Workspace admin only"}', 403), 'forbidden', /administrators/],
  ['does not know the workspace', says('{"detail":"Invalid workspace_id"}', 400), 'bad_response', /400/],
  ['waits for an invitation to be taken', says('{"detail":{"code":"pending_invitation"}}', 409), 'bad_response', /409/],
  ['is not there', says('{"detail":"Not Found"}', 404), 'not_found', /404/],
  ['is asked too often', says('', 429, { 'retry-after': '7' }), 'rate_limited', /429/],
  ['fails', says('Internal Server Error', 500, { 'content-type': 'text/plain' }), 'server_error', /500/],
  ['redirects', says('', 302, { location: 'https://login.example.org/' }), 'bad_response', /not followed/],
  ['shows a page', says('<html>', 200, { 'content-type': 'text/html' }), 'bad_response', /text\/html/],
  ['says nothing', says(''), 'bad_response', /empty/],
  ['breaks its body off', says(answer().slice(0, 60)), 'bad_response', /not JSON/],
  ['is in another form', says('[]'), 'bad_response', /shape/],
  ['never answers', () => {}, 'timeout', /request_timeout/],
  [
    'never ends its answer',
    (_, response) => void response.writeHead(200, { 'content-type': 'application/json' }).write('{"window":'),
    'timeout',
    /request_timeout/,
  ],
  ['resets the connection', (request) => request.socket.resetAndDestroy(), 'connect', /./],
  [
    'resets it in the middle',
    (request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '900' });
      response.write('{"window":', () => request.socket.resetAndDestroy());
    },
    'bad_response',
    /./,
  ],
  ['answers at enormous length', says(answer({ more: 'x'.repeat(2 * MIB) })), 'too_large', /max_body/],
  [
    'does not say how long its answer is',
    (_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      for (let chunk = 0; chunk < 32; chunk += 1) response.write(' '.repeat(MIB / 16));
      response.end(answer());
    },
    'too_large',
    /max_body/,
  ],
])(
  'B23: a sink that %s is a failed poll that says why: what was shown stays, and nothing is over',
  async (_, trouble, reason, detail) => {
    await using sink = await sinkThat(says(answer()));
    await using desk = new Desk(settingsOf(sink.url, { request_timeout: '1s', max_body: '1MiB', hold: '0s' }));
    expect(await desk.poll()).toEqual({ ok: true });
    const shown = desk.gauge;
    const opened = desk.batches.length;
    await desk.clock.advance(MINUTE);
    sink.does(trouble);
    const end = await desk.poll();
    expect(end).toMatchObject({ ok: false, reason, partial: false });
    expect(end.ok ? '' : end.detail).toMatch(detail);
    // Also where only the second of its two answers is bad.
    sink.does((request, response) => (request.url?.endsWith('=24h') ? says(answer()) : trouble)(request, response));
    expect(await desk.poll()).toMatchObject({ ok: false, reason });
    expect(desk.gauge).toEqual(shown);
    expect(desk.batches).toHaveLength(opened);

    sink.does(says(answer()));
    expect(await desk.poll()).toEqual({ ok: true });
    expect(desk.told(0)).toHaveLength(1);
  },
);

test('B23: rows come in any order, and twice: what comes of them is the same', async () => {
  const told: unknown[] = [];
  for (const rows of [
    ROWS,
    ROWS.toReversed(),
    [...ROWS.slice(1), { subsystem: 'memory', count: 50 }, { subsystem: 'memory', count: 10 }],
  ]) {
    await using sink = await sinkThat(says(answer({ by_subsystem: rows })));
    await using desk = new Desk(settingsOf(sink.url));
    await desk.poll();
    told.push([Object.entries(desk.gauge ?? {}).sort(), desk.told(0)]);
  }
  expect(told[1]).toEqual(told[0]);
  expect(told[2]).toEqual(told[0]);
});

afterEach(() => vi.unstubAllEnvs());

test.each([
  ['Asia/Taipei', 4],
  ['America/New_York', 16],
])('B23: a time without a zone is UTC, also in %s', async (zone, noon) => {
  vi.stubEnv('TZ', zone);
  expect(new Date('2026-05-30T12:00:00').getUTCHours()).toBe(noon);
  for (const [text, at] of [
    ['2026-05-30T12:00:00.123456', Date.UTC(2026, 4, 30, 12, 0, 0, 123)],
    ['2026-05-30T12:00:00', Date.UTC(2026, 4, 30, 12)],
    ['2026-05-30T12:00:00.123000Z', Date.UTC(2026, 4, 30, 12, 0, 0, 123)],
  ] as const) {
    await using sink = await sinkThat(says(answer({ generated_at: text })));
    await using desk = new Desk(settingsOf(sink.url));
    await desk.poll();
    expect(desk.told(at)).toEqual(['failure memory 0']);
  }
});
