import { request } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { addApplication } from '../../../src/demo/argocd/applications.ts';
import { addCommit } from '../../../src/demo/argocd/commits.ts';
import { fillApplications } from '../../../src/demo/argocd/fill.ts';
import { startOperation } from '../../../src/demo/argocd/operations.ts';
import { requestSync } from '../../../src/demo/argocd/request-sync.ts';
import { startArgocd } from '../../../src/demo/argocd/start.ts';
import { setHealth } from '../../../src/demo/argocd/status.ts';
import { get } from '../woodpecker/client.ts';
import { A, B, NOW, stage, sync } from './stage.ts';

const LIST = '/api/v1/applications';
const APP = '/api/v1/applications/shop';

test('any refresh, even refresh=false, is one, and leaves its mark', async () => {
  await using it = await stage();
  await it.ask(APP);
  await it.ask(`${LIST}?refresh=true`);
  expect(it.state.refreshes).toBe(0);
  await it.ask(`${APP}?refresh=false`);
  await it.ask(`${APP}?refresh=`);
  expect(it.state.refreshes).toBe(2);
  expect(it.app.metadata.annotations).toEqual({ 'argocd.argoproj.io/hydrate': 'normal' });
});

test('a server that has just started has 0 applications without a resource version, then some, and is not well', async () => {
  await using it = await stage();
  addApplication(it.state, { name: 'web' });
  it.state.justStarted = { known: 0 };
  expect(await it.ask(LIST)).toEqual({ metadata: {}, items: null });
  it.state.justStarted = { known: 1 };
  expect(await it.ask(LIST)).toMatchObject({ metadata: { resourceVersion: expect.any(String) }, items: [{}] });
  expect(await it.status('/healthz')).toBe(503);
  it.state.justStarted = null;
  expect(await it.ask(LIST)).toMatchObject({ items: [{}, {}] });
  expect(await it.status('/healthz')).toBe(200);
});

test('without Kubernetes one application is 403 and the list goes on', async () => {
  await using it = await stage();
  it.state.kubernetesDown = true;
  expect(await it.status(`${APP}?project=payments`)).toBe(403);
  expect(await it.status(`${APP}/events`)).toBe(403);
  expect(await it.ask(LIST)).toMatchObject({ items: [{}] });
});

test('an application whose project is missing is in the list and a 400 by itself', async () => {
  await using it = await stage();
  it.state.missingProjects.add('payments');
  expect(await it.status(APP)).toBe(400);
  expect(await it.ask(`${LIST}?name=shop&appNamespace=argocd`)).toMatchObject({ items: [{}] });
});

test('the gRPC cap counts the whole list, fields or not; a filter makes it smaller', async () => {
  await using it = await stage();
  fillApplications(it.state, 40);
  it.state.grpcMaxBytes = 100_000;
  expect(await it.ask(`${LIST}?fields=items.metadata.name`)).toMatchObject({ code: 8 });
  expect(await it.status(LIST)).toBe(429);
  expect(await it.status(`${LIST}?projects=team-0`)).toBe(200);
});

test('with anonymous access a bad token is not refused', async () => {
  await using it = await stage();
  it.state.anonymous = [];
  const response = await get(`${it.server.url}${LIST}`, 'bad');
  expect([response.status, await response.json()]).toMatchObject([200, { items: null }]);
  expect(await (await get(`${it.server.url}/api/v1/session/userinfo`, 'bad')).json()).toEqual({});
});

test('what a token may not read is missing from the list without a word', async () => {
  await using it = await stage();
  addApplication(it.state, { name: 'site', project: 'web' });
  const [account] = it.state.accounts;
  if (account !== undefined) account.rights = ['web'];
  expect(await it.ask(LIST)).toMatchObject({ items: [{ metadata: { name: 'site' } }] });
  expect(await it.status(APP)).toBe(403);
  expect(await it.status(`${APP}?project=web`)).toBe(404);
});

test('before 3.5 the parts of spec and the synced revision cannot be selected, the whole of spec can', async () => {
  const fields = 'fields=items.metadata.name,items.spec.project,items.status.sync.revision';
  for (const [version, item] of [
    ['3.4.7', { metadata: { name: 'shop' } }],
    ['3.5.1', { metadata: { name: 'shop' }, spec: { project: 'payments' }, status: { sync: { revision: '' } } }],
  ] as const) {
    await using it = await stage(version);
    expect(await it.ask(`${LIST}?${fields}`)).toMatchObject({ items: [item] });
    expect(Object.keys(((await it.ask(`${LIST}?${fields}`)) as { items: [object] }).items[0])).toEqual(
      Object.keys(item),
    );
    expect(await it.ask(`${LIST}?fields=items.spec`)).toMatchObject({ items: [{ spec: { project: 'payments' } }] });
  }
});

test('only the first fields parameter counts, and a minus excludes', async () => {
  await using it = await stage('3.4.7');
  expect(await it.ask(`${LIST}?fields=items.metadata.name&fields=items.spec`)).toMatchObject({
    items: [{ metadata: { name: 'shop' } }],
  });
  const { items } = (await it.ask(`${LIST}?fields=-items.spec,items.metadata.labels`)) as { items: [object] };
  expect(items[0]).not.toHaveProperty('spec');
  expect(items[0]).toHaveProperty('status.health');
});

