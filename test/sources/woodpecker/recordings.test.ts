import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ZodType } from 'zod';
import {
  feedRow,
  listedRepository,
  listing,
  pipeline,
  pipelinePage,
  repository,
} from '../../../src/sources/woodpecker/schema.ts';
import { openUpstream } from '../../../src/upstream/open-upstream.ts';
import { type Recording, recordingsOf, VERSIONS } from '../../demo/woodpecker/recording.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { startLoopback } from '../../support/loopback.ts';
import { TABLE } from './support-table.ts';
import { madeOf, SHOP } from './support-verdict.ts';

/** Answers that are no news, and what the collector is told instead. */
const REFUSED: Readonly<Record<string, string>> = {
  '18-repo-private-no-token': 'unauthorized',
  '19-repo-no-permission': 'not_found',
  '20-repo-unknown-id': 'not_found',
  '21-repo-unknown-id-no-token': 'unauthorized',
  '22-repo-id-not-a-number': 'bad_response',
  '36-pipeline-unknown-number': 'not_found',
  '38-pipelines-no-permission': 'not_found',
  '58-list-after-not-a-date': 'bad_response',
  '62-list-event-unknown': 'bad_response',
  '65-list-status-unknown': 'bad_response',
  '162-one-deleted': 'not_found',
  '220-user-repos-1100': 'server_error',
};

/** Of 2.8.3, which knows no filters by event, status or ref, and takes any. */
const NOT_REFUSED_BY_2 = new Set(['62-list-event-unknown', '65-list-status-unknown']);

/** Of endpoints that the collector never asks, and how it would be told; 200 and JSON where nothing is said. */
const NEVER_ASKED: Readonly<Record<string, string>> = {
  '01-user-admin': 'ok',
  '02-user-not-admin': 'ok',
  '03-user-bad-token': 'unauthorized',
  '04-user-no-token': 'unauthorized',
  '05-user-revoked-token': 'unauthorized',
  '07-feed-empty': 'ok',
  '10-repos-active-admin': 'ok',
  '11-repos-active-page2': 'ok',
  '12-repos-active-beyond': 'ok',
  '13-repos-active-not-admin': 'forbidden',
  '14-repos-active-no-token': 'unauthorized',
  '23-lookup': 'ok',
  '25-lookup-unknown': 'not_found',
  '27-unknown-api-path': 'bad_response',
  '28-healthz': 'bad_response',
  '29-version': 'ok',
  '31-pipelines-global-not-admin': 'forbidden',
  '32-pipelines-global-idle': 'ok',
  '33-queue-idle': 'ok',
  '101-pipelines-global-running': 'ok',
  '102-queue-running': 'ok',
  '104-cancel-answer': 'bad_response',
  '111-pipelines-global-pending': 'ok',
  '112-queue-pending': 'ok',
  '121-pipelines-global-with-blocked': 'ok',
  '122-decline-answer': 'ok',
  '124-approve-answer': 'ok',
  '140-deploy-answer': 'ok',
  '145-deploy-not-allowed': 'forbidden',
  '148-restart-answer': 'ok',
  '180-feed': 'ok',
  '236-lookup-old-name': 'ok',
};

/** The endpoints that the collector asks, with the schema that reads each. A filter in the query changes no shape. */
const ASKED: readonly (readonly [RegExp, ZodType])[] = [
  [/^\/api\/user\/repos(\?|$)/, listing],
  [/^\/api\/user\/feed\?latest=true$/, listing],
  [/^\/api\/repos\/\w+$/, repository],
  [/^\/api\/repos\/\d+\/pipelines(\?|$)/, pipelinePage],
  [/^\/api\/repos\/\d+\/pipelines\/\d+$/, pipeline],
];

function schemaOf({ method, path }: Recording): ZodType | null {
  return method === 'GET' ? (ASKED.find(([pattern]) => pattern.test(path))?.[1] ?? null) : null;
}

