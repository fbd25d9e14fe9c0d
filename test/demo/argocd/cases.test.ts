import { expect, test } from 'vitest';
import { deleteApplication, putApplication, removeApplication } from '../../../src/demo/argocd/applications.ts';
import { closeOperation, recordHistory } from '../../../src/demo/argocd/end-operation.ts';
import type { Application, OperationState } from '../../../src/demo/argocd/model.ts';
import {
  failAttempt,
  reportProgress,
  retryOperation,
  startOperation,
  terminateOperation,
} from '../../../src/demo/argocd/operations.ts';
import { listsOf } from '../../../src/demo/argocd/origin.ts';
import { requestSync } from '../../../src/demo/argocd/request-sync.ts';
import { type ArgocdState, createState } from '../../../src/demo/argocd/state.ts';
import { setHealth, setSync } from '../../../src/demo/argocd/status.ts';
import { cases } from './recording.ts';

/*
 * Every recorded case is told again with the model's own words: for each step the one function is called that the real
 * server's step amounts to, and then the application must look as it was recorded.
 */
test.each(cases().map((recorded) => [recorded.name, recorded] as const))('the model can tell %s', (_, { steps }) => {
  const state = createState('3.5.1', () => 0);
  const [first, ...others] = steps;
  if (first === undefined) throw new Error('a case without steps');
  const app = structuredClone(first.application);
  putApplication(state, app);
  let before = first.application;
  for (const { type, application } of others) {
    if (type === 'DELETED') removeApplication(state, app);
    else tell(state, app, before, application);
    expect(told(app)).toEqual(told(application));
    before = application;
  }
  const wasDeleted = steps.at(-1)?.type === 'DELETED';
  expect(state.applications.size).toBe(wasDeleted ? 0 : 1);
});

test('there are cases', () => {
  expect(cases().length).toBeGreaterThanOrEqual(27);
});

function tell(state: ArgocdState, app: Application, before: Application, after: Application): void {
  if (after.metadata.deletionTimestamp !== before.metadata.deletionTimestamp) {
    deleteApplication(state, app, at(after.metadata.deletionTimestamp));
  }
  if (after.operation !== undefined && before.operation === undefined) request(state, app, after);
  else tellOperation(state, app, before.status.operationState, after);
  const { sync, health } = after.status;
  const revisions = sync.revisions ?? (sync.revision === undefined ? undefined : [sync.revision]);
  if (JSON.stringify(sync) !== JSON.stringify(before.status.sync)) {
    setSync(state, app, sync.status, revisions, at(after.status.reconciledAt));
  }
  if (health.status !== undefined) setHealth(state, app, health.status, at(health.lastTransitionTime));
}

function request(state: ArgocdState, app: Application, { operation }: Application): void {
  if (operation === undefined) return;
  const { revision: _, revisions: __, source: ___, sources: ____, ...sync } = operation.sync;
  const { username = '', automated = false } = operation.initiatedBy;
  requestSync(state, app, { ...listsOf(operation.sync), ...sync, initiatedBy: username, automated });
}

function tellOperation(
  state: ArgocdState,
  app: Application,
  was: OperationState | undefined,
  after: Application,
): void {
  const is = after.status.operationState;
  if (is === undefined) return;
  if ((after.status.history ?? []).length > 0 && lastId(after) !== lastId(app)) {
    recordHistory(state, app, outcomeOf(is, after), at(after.status.history?.at(-1)?.deployedAt));
  }
  if (was === undefined || was.startedAt !== is.startedAt) startOperation(state, app, at(is.startedAt));
  else if (is.phase === 'Terminating' && was.phase === 'Running') terminateOperation(state, app);
  else if (is.phase === 'Running' && is.finishedAt !== undefined && was.finishedAt === undefined) {
    failAttempt(state, app, (is.message ?? '').replace(/\. Retrying attempt .*/, ''), at(is.finishedAt));
  } else if (is.phase === 'Running' && is.finishedAt === undefined && was.finishedAt !== undefined) {
    retryOperation(state, app);
  } else if (after.operation !== undefined && is.message !== was.message) {
    reportProgress(state, app, is.message ?? '');
  } else if (after.operation === undefined && was.phase !== is.phase) {
    closeOperation(state, app, outcomeOf(is, after), at(is.finishedAt));
  }
}

function outcomeOf(is: OperationState, after: Application) {
  const message = is.message?.replace(/ \(retried \d+ times\)\.$/, '');
  const entry = after.status.history?.at(-1);
  const revisions =
    is.syncResult?.revisions ?? (is.syncResult ? [is.syncResult.revision] : entry && listsOf(entry).revisions);
  return { phase: is.phase, ...(message === undefined ? {} : { message }), ...(revisions ? { revisions } : {}) };
}

function lastId(app: Application): number | undefined {
  return app.status.history?.at(-1)?.id;
}

function at(stamp: string | undefined): number {
  return stamp === undefined ? 0 : Date.parse(stamp);
}

/** What of an application the exporter goes by; what happens to single resources is not modelled. */
function told({ metadata, operation, status }: Application): unknown {
  const { operationState: op, sync, health, history } = status;
  const { resources: _, ...result } = op?.syncResult ?? {};
  return {
    deleted: metadata.deletionTimestamp,
    created: metadata.creationTimestamp,
    operation: operation && withoutBackoff(operation),
    operationState: op && {
      ...op,
      operation: withoutBackoff(op.operation),
      message: withoutClock(op.message),
      syncResult: op.syncResult && result,
    },
    sync: { status: sync.status, revision: sync.revision, revisions: sync.revisions },
    health,
    history,
  };
}

function withoutBackoff<T extends { retry: unknown }>(operation: T): Omit<T, 'retry'> {
  const { retry: _, ...rest } = operation;
  return rest;
}

function withoutClock(message: string | undefined): string | undefined {
  return message?.replace(/ at \d+:\d+[AP]M/, ' at TIME');
}