test('under the path of the result an operation that runs has an explicit null, as its end has', async () => {
  await using it = await stage();
  requestSync(it.state, it.app, { revisions: [A] });
  startOperation(it.state, it.app);
  const fields = 'fields=items.status.operationState.operation.sync,items.status.operationState.finishedAt';
  expect(await it.ask(`${LIST}?${fields}`)).toMatchObject({
    items: [{ status: { operationState: { operation: { sync: null }, finishedAt: null } } }],
  });
});

test('health has no time before 2.14', async () => {
  for (const [version, health] of [
    ['2.13.9', { status: 'Healthy' }],
    ['2.14.0', { status: 'Healthy', lastTransitionTime: '2026-03-18T12:00:00Z' }],
  ] as const) {
    await using it = await stage(version);
    setHealth(it.state, it.app, 'Healthy');
    for (const path of [LIST, `${LIST}?fields=items.status.health`]) {
      expect(((await it.ask(path)) as { items: [{ status: object }] }).items[0].status).toMatchObject({ health });
    }
    expect(((await it.ask(APP)) as { status: { health: object } }).status.health).toEqual(health);
  }
});

test.each([
  ['env=a', ['one']],
  ['env==a', ['one']],
  ['env!=a', ['none', 'two']],
  ['env in (a, b)', ['one', 'two']],
  ['env notin (a,b)', ['none']],
  ['env', ['one', 'two']],
  ['!env', ['none']],
  ['env,env!=b', ['one']],
  ['', ['none', 'one', 'two']],
])('the selector %j', async (selector, names) => {
  await using server = await startArgocd({ version: '3.5.1', now: () => NOW });
  server.state.anonymous = 'all';
  addApplication(server.state, { name: 'one', labels: { env: 'a' } });
  addApplication(server.state, { name: 'two', labels: { env: 'b' } });
  addApplication(server.state, { name: 'none' });
  const { items } = (await (await get(`${server.url}${LIST}?selector=${encodeURIComponent(selector)}`)).json()) as {
    items: { metadata: { name: string } }[];
  };
  expect(items.map((item) => item.metadata.name)).toEqual(names);
});

test('projects is repeated, not listed with commas', async () => {
  await using it = await stage();
  addApplication(it.state, { name: 'site', project: 'web' });
  expect(await it.ask(`${LIST}?projects=payments,web`)).toMatchObject({ items: null });
  expect(((await it.ask(`${LIST}?projects=payments&project=web`)) as { items: [] }).items).toHaveLength(2);
});

test('a commit is found by seven digits, in the repository of the source that is meant', async () => {
  const sources = [{ repoURL: 'https://git.example.org/a.git' }, { repoURL: 'https://git.example.org/b.git' }];
  await using it = await stage('3.0.9', { sources });
  sync(it.state, it.app, { revisions: [A, B] });
  const references = [{ commit: { sha: A } }];
  const commit = { author: 'Dev', date: '2026-03-17T12:00:00Z', message: 'change' };
  addCommit(it.state, 'https://git.example.org/b.git', { sha: B, ...commit, references });
  const path = `${APP}/revisions/bbbbbbb/metadata`;
  expect(await it.status(`${path}?sourceIndex=0`)).toBe(500);
  // The trailers are read from 3.1 on.
  expect(await it.ask(`${path}?sourceIndex=1`)).toEqual(commit);
  it.app.spec.sources = [];
  expect(await it.ask(`${path}?sourceIndex=1&versionId=0`)).toEqual(commit);
  expect(await it.status(`${path}?sourceIndex=1&versionId=9`)).toBe(500);
  expect(await it.status(`${APP}/revisions/bbbbbb/metadata`)).toBe(500);
});

test('an answer is compressed for those who take that', async () => {
  await using it = await stage();
  const headers = { authorization: 'Bearer good', 'accept-encoding': 'gzip' };
  const [encoding, body] = await new Promise<[string | undefined, Buffer]>((resolve, reject) => {
    request(`${it.server.url}${LIST}`, { headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () => resolve([response.headers['content-encoding'], Buffer.concat(chunks)]));
    })
      .on('error', reject)
      .end();
  });
  expect(encoding).toBe('gzip');
  expect(JSON.parse(gunzipSync(body).toString())).toMatchObject({ items: [{}] });
});

test('the faults of the other simulated server work here too', async () => {
  await using it = await stage();
  it.server.faults.add({ kind: 'truncated' }, { path: /applications$/, times: 1 });
  await expect(it.ask(LIST)).rejects.toThrow();
  expect(await it.status(LIST)).toBe(200);
  expect(it.server.requests.map((seen) => seen.path)).toEqual([LIST, LIST]);
});

test('two thousand applications with three deployments each', async () => {
  await using it = await stage();
  fillApplications(it.state, 2000);
  const { items } = (await it.ask(`${LIST}?fields=items.metadata.name,items.status.health`)) as { items: [] };
  expect(items).toHaveLength(2001);
  const app = it.state.applications.get('argocd/app-1999');
  expect(app?.status.history).toHaveLength(3);
  expect(app?.status.operationState?.finishedAt).toBe('2026-03-18T11:00:00Z');
});
