import { gunzipSync } from 'node:zlib';
import { request } from 'node:http';
import { expect, test } from 'vitest';
import { addApplication, deleteApplication, removeApplication } from '../../../src/demo/argocd/applications.ts';
import { addCommit } from '../../../src/demo/argocd/commits.ts';
import { closeOperation, recordHistory } from '../../../src/demo/argocd/end-operation.ts';
import { fillApplications } from '../../../src/demo/argocd/fill.ts';
import { failAttempt, retryOperation, startOperation, terminateOperation } from '../../../src/demo/argocd/operations.ts';
import { requestRollback, requestSelfHeal, requestSync } from '../../../src/demo/argocd/request-sync.ts';
import { startArgocd } from '../../../src/demo/argocd/start.ts';
import { setHealth, setSync } from '../../../src/demo/argocd/status.ts';
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

test('a failure is erased by the next request, and only its event is left', async () => {
  await using it = await stage();
  sync(it.state, it.app, { revisions: [A] }, { phase: 'Failed', message: 'no such kind' });
  expect(it.app.status.operationState).toMatchObject({ phase: 'Failed', message: 'no such kind' });
  expect(it.app.status.history).toBeUndefined();
  requestSync(it.state, it.app, { revisions: [B] });
  expect(it.app.status.operationState).toBeUndefined();
  const { items } = (await it.ask(`${APP}/events`)) as { items: { reason: string; type: string; message: string }[] };
  expect(items.filter((event) => event.reason === 'OperationCompleted')).toMatchObject([
    { type: 'Warning', message: `Sync operation to ${A} failed: no such kind` },
  ]);
});

test('the history is written while the phase is still Running', async () => {
  await using it = await stage();
  requestSync(it.state, it.app, { revisions: [A] });
  startOperation(it.state, it.app);
  recordHistory(it.state, it.app, { phase: 'Succeeded' });
  expect(await it.ask(APP)).toMatchObject({
    operation: { sync: { revision: A } },
    status: { operationState: { phase: 'Running' }, history: [{ id: 0, revision: A }] },
  });
  closeOperation(it.state, it.app, { phase: 'Succeeded' });
  expect(await it.ask(APP)).toMatchObject({ status: { operationState: { phase: 'Succeeded' }, history: [{ id: 0 }] } });
});

test('dry runs, partial syncs and self-heals leave no history, and say what they were in their events', async () => {
  await using it = await stage();
  const resources = [{ kind: 'ConfigMap', name: 'shop-config' }];
  sync(it.state, it.app, { revisions: [A], dryRun: true });
  sync(it.state, it.app, { revisions: [A], resources });
  requestSelfHeal(it.state, it.app, 1);
  startOperation(it.state, it.app);
  closeOperation(it.state, it.app, { phase: 'Succeeded' });
  expect(it.app.status.history).toBeUndefined();
  expect(it.app.status.operationState?.operation.sync.autoHealAttemptsCount).toBe(1);
  const { items } = (await it.ask(`${APP}/events`)) as { items: { reason: string; message: string }[] };
  expect(items.filter((event) => event.reason === 'OperationCompleted').map((event) => event.message)).toEqual([
    `Sync operation to ${A} succeeded`,
    `Partial sync operation to ${A} succeeded`,
    'Partial sync operation to  succeeded',
  ]);
});

test('a retry is Running with finishedAt, and its end counts the attempts', async () => {
  await using it = await stage();
  requestSync(it.state, it.app, { revisions: [A], automated: true, retryLimit: 2 });
  startOperation(it.state, it.app);
  failAttempt(it.state, it.app, 'no such kind');
  expect(it.app.status.operationState).toMatchObject({
    phase: 'Running',
    finishedAt: '2026-03-18T12:00:00Z',
    retryCount: 1,
    message: 'no such kind. Retrying attempt #1 at 12:00PM.',
  });
  retryOperation(it.state, it.app);
  expect(it.app.status.operationState?.finishedAt).toBeUndefined();
  closeOperation(it.state, it.app, { phase: 'Failed', message: 'no such kind' });
  expect(it.app.status.operationState?.message).toBe('no such kind (retried 1 times).');
});

test('a second request while one is under way is refused, and a person can end the first', async () => {
  await using it = await stage();
  requestSync(it.state, it.app, { revisions: [A] });
  startOperation(it.state, it.app);
  expect(() => requestSync(it.state, it.app)).toThrow('another operation is already in progress');
  terminateOperation(it.state, it.app);
  expect(it.app.status.operationState?.phase).toBe('Terminating');
  closeOperation(it.state, it.app, { phase: 'Failed', message: 'Operation terminated' });
  expect(it.app.operation).toBeUndefined();
});

