import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { type ZodType, z } from 'zod';
import {
  application,
  eventList,
  listedApplication,
  listOf,
  userInfo,
  version,
} from '../../../src/sources/argocd/schema.ts';
import { openUpstream } from '../../../src/upstream/open-upstream.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { startLoopback } from '../../support/loopback.ts';
import { RECORDINGS, recording } from './support.ts';

/** The endpoints that the collector asks, with the schema that reads each. */
const ASKED: readonly (readonly [RegExp, ZodType])[] = [
  [/^\/api\/v1\/applications\?(.*&)?fields=/, listOf(listedApplication)],
  [/^\/api\/v1\/applications(\?|$)/, listOf(application)],
  [/^\/api\/v1\/applications\/[^/?]+(\?|$)/, application],
  [/^\/api\/v1\/applications\/[^/?]+\/events$/, eventList],
  [/^\/api\/version$/, version],
  [/^\/api\/v1\/session\/userinfo$/, userInfo],
  [/^\/healthz/, version],
];

/** Answers that are no news, by the number of the recording, and what the collector is told instead. */
const REFUSED: Readonly<Record<string, string>> = {
  // Nothing of an application is left of it: such `fields` are never asked for.
  '007': 'bad_response',
  '012': 'server_error',
  '022': 'rate_limited',
  '023': 'unauthorized',
  '024': 'unauthorized',
  '025': 'unauthorized',
  '026': 'unauthorized',
  '027': 'unauthorized',
  '028': 'unauthorized',
  '029': 'unauthorized',
  '034': 'unauthorized',
  '035': 'unauthorized',
  '042': 'forbidden',
  '043': 'not_found',
  '044': 'bad_response',
  '045': 'forbidden',
  '046': 'not_found',
  '047': 'forbidden',
  '048': 'not_found',
  '049': 'forbidden',
  '051': 'unauthorized',
  // "ok" is no JSON: what counts is the status.
  '064': 'bad_response',
  '065': 'bad_response',
  '093': 'not_found',
  '094': 'bad_response',
  '096': 'forbidden',
};

/** Of what the collector never asks, and how it would be told; 200 and JSON where nothing is said. */
const NEVER_ASKED: Readonly<Record<string, string>> = {
  '019': 'bad_response',
  '052': 'ok',
  '053': 'ok',
  '054': 'server_error',
  '055': 'server_error',
  '056': 'forbidden',
  '057': 'forbidden',
  '058': 'server_error',
  '066': 'ok',
  '067': 'ok',
  '071': 'ok',
  '072': 'unauthorized',
  '073': 'bad_response',
  '074': 'bad_response',
  '075': 'bad_response',
  '076': 'ok',
  '077': 'ok',
  '078': 'ok',
  '079': 'ok',
  '080': 'ok',
  '081': 'ok',
  '082': 'ok',
  '083': 'unauthorized',
  '084': 'ok',
  '085': 'ok',
  '086': 'ok',
  '087': 'ok',
  '088': 'forbidden',
  '089': 'not_found',
  '090': 'not_found',
  '091': 'bad_response',
  '097': 'bad_response',
  '098': 'bad_response',
  '099': 'bad_response',
  '100': 'bad_response',
  '101': 'bad_response',
  '102': 'bad_response',
  '104': 'bad_response',
  '105': 'bad_response',
  '106': 'bad_response',
  '107': 'unauthorized',
  '108': 'unauthorized',
};

/** A stream that never answered, and events of one: no answers to a GET. */
const NO_ANSWER = ['103', '136'];

const answers = RECORDINGS.filter((name) => !/^\d+-case-/.test(name) && !NO_ANSWER.includes(name.slice(0, 3)));

function schemaOf({ method, path }: { method: string; path: string }): ZodType | null {
  const below = path.replace(/^\/argo-cd/, '');
  return method === 'GET' ? (ASKED.find(([pattern]) => pattern.test(below))?.[1] ?? null) : null;
}

/** The recorded answer as the client of all upstreams tells it. */
async function replay(name: string, schema: ZodType) {
  const { request, status, headers, body } = recording(name);
  await using server = await startLoopback((_, response) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const { 'Content-Length': _l, 'Content-Encoding': _e, 'Transfer-Encoding': _t, Connection: _c, ...rest } = headers;
    response.writeHead(status, rest).end(text);
  });
  const upstream = openUpstream({
    source: 'argocd',
    baseUrl: server.url,
    authorization: () => null,
    caFile: null,
    insecureSkipVerify: false,
    requestTimeoutMs: 5_000,
    maxBodyBytes: 10_000_000,
    userAgent: 'test',
    clock: new FakeClock(),
    observe: () => {},
  });
  try {
    return await upstream.get(request.path, schema, new AbortController().signal);
  } finally {
    await upstream.close();
  }
}

