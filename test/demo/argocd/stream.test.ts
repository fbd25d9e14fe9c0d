import { afterEach, expect, test, vi } from 'vitest';
import { addAccount } from '../../../src/demo/argocd/accounts.ts';
import { addApplication } from '../../../src/demo/argocd/applications.ts';
import { startArgocd } from '../../../src/demo/argocd/start.ts';
import { setHealth } from '../../../src/demo/argocd/status.ts';
import { endStreams } from '../../../src/demo/argocd/watchers.ts';
import { eventsIn, type Listening, listen } from './listen.ts';
import { headersOf, setUp } from './recorded-state.ts';
import { recordings } from './recording.ts';
import { NOW, type Stage, stage } from './stage.ts';

const PATH = '/api/v1/stream/applications';
const SSE = { accept: 'text/event-stream', authorization: 'Bearer good' };
const BRIEF = 'fields=result.type,result.application.metadata.name,result.application.status.health.status,error';

afterEach(() => {
  vi.useRealTimers();
});

/** What a stream begins with; the other recordings show what happens later. */
const SNAPSHOTS = [98, 101, 102, 104, 105];

test.each(recordings().filter(({ number }) => SNAPSHOTS.includes(number)))(
  'a stream begins as in $name',
  async (recording) => {
    await using server = await startArgocd({ version: '3.5.1', now: () => NOW });
    setUp(server.state, recording);
    const stream = listen(server.url + recording.path, headersOf(recording));
    const text = withoutManagers(recording.body as string);
    await expect.poll(() => withoutManagers(stream.text())).toEqual(text);
    const { statusCode, headers } = stream.response() ?? {};
    expect(statusCode).toBe(recording.status);
    for (const [name, value] of Object.entries(recording.headers)) {
      if (name !== 'Date') expect(headers?.[name.toLowerCase()]).toBe(value);
    }
    // The very letters between the events, and none before them.
    expect(stream.text().replace(/\{.*\}/g, '{}')).toBe((recording.body as string).replace(/\{.*\}/g, '{}'));
    stream.stop();
  },
);

test('the changes of an application follow, and a deletion', async () => {
  await using it = await stage();
  const stream = await opened(it, `${PATH}?${BRIEF}`);
  setHealth(it.state, it.app, 'Progressing');
  setHealth(it.state, it.app, 'Healthy');
  await expect.poll(() => eventsIn(stream.text())).toHaveLength(3);
  expect(eventsIn(stream.text()).at(-1)).toEqual({
    result: {
      type: 'MODIFIED',
      application: { metadata: { name: 'shop' }, status: { health: { status: 'Healthy' } } },
    },
  });
  stream.stop();
});

test('what looks like the event before it, for the same name in any namespace, does not come', async () => {
  await using it = await stage();
  const stream = await opened(it, `${PATH}?fields=result.application.metadata.name`);
  setHealth(it.state, it.app, 'Healthy');
  addApplication(it.state, { name: 'shop', namespace: 'team-a' });
  addApplication(it.state, { name: 'web' });
  await expect.poll(() => eventsIn(stream.text())).toHaveLength(2);
  stream.stop();
});

test('resourceVersion does not replay, and not even a head comes before the first event', async () => {
  await using it = await stage();
  const stream = listen(`${it.server.url}${PATH}?resourceVersion=1&${BRIEF}`, SSE);
  await expect.poll(() => it.state.watchers.size).toBe(1);
  // An answer to another request of the same moment shows that there was time for one.
  await it.ask('/api/version');
  expect(stream.response()).toBeNull();
  setHealth(it.state, it.app, 'Healthy');
  await expect.poll(() => eventsIn(stream.text())).toHaveLength(1);
  stream.stop();
});