test.each([
  [undefined, [3, 4, 5, 6, 7, 8, 9, 10, 11, 12]],
  [2, [11, 12]],
  [0, undefined],
])('a history limit of %s keeps the newest entries, whose ids go on', async (limit, ids) => {
  await using it = await stage('3.5.1', limit === undefined ? {} : { revisionHistoryLimit: limit });
  for (let count = 0; count < 13; count += 1) sync(it.state, it.app, { revisions: [A] });
  expect(it.app.status.history?.map((entry) => entry.id)).toEqual(ids);
});

test('a rollback is an ordinary sync to what an entry deployed', async () => {
  await using it = await stage();
  sync(it.state, it.app, { revisions: [A] });
  sync(it.state, it.app, { revisions: [B] });
  requestRollback(it.state, it.app, 0);
  startOperation(it.state, it.app);
  const end = { phase: 'Succeeded' } as const;
  recordHistory(it.state, it.app, end);
  closeOperation(it.state, it.app, end);
  expect(it.app.status.history?.map((entry) => [entry.id, entry.revision])).toEqual([
    [0, A],
    [1, B],
    [2, A],
  ]);
  expect(() => requestRollback(it.state, it.app, 7)).toThrow(/no entry 7/);
});

test('several sources have revisions and sources, and empty ones beside them', async () => {
  const sources = [{ repoURL: 'https://git.example.org/a.git' }, { repoURL: 'https://git.example.org/b.git' }];
  await using it = await stage('3.5.1', { sources });
  sync(it.state, it.app, { revisions: [A, B] });
  const [entry] = it.app.status.history ?? [];
  expect(entry).toMatchObject({ source: { repoURL: '' }, sources, revisions: [A, B] });
  expect(entry?.revision).toBeUndefined();
  expect(it.app.status.operationState?.syncResult).toMatchObject({ revision: '', source: { repoURL: '' } });
  const list = `${LIST}?fields=items.spec.source,items.spec.sources,items.status.sync.revision`;
  expect(await it.ask(list)).toMatchObject({ items: [{ spec: { source: null, sources }, status: { sync: { revision: '' } } }] });
});

test('retry.refresh and local manifests: the history has other revisions than were asked for, or none', async () => {
  await using it = await stage();
  sync(it.state, it.app, { revisions: [A] }, { phase: 'Succeeded', revisions: [B] });
  expect(it.app.status.operationState).toMatchObject({ operation: { sync: { revision: A } }, syncResult: { revision: B } });
  expect(it.app.status.history?.at(-1)?.revision).toBe(B);
  sync(it.state, it.app, { manifests: ['{}'] });
  expect(it.app.status.history?.at(-1)).toMatchObject({ id: 1, source: it.app.spec.source });
  expect(it.app.status.history?.at(-1)).not.toHaveProperty('revision');
});

test('an application that is created again begins at 0, and has no events of the one before', async () => {
  await using it = await stage();
  sync(it.state, it.app, { revisions: [A] });
  sync(it.state, it.app, { revisions: [B] });
  deleteApplication(it.state, it.app);
  expect(await it.ask(APP)).toMatchObject({ metadata: { deletionTimestamp: '2026-03-18T12:00:00Z' } });
  removeApplication(it.state, it.app);
  expect(await it.status(`${APP}?project=payments`)).toBe(404);
  const again = addApplication(it.state, { name: 'shop', project: 'payments' });
  sync(it.state, again, { revisions: [A] });
  expect(again.status.history?.map((entry) => entry.id)).toEqual([0]);
  expect(((await it.ask(`${APP}/events`)) as { items: [] }).items).toHaveLength(3);
});

test('an event is kept for an hour', async () => {
  let now = NOW;
  await using server = await startArgocd({ version: '3.5.1', now: () => now });
  server.state.anonymous = 'all';
  addApplication(server.state, { name: 'shop' });
  async function events(): Promise<unknown> {
    return ((await (await get(`${server.url}${APP}/events`)).json()) as { items: unknown }).items;
  }
  expect(await events()).toHaveLength(1);
  now += 3_600_001;
  expect(await events()).toBeNull();
});

test('a server that has just started has 0 applications, no resource version and no health', async () => {
  await using it = await stage();
  it.state.justStarted = true;
  expect(await it.ask(LIST)).toEqual({ metadata: {}, items: null });
  expect(await it.status('/healthz')).toBe(503);
  it.state.justStarted = false;
  expect(await it.ask(LIST)).toMatchObject({ items: [{}] });
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
    expect(Object.keys(((await it.ask(`${LIST}?${fields}`)) as { items: [object] }).items[0])).toEqual(Object.keys(item));
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

test('a transition keeps its time while the health stays, and reconciliation is not moved by it', async () => {
  await using it = await stage();
  setSync(it.state, it.app, 'Synced', [A], NOW - 60_000);
  setHealth(it.state, it.app, 'Degraded', NOW - 30_000);
  setHealth(it.state, it.app, 'Degraded', NOW);
  expect(it.app.status.health.lastTransitionTime).toBe('2026-03-18T11:59:30Z');
  expect(it.app.status.reconciledAt).toBe('2026-03-18T11:59:00Z');
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
