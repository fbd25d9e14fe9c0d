import { expect, test } from 'vitest';
import { addApplication, deleteApplication, removeApplication } from '../../../src/demo/argocd/applications.ts';
import { closeOperation, recordHistory } from '../../../src/demo/argocd/end-operation.ts';
import {
  failAttempt,
  retryOperation,
  startOperation,
  terminateOperation,
} from '../../../src/demo/argocd/operations.ts';
import { requestRollback, requestSelfHeal, requestSync } from '../../../src/demo/argocd/request-sync.ts';
import { startArgocd } from '../../../src/demo/argocd/start.ts';
import { setHealth, setSync } from '../../../src/demo/argocd/status.ts';
import { get } from '../woodpecker/client.ts';
import { A, B, NOW, stage, sync } from './stage.ts';

const LIST = '/api/v1/applications';
const APP = '/api/v1/applications/shop';

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
  setSync(it.state, it.app, 'Synced', [A]);
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
    `Partial sync operation to ${A} succeeded`,
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
  expect(await it.ask(list)).toMatchObject({
    items: [{ spec: { source: null, sources }, status: { sync: { revision: '' } } }],
  });
});

test('retry.refresh and local manifests: the history has other revisions than were asked for, or none', async () => {
  await using it = await stage();
  sync(it.state, it.app, { revisions: [A] }, { phase: 'Succeeded', revisions: [B] });
  expect(it.app.status.operationState).toMatchObject({
    operation: { sync: { revision: A } },
    syncResult: { revision: B },
  });
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

test('a transition keeps its time while the health stays, and reconciliation is not moved by it', async () => {
  await using it = await stage();
  setSync(it.state, it.app, 'Synced', [A], NOW - 60_000);
  setHealth(it.state, it.app, 'Degraded', NOW - 30_000);
  setHealth(it.state, it.app, 'Degraded', NOW);
  expect(it.app.status.health.lastTransitionTime).toBe('2026-03-18T11:59:30Z');
  expect(it.app.status.reconciledAt).toBe('2026-03-18T11:59:00Z');
});

test('at Succeeded sync and health are still those of the version before', async () => {
  await using it = await stage();
  setSync(it.state, it.app, 'OutOfSync', [B], NOW - 60_000);
  setHealth(it.state, it.app, 'Healthy', NOW - 60_000);
  sync(it.state, it.app, { revisions: [B] });
  expect(it.app.status).toMatchObject({
    operationState: { phase: 'Succeeded' },
    sync: { status: 'OutOfSync', revision: B },
    health: { status: 'Healthy', lastTransitionTime: '2026-03-18T11:59:00Z' },
  });
});

test('an operation past the API nulls nothing: Running shows what became of the one before', async () => {
  await using it = await stage();
  sync(it.state, it.app, { revisions: [A] }, { phase: 'Failed', message: 'no such kind' });
  requestSync(it.state, it.app, { revisions: [B], isPastApi: true });
  expect(it.app.status.operationState).toMatchObject({ phase: 'Failed' });
  startOperation(it.state, it.app);
  expect(it.app.status.operationState).toMatchObject({
    phase: 'Running',
    message: 'no such kind',
    syncResult: { revision: A },
    operation: { sync: { revision: B } },
  });
  expect(it.app.status.operationState?.finishedAt).toBeUndefined();
});

test('an Error can come without a result, and its event then names no revision', async () => {
  await using it = await stage();
  sync(it.state, it.app, { revisions: [A] }, { phase: 'Error', message: 'no project', hasNoResult: true });
  expect(it.app.status.operationState).toMatchObject({ phase: 'Error', message: 'no project' });
  expect(it.app.status.operationState?.syncResult).toBeUndefined();
  const { items } = (await it.ask(`${APP}/events`)) as { items: { message: string }[] };
  expect(items.at(-1)?.message).toBe('Sync operation failed: no project');
});