test('a stream without rights is silent for ever', async () => {
  await using it = await stage();
  addAccount(it.state, 'norights', 'poor', []);
  const stream = listen(`${it.server.url}${PATH}`, { ...SSE, authorization: 'Bearer poor' });
  await expect.poll(() => it.state.watchers.size).toBe(1);
  setHealth(it.state, it.app, 'Healthy');
  await it.ask('/api/version');
  expect(stream.response()).toBeNull();
  stream.stop();
});

test('a comment comes every 15 s, only after the first event and only with server-sent events', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  await using it = await stage();
  const loud = await opened(it, `${PATH}?${BRIEF}`);
  const silent = listen(`${it.server.url}${PATH}?resourceVersion=1`, SSE);
  const lines = listen(`${it.server.url}${PATH}`, { authorization: 'Bearer good' });
  await expect.poll(() => lines.text()).not.toBe('');
  await expect.poll(() => it.state.watchers.size).toBe(3);
  vi.advanceTimersByTime(30_000);
  await expect.poll(() => loud.text().endsWith(' \n\n\n:\n:\n')).toBe(true);
  expect(silent.response()).toBeNull();
  expect(lines.text()).not.toContain('\n:');
  for (const stream of [loud, silent, lines]) stream.stop();
});

test('server-sent events are never compressed', async () => {
  await using it = await stage();
  const stream = listen(`${it.server.url}${PATH}?fields=result.type`, { ...SSE, 'accept-encoding': 'gzip' });
  await expect.poll(() => stream.text()).toBe('data: {"result":{"type":"ADDED"}} \n\n\n');
  stream.stop();
});

test('any other Accept gives a JSON object a line', async () => {
  await using it = await stage();
  const headers = { accept: 'text/event-stream, */*', authorization: 'Bearer good' };
  const stream = listen(`${it.server.url}${PATH}?fields=result.type`, headers);
  await expect.poll(() => stream.text()).toBe('{"result":{"type":"ADDED"}}\n');
  expect(stream.response()?.headers['content-type']).toBe('application/json');
  stream.stop();
});

test('an error in the stream is the last thing in it, and is {} when fields do not name it', async () => {
  await using it = await stage();
  const whole = await opened(it, `${PATH}?fields=result.type,error`);
  const stripped = await opened(it, `${PATH}?fields=result.type`);
  endStreams(it.state, 'error reading from server: EOF');
  await expect.poll(() => whole.isOver() && stripped.isOver()).toBe(true);
  expect(eventsIn(whole.text()).at(-1)).toMatchObject({ error: { grpc_code: 14, http_code: 503 } });
  expect(eventsIn(stripped.text()).at(-1)).toEqual({});
  expect(it.state.watchers.size).toBe(0);
});

test('a stream can be cut, and one that stays open can be deaf', async () => {
  await using it = await stage();
  const stream = await opened(it, `${PATH}?${BRIEF}`);
  it.state.streamsDeaf = true;
  setHealth(it.state, it.app, 'Healthy');
  await it.ask('/api/version');
  expect(eventsIn(stream.text())).toHaveLength(1);
  expect(stream.isOver()).toBe(false);
  endStreams(it.state, null);
  await expect.poll(() => stream.isOver()).toBe(true);
});

test('appNamespace is ignored without name', async () => {
  await using it = await stage();
  const stream = await opened(it, `${PATH}?appNamespace=nowhere&${BRIEF}`);
  expect(eventsIn(stream.text())).toHaveLength(1);
  stream.stop();
});

test('a stream can be made to fail like any other answer', async () => {
  await using it = await stage();
  it.server.faults.add({ kind: 'status', status: 502 }, { path: /stream/ });
  expect(await it.status(PATH)).toBe(502);
});

/** A stream whose first event is there. */
async function opened(it: Stage, path: string): Promise<Listening> {
  const stream = listen(it.server.url + path, SSE);
  await expect.poll(() => stream.text()).not.toBe('');
  return stream;
}

function withoutManagers(text: string): unknown[] {
  return eventsIn(text).map((event) =>
    JSON.parse(JSON.stringify(event, (key, value) => (key === 'managedFields' ? [] : value))),
  );
}