describe('recorded answers of 3.5.1', () => {
  test.each(answers)('%s is read', async (name) => {
    const number = name.slice(0, 3);
    const { request, status } = recording(name);
    const schema = schemaOf(request);
    // What is in neither list is new: find out what it is.
    expect(schema === null).toBe(number in NEVER_ASKED);
    const answer = await replay(name, schema ?? z.unknown());
    const expected = NEVER_ASKED[number] ?? REFUSED[number] ?? 'ok';
    if (expected === 'ok') expect(answer).toMatchObject({ ok: true });
    else expect(answer).toMatchObject({ ok: false, failure: { reason: expected, status } });
  });

  test('the rest are a stream that never answered, and events that differ in nothing that is read', () => {
    expect(recording('103').status).toBeNull();
    const { events } = recording('136');
    const [first, second] = events.map((event: { application?: unknown; result?: { application: unknown } }) =>
      application.parse(event.application ?? event.result?.application),
    );
    expect(second).toEqual(first);
  });

  test('a projected list has its explicit nulls and no operation where there was none', () => {
    const { items, started } = listOf(listedApplication).parse(recording('002').body);
    expect(started).toBe(true);
    expect(items.map(({ name, deletingSince, operation }) => [name, deletingSince, operation?.phase ?? null])).toEqual([
      ['checkout', 0, 'Failed'],
      ['shop', 0, 'Succeeded'],
      ['site', 0, null],
      ['worker', 0, 'Succeeded'],
    ]);
    const [deleted] = listOf(listedApplication).parse(recording('020').body).items;
    expect(deleted?.deletingSince).toBeGreaterThan(0);
  });

  test('an empty list of a server that has just started is not one of a server without applications', () => {
    expect(listOf(listedApplication).parse(recording('021').body)).toEqual({ started: false, items: [] });
    expect(listOf(listedApplication).parse(recording('031').body)).toEqual({ started: true, items: [] });
  });

  test('what a failed operation says is read with it', () => {
    const { operation, history, labels } = application.parse(recording('039').body);
    expect(operation).toMatchObject({ phase: 'Failed', initiatedBy: 'admin', dryRun: false, partial: false });
    expect(operation?.revisions).toEqual([operation?.revision]);
    expect(operation?.message).toMatch(/^one or more/);
    expect(history.map(({ id }) => id)).toEqual([0]);
    expect(labels['team']).toBe('payments');
  });

  test('of an application with several sources every source and revision is read', () => {
    const { steps } = recording('126');
    const { history, operation, sources } = application.parse(steps.at(-1).application);
    expect(sources).toHaveLength(2);
    expect(history.map((entry) => [entry.revisions.length, entry.sources.length])).toEqual([
      [2, 2],
      [2, 2],
    ]);
    expect(operation).toMatchObject({ revision: '' });
    expect(operation?.revisions).toEqual(history.at(-1)?.revisions);
  });

  test('the events are read with their times', () => {
    const { items } = eventList.parse(recording('059').body);
    const last = items.filter(({ reason }) => reason === 'OperationCompleted').at(-1);
    expect(last).toMatchObject({ warning: true, at: Date.UTC(2026, 10, 22, 1, 10, 17) });
    expect(last?.message).toMatch(/^Sync operation to f712d17a1ff1a71c69e2bc8c445a5b33afeda307 failed: one or more/);
  });
});

const PUBLIC = new URL('../../../../shared/fixtures/argocd/', import.meta.url).pathname;

describe.skipIf(!existsSync(PUBLIC))(
  'payloads found in public (skipped where their folder is not beside the checkout)',
  () => {
    const files = existsSync(PUBLIC) ? readdirSync(PUBLIC).filter((name) => /\.(json|yaml)$/.test(name)) : [];
    const read = (name: string) => {
      const text = readFileSync(join(PUBLIC, name), 'utf8');
      return name.endsWith('.yaml') ? parse(text) : JSON.parse(text);
    };

    test.each(files.filter((name) => name.startsWith('app-')))('%s is an application', (name) => {
      const raw = read(name);
      const one = application.parse(raw);
      expect(one.history.map(({ id }) => id)).toEqual((raw.status?.history ?? []).map(({ id }: { id: number }) => id));
      for (const { deployedAt, sources, revisions } of one.history) {
        expect(deployedAt).toBeGreaterThan(0);
        expect(sources.length).toBeGreaterThan(0);
        expect(revisions.length).toBeGreaterThan(0);
      }
      expect(one.operation?.phase).toBe(raw.status?.operationState?.phase);
    });

    test.each(files.filter((name) => name.startsWith('list-')))('%s is a list', (name) => {
      const raw = read(name);
      expect(listOf(application).parse(raw).items).toHaveLength(raw.items.length);
      expect(listOf(listedApplication).parse(raw).items).toHaveLength(raw.items.length);
    });

    test('the others are of the stream and of revisions, which are not read here', () => {
      const others = files.filter((name) => !/^(app|list)-/.test(name));
      expect(others.every((name) => /^(stream|revision)-/.test(name))).toBe(true);
    });
  },
);
