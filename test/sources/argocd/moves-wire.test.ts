import type { IncomingMessage, ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import type { Batch } from '../../../src/domain/batch.ts';
import type { Observation } from '../../../src/domain/observation.ts';
import { openArgocd } from '../../../src/sources/argocd/open.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { startLoopback } from '../../support/loopback.ts';
import { settingsOf } from './support.ts';
import { application, NOON, operate, SECOND, sha } from './support-application.ts';
import { answerOf, type Holding, holding } from './support-server.ts';

type Play = (request: IncomingMessage, response: ServerResponse) => boolean;

/** The whole source over HTTP. `play` may answer a request itself. */
async function over(held: Holding, basePath = '') {
  const clock = new FakeClock(NOON);
  const batches: Batch[] = [];
  const observed: Observation[] = [];
  let play: Play = () => false;
  const server = await startLoopback((request, response) => {
    if (play(request, response)) return;
    const url = new URL(request.url ?? '', 'http://argocd');
    if (!url.pathname.startsWith(basePath)) return void response.writeHead(404).end();
    url.pathname = url.pathname.slice(basePath.length);
    const reply = answerOf(held, url);
    const date = new Date(clock.now()).toUTCString();
    if (url.pathname === '/healthz')
      return void response.writeHead(200, { 'content-type': 'text/plain', date }).end('ok\n');
    if ('status' in reply) response.writeHead(reply.status, { 'content-type': 'application/json', date }).end('{}');
    else response.writeHead(200, { 'content-type': 'application/json', date }).end(JSON.stringify(reply.body));
  });
  const source = openArgocd(settingsOf({ url: server.url + basePath }), {
    inbox: {
      record: async (batch) => void batches.push(batch),
      decided: async () => new Set(),
      state: async () => new Map(),
    },
    retentionMs: 1e12,
    attributionWindowMs: 86_400_000,
    userAgent: 'test',
    clock,
    observe: (one) => observed.push(one),
    log: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
  });
  const never = new AbortController().signal;
  return {
    batches,
    observed,
    clock,
    source,
    plays: (next: Play) => {
      play = next;
    },
    poll: () => source.poll(never),
    catchUp: () => source.catchUp(never, never),
    async [Symbol.asyncDispose]() {
      await source.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

test('below a base path, over HTTP: a first sight, a deployment, an application that is deleted', async () => {
  const one = application();
  const held = holding([one, application('site')]);
  await using wire = await over(held, '/argo-cd');
  expect(await wire.poll()).toEqual({ ok: true });
  expect(await wire.catchUp()).toEqual({ ok: true });
  expect(wire.source.backfill).toEqual({ pending: 0, done: 2 });
  operate(one, 'Succeeded', sha('b'), NOON + 10 * SECOND);
  held.applications.pop();
  await wire.clock.advance(30 * SECOND);
  expect(await wire.poll()).toEqual({ ok: true });
  expect(wire.batches.at(-1)).toMatchObject({
    origin: 'poll',
    deployments: [{ outcome: 'success', at: NOON + 10 * SECOND }],
    listings: [{ target: { app: 'site' }, change: 'removed' }],
  });
  expect(wire.observed).toContainEqual({ kind: 'listed', source: 'argocd', targets: 1 });
});

test('plain HTTP to a server that wants TLS says where it points', async () => {
  await using wire = await over(holding());
  wire.plays((_, response) => {
    response.writeHead(307, { location: 'https://argocd.example.org/' }).end();
    return true;
  });
  const end = await wire.poll();
  expect(end).toMatchObject({ ok: false, reason: 'bad_response', partial: false });
});

test('a list that breaks off is no list: nothing is gone', async () => {
  const held = holding([application(), application('site')]);
  await using wire = await over(held);
  await wire.poll();
  await wire.catchUp();
  const before = wire.batches.length;
  wire.plays((request, response) => {
    if (!request.url?.includes('fields=')) return false;
    response.writeHead(200, { 'content-type': 'application/json' });
    response.write('{"metadata":{"resourceVersion":"9"},"items":[');
    setImmediate(() => response.destroy());
    return true;
  });
  expect(await wire.poll()).toMatchObject({ ok: false, reason: 'bad_response' });
  expect(wire.batches).toHaveLength(before);
});

test('first reads are four at a time, and go on in the next slice where one ended', async () => {
  const held = holding(Array.from({ length: 9 }, (_, index) => application(`app-${index}`)));
  await using wire = await over(held);
  await wire.poll();
  const waiting: (() => void)[] = [];
  const arrived = Promise.withResolvers<void>();
  wire.plays((request, response) => {
    if (!/\/applications\/app/.test(request.url ?? '')) return false;
    waiting.push(() => {
      const reply = answerOf(held, new URL(request.url ?? '', 'http://argocd'));
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify('body' in reply ? reply.body : null));
    });
    if (waiting.length === 4) arrived.resolve();
    return true;
  });
  const slice = new AbortController();
  const stop = new AbortController();
  const first = wire.source.catchUp(slice.signal, stop.signal);
  await arrived.promise;
  slice.abort();
  expect(await first).toEqual({ ok: true });
  expect(wire.source.backfill).toEqual({ pending: 9, done: 0 });
  // They wait through a poll, and no more have come.
  expect(await wire.poll()).toEqual({ ok: true });
  expect(waiting).toHaveLength(4);
  for (const answer of waiting.splice(0)) answer();
  wire.plays(() => false);
  expect(await wire.catchUp()).toEqual({ ok: true });
  expect(wire.source.backfill).toEqual({ pending: 0, done: 9 });
});

test('asked to stop, a poll stops and records nothing false', async () => {
  await using wire = await over(holding([application()]));
  await wire.poll();
  await wire.catchUp();
  const stop = new AbortController();
  wire.plays(() => {
    stop.abort(new Error('asked to stop'));
    return true;
  });
  await expect(wire.source.poll(stop.signal)).rejects.toThrow('asked to stop');
  expect(wire.batches.at(-1)).toMatchObject({ listings: [] });
});