/** The recorded answer as the client of all upstreams tells it. */
async function replay(recording: Recording, schema: ZodType) {
  await using server = await startLoopback((_, response) => {
    const body = typeof recording.body === 'string' ? recording.body : JSON.stringify(recording.body);
    const { 'Content-Length': _length, Connection: _connection, ...headers } = recording.headers;
    response.writeHead(recording.status, headers).end(recording.status === 204 ? undefined : body);
  });
  const upstream = openUpstream({
    source: 'woodpecker',
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
    return await upstream.get(recording.path, schema, new AbortController().signal);
  } finally {
    await upstream.close();
  }
}

describe.each(VERSIONS)('recordings of %s', (version) => {
  const recordings = recordingsOf(version);
  const named = (recording: Recording) => recording.name.replace(/\.json$/, '');

  test.each(recordings.map((recording) => [named(recording), recording] as const))('%s is read', async (name, one) => {
    const schema = schemaOf(one);
    // What is in neither list is new: find out what it is.
    expect(schema === null).toBe(name in NEVER_ASKED);
    const answer = await replay(one, schema ?? listing.or(pipeline));
    const refused = version === '2.8.3' && NOT_REFUSED_BY_2.has(name) ? undefined : REFUSED[name];
    const expected = NEVER_ASKED[name] ?? refused ?? 'ok';
    if (expected !== 'ok')
      expect(answer).toMatchObject({ ok: false, failure: { reason: expected, status: one.status } });
    else if (schema !== null) {
      expect(answer).toMatchObject({ ok: true, date: Date.parse(one.headers['Date'] ?? '') });
      expect(answer.ok && answer.headers['x-woodpecker-version']).toBe(version);
    } else expect(one.status).toBe(200);
  });

  test('the rows of the listings are read one by one', () => {
    const rows = (name: string) => recordings.find((one) => named(one) === name)?.body as readonly unknown[];
    const listed = rows('182-user-repos');
    expect(listed.map((row) => repository.parse(row).fullName)).toContain('acme/docs');
    const newest = listed.map((row) => listedRepository.parse(row).last_pipeline?.id);
    // Before 3.1 no repository shows its newest pipeline; acme/docs has none.
    const shown = newest.filter((id) => id !== undefined).length;
    expect(shown).toBe(version === '2.8.3' ? 0 : listed.length - 1);
    const feed = rows('181-feed-latest').map((row) => feedRow.parse(row));
    expect(feed.map(({ repositoryId }) => repositoryId).toSorted()).toEqual(
      listed.map((row) => repository.parse(row).id).toSorted(),
    );
    expect(feed.filter(({ newest: one }) => one === null)).toHaveLength(1);
    if (version !== '2.8.3') expect(feed.map(({ fullName }) => fullName)).toContain('acme/docs');
  });

  test('every pipeline that was recorded alone is in the table', () => {
    const alone = recordings.map(named).filter((name) => name.includes('-one-'));
    expect(Object.keys(TABLE[version]).toSorted()).toEqual(alone.toSorted());
  });

  const pipelines = recordings.filter((one) => one.name.includes('-one-') && one.status === 200);
  test.each(pipelines.map((one) => [named(one), one.body] as const))(
    '%s is what the table says',
    async (name, body) => {
      const [without, withWorkflow] = TABLE[version][name] ?? [];
      expect(await madeOf(body)).toBe(without);
      expect(await madeOf(body, { workflow: 'deploy' })).toBe(withWorkflow);
    },
  );

  test('the zombie is open where its branch is configured', async () => {
    const body = recordings.find((one) => named(one) === '230-one-zombie')?.body;
    expect(await madeOf(body, { branches: ['kill9'] })).toBe('open');
  });
});

test('the events of tags, releases and closed requests count where they are configured', async () => {
  const events = ['tag', 'release', 'pull_request_closed', 'cron'];
  const bodies = recordingsOf('3.17.0').filter(({ name }) => /^(130|131|134|212)-/.test(name));
  const made = await Promise.all(bodies.map(({ body }) => madeOf(body, { events })));
  expect(made.toSorted()).toEqual([
    'success 1795309232',
    'success 1795309234',
    'success 1795309243',
    'success 1795309298',
  ]);
});

const PUBLIC = new URL('../../../../shared/fixtures/woodpecker/', import.meta.url).pathname;

describe.skipIf(!existsSync(PUBLIC))(
  'payloads found in public (skipped where their folder is not beside the checkout)',
  () => {
    const files = existsSync(PUBLIC) ? readdirSync(PUBLIC).filter((name) => name.endsWith('.json')) : [];
    const read = (name: string) => JSON.parse(readFileSync(join(PUBLIC, name), 'utf8'));

    test.each(files.filter((name) => name.startsWith('extconfig')))(
      '%s: the row that was never stored is refused',
      (name) => {
        const row = read(name).pipeline;
        expect(pipeline.safeParse(row).success).toBe(false);
        // With what the store would have given it, it is a row under the names of 2.x.
        const stored = {
          ...row,
          id: 7,
          number: 3,
          created_at: 1_645_962_783,
          updated_at: 1_645_962_790,
          status: 'success',
        };
        expect(pipeline.parse(stored)).toMatchObject({
          created: 1_645_962_783_000,
          started: 0,
          branch: 'main',
          workflows: null,
        });
      },
    );

    test.each(files.filter((name) => name.startsWith('e2e')))(
      '%s: the end that the server expects is an outcome',
      async (name) => {
        const scenario = read(name);
        const times = { created: 1000, updated: 1100, started: 1010, finished: 1100 };
        const workflows = (scenario.expected_workflows ?? []).map(({ name, status }: Record<string, string>) => ({
          name,
          state: status,
          started: 1010,
          finished: 1100,
          children: [],
        }));
        const row = {
          id: 1,
          number: 1,
          event: scenario.event,
          status: scenario.expected_status,
          branch: 'main',
          version: '3.17.0',
        };
        expect(await madeOf({ ...row, ...times, workflows }, {}, SHOP)).toBe(`${scenario.expected_status} 1100`);
      },
    );

    test('there are some of both kinds', () => {
      expect(files.map((name) => name.split('-')[0])).toEqual(expect.arrayContaining(['extconfig', 'e2e']));
    });
  },
);
