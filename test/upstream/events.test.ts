import type { RequestListener, ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { z } from 'zod';
import type { UpstreamOptions } from '../../src/upstream/open-upstream.ts';
import { startLoopback } from '../support/loopback.ts';
import { open, TOKEN } from './support.ts';

const One = z.object({ n: z.number() });
const LONG_MS = 20_000;

/** Follows a stream to its end: what came, and why it ended. */
async function followed(
  listener: RequestListener,
  { silenceMs = LONG_MS, ...options }: Partial<UpstreamOptions> & { readonly silenceMs?: number } = {},
) {
  await using server = await startLoopback(listener);
  await using opened = open(server.url, options);
  const came: number[] = [];
  const take = ({ n }: z.infer<typeof One>) => {
    came.push(n);
    return n < 0 ? ({ reason: 'server_error', detail: 'enough' } as const) : null;
  };
  const { signal } = new AbortController();
  const failure = await opened.upstream.follow('/events?a=b', One, take, { stop: signal, silenceMs });
  return { came, failure, codes: opened.codes };
}

function begin(response: ServerResponse): ServerResponse {
  return response.writeHead(200, { 'content-type': 'text/event-stream' });
}

/** Writes the parts so that each arrives alone. */
async function inParts(response: ServerResponse, parts: readonly (string | Buffer)[], everyMs = 5): Promise<void> {
  begin(response);
  for (const part of parts) {
    await new Promise((resolve) => response.write(part, resolve));
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
  response.end();
}

test('each event is handed over, however it was cut, until the upstream ends the stream', async () => {
  const accepts: unknown[] = [];
  const { came, failure, codes } = await followed((request, response) => {
    accepts.push(request.headers.accept, request.headers.authorization);
    void inParts(response, [
      'data: {"n":1} \n\n\n:\nda',
      'ta:{"n"',
      ':2}\r\n\r\n:\n',
      'event: x\nid: 7\ndata: {"n":\ndata: 3}\n\nid: 8\n\n',
      'data: {"n":4}',
    ]);
  });
  expect(accepts).toEqual(['text/event-stream', `Bearer ${TOKEN}`]);
  // The last one was not complete.
  expect(came).toEqual([1, 2, 3]);
  expect(failure).toEqual({
    reason: 'connect',
    detail: 'GET /events?a=b: the upstream ended the stream',
    status: 200,
    retryAfterMs: null,
    headers: {},
  });
  expect(codes).toEqual(['200']);
});

test('a letter that is cut in two is whole', async () => {
  const text = Buffer.from('data: {"n":1,"ä":"ä"}\n\n');
  const cut = text.indexOf('ä') + 1;
  const { came } = await followed((_, response) => void inParts(response, [text.subarray(0, cut), text.subarray(cut)]));
  expect(came).toEqual([1]);
});

test.each([
  ['what is not JSON', 'data: {"n":secret}\n\n', 'bad_response', 'not JSON'],
  ['another shape', 'data: {"n":"secret"}\n\n', 'bad_response', 'at n: '],
  ['an event that is too large', `data: {"n":1,"x":"${'x'.repeat(2000)}"}\n\n`, 'too_large', 'max_body'],
  ['a line that never ends', `data: ${'x'.repeat(2000)}`, 'too_large', 'max_body'],
  ['what its reader ends it for', 'data: {"n":-1}\n\ndata: {"n":5}\n\n', 'server_error', 'enough'],
])('%s ends it', async (_, text, reason, detail) => {
  const { came, failure } = await followed((__, response) => void begin(response).write(text));
  expect(failure).toMatchObject({ reason, status: 200 });
  expect(failure.detail).toContain(detail);
  expect(failure.detail).not.toContain('secret');
  expect(came).not.toContain(5);
});

test('one that breaks off is told as such', async () => {
  const { came, failure } = await followed((_, response) => {
    begin(response).write('data: {"n":1}\n\n', () => setImmediate(() => response.destroy()));
  });
  expect(came).toEqual([1]);
  expect(failure).toMatchObject({ reason: 'bad_response', status: 200 });
});

test.each([
  ['before it begins', () => {}, null, ['error']],
  ['after an event', (response: ServerResponse) => void begin(response).write('data: {"n":1}\n\n'), 200, ['200']],
])('silence %s ends it', async (_, play, status, codes) => {
  const ended = await followed((__, response) => play(response), { silenceMs: 1_000 });
  expect(ended.failure).toMatchObject({ reason: 'timeout', status });
  expect(ended.failure.detail).toContain('nothing came for 1000 ms');
  expect(ended.codes).toEqual(codes);
});

test('comments keep it alive', async () => {
  const comments = Array.from({ length: 40 }, () => ':\n');
  const { came } = await followed((_, response) => void inParts(response, [...comments, 'data: {"n":1}\n\n'], 50), {
    silenceMs: 1_500,
  });
  expect(came).toEqual([1]);
});

test('what refuses it is a typed failure', async () => {
  const { failure, codes } = await followed((_, response) => {
    response.writeHead(401, { 'content-type': 'application/json' }).end('{"code":16,"message":"secret"}');
  });
  expect(failure).toMatchObject({ reason: 'unauthorized', status: 401, grpcCode: 16 });
  expect(codes).toEqual(['401']);
  const page = await followed((_, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<'));
  expect(page.failure).toMatchObject({ reason: 'bad_response', status: 200 });
  expect(page.failure.detail).toContain('200 text/html, expected text/event-stream');
});

test('asked to stop it ends at once, silent or not', async () => {
  for (const play of [() => {}, (response: ServerResponse) => void begin(response).write(':\n')]) {
    const arrived = Promise.withResolvers<void>();
    await using server = await startLoopback((_, response) => {
      play(response);
      arrived.resolve();
    });
    await using opened = open(server.url);
    const stop = new AbortController();
    const ended = opened.upstream.follow('/', One, () => null, { stop: stop.signal, silenceMs: LONG_MS });
    await arrived.promise;
    stop.abort(new Error('asked to stop'));
    await expect(ended).rejects.toThrow('asked to stop');
  }
});
