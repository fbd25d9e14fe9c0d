import { expect, test } from 'vitest';
import { addAccount } from '../../../src/demo/argocd/accounts.ts';
import { addApplication, removeApplication } from '../../../src/demo/argocd/applications.ts';
import { reportProgress, startOperation } from '../../../src/demo/argocd/operations.ts';
import { requestSync } from '../../../src/demo/argocd/request-sync.ts';
import { startArgocd } from '../../../src/demo/argocd/start.ts';
import { setHealth } from '../../../src/demo/argocd/status.ts';
import { endStreams } from '../../../src/demo/argocd/watchers.ts';
import { Watch } from '../../../src/sources/argocd/watch.ts';
import { sourceUpstream } from '../../../src/sources/source-upstream.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { settingsOf } from './support.ts';
import { NOON, SECOND, sha } from './support-application.ts';

const STREAM = '/api/v1/stream/applications';

/** A watch over a simulated server, which counts its news. */
async function watching(keys: Readonly<Record<string, unknown>> = {}, silenceMs = 20_000) {
  const clock = new FakeClock(NOON);
  const server = await startArgocd({ version: '3.5.1', now: () => clock.now() });
  const { state } = server;
  const { account } = addAccount(state, 'dev', 'token');
  const settings = settingsOf({ url: server.url, stream: true, ...keys });
  const logged: string[] = [];
  const write = (level: string) => (fields: object, text: string) =>
    void logged.push(`${level}: ${text} ${JSON.stringify(fields)}`);
  const log = { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
  const upstream = sourceUpstream(settings, {
    userAgent: 'test',
    clock,
    observe: () => {},
  });
  const watch = new Watch({ settings, upstream, clock, log, silenceMs });
  const stop = new AbortController();
  const ended = watch.run(stop.signal);
  let news = 0;
  const counting = (async () => {
    for (;;) {
      await watch.news(stop.signal);
      if (stop.signal.aborted) return;
      news += 1;
    }
  })();
  return {
    clock,
    server,
    state,
    account,
    logged,
    news: () => news,
    /** How often the stream was asked for. */
    asked: () => server.requests.filter(({ path }) => path.startsWith(STREAM)).length,
    async [Symbol.asyncDispose]() {
      stop.abort(new Error('asked to stop'));
      await Promise.all([ended, counting]);
      await upstream.close();
      await server.close();
    },
  };
}

async function listening(it: Awaited<ReturnType<typeof watching>>): Promise<void> {
  await expect.poll(() => it.state.watchers.size, { timeout: 20_000 }).toBe(1);
}

async function newsOf(it: Awaited<ReturnType<typeof watching>>, act: () => void): Promise<void> {
  const before = it.news();
  act();
  await expect.poll(it.news, { timeout: 20_000 }).toBe(before + 1);
}

test('what is there at first, a change and a deletion are news; what changes nothing that counts is none', async () => {
  await using it = await watching();
  await listening(it);
  let app = addApplication(it.state, { name: 'other' });
  await newsOf(it, () => {
    app = addApplication(it.state, { name: 'shop' });
  });
  await newsOf(it, () => setHealth(it.state, app, 'Degraded'));
  requestSync(it.state, app, { revisions: [sha('a')] });
  await newsOf(it, () => startOperation(it.state, app));
  reportProgress(it.state, app, 'waiting for healthy state');
  await newsOf(it, () => removeApplication(it.state, app));
  expect(it.logged).toEqual([]);
});

test('a stream that was cut is opened anew: what happened meanwhile is news, what is as it was is none', async () => {
  await using it = await watching();
  await listening(it);
  const app = addApplication(it.state, { name: 'shop' });
  await expect.poll(it.news).toBe(1);
  endStreams(it.state, null);
  await expect.poll(() => it.logged).toEqual([expect.stringContaining('info: the stream was cut')]);
  await it.clock.advance(SECOND);
  await listening(it);
  // Had the same again been news, this would be the third.
  await newsOf(it, () => setHealth(it.state, app, 'Degraded'));
  endStreams(it.state, 'the server is going away');
  await expect.poll(() => it.logged.at(-1)).toContain('an error in the stream, gRPC code 14');
  setHealth(it.state, app, 'Healthy');
  await newsOf(it, () => void it.clock.advance(SECOND));
  expect(it.asked()).toBe(3);
});

test('a stream that is refused is asked for ever more rarely, with one line in the log', async () => {
  await using it = await watching();
  await listening(it);
  it.account.enabled = false;
  endStreams(it.state, null);
  const expected = async (asked: number) => await expect.poll(it.asked, { timeout: 20_000 }).toBe(asked);
  // Nothing had come yet, so it never began.
  await expect.poll(() => it.logged).toHaveLength(1);
  for (const seconds of [1, 2, 4, 8]) {
    const [asked, lines] = [it.asked(), it.logged.length];
    await it.clock.advance(seconds * SECOND - 1);
    expect(it.asked()).toBe(asked);
    await it.clock.advance(1);
    await expected(asked + 1);
    await expect.poll(() => it.logged.length, { timeout: 20_000 }).toBe(lines + 1);
  }
  expect(it.logged.filter((line) => line.startsWith('warn') && line.includes('unauthorized'))).toHaveLength(1);
  it.account.enabled = true;
  addApplication(it.state, { name: 'shop' });
  await newsOf(it, () => void it.clock.advance(16 * SECOND));
  expect(it.logged.at(-1)).toContain('info: the stream is open again');
});

test('a stream that stays silent is given up and opened again', async () => {
  await using it = await watching({}, 100);
  await expect.poll(() => it.logged, { timeout: 20_000 }).toEqual([expect.stringMatching(/^warn: no stream.*timeout/)]);
  await it.clock.advance(SECOND);
  await expect.poll(() => it.logged.length, { timeout: 20_000 }).toBe(2);
  expect(it.logged[1]).toMatch(/^debug/);
  expect(it.news()).toBe(0);
});

test('only what the source wants is asked for, or is news', async () => {
  await using it = await watching({ projects: ['a', 'b'], selector: 'team=red', app_namespaces: ['argocd', 'x'] });
  await listening(it);
  const fields = { project: 'a', labels: { team: 'red' } };
  addApplication(it.state, { ...fields, name: 'elsewhere', namespace: 'y' });
  addApplication(it.state, { ...fields, name: 'other', project: 'c' });
  addApplication(it.state, { ...fields, name: 'unlabelled', labels: {} });
  await newsOf(it, () => addApplication(it.state, { ...fields, name: 'shop' }));
  await newsOf(it, () => addApplication(it.state, { ...fields, name: 'shop', namespace: 'x' }));
  const [first] = it.server.requests;
  const query = new URL(first?.path ?? '', it.server.url).searchParams;
  expect(query.getAll('projects')).toEqual(['a', 'b']);
  expect(query.get('selector')).toBe('team=red');
  expect(query.has('resourceVersion')).toBe(false);
});
