import { addEvent } from './events.ts';
import type { Application, Operation, OperationState } from './model.ts';
import { listsOf } from './origin.ts';
import { stamp } from './stamp.ts';
import type { ArgocdState } from './state.ts';
import { syncResultOf } from './sync-result.ts';
import { changed } from './watchers.ts';

/** The controller takes up what was asked for: phase Running. `at` here and below in milliseconds since the epoch. */
export function startOperation(state: ArgocdState, app: Application, at = state.now()): void {
  const operation = requestedOf(app);
  // What was not nulled before stays in sight: message and result of the operation before.
  const { message, syncResult } = app.status.operationState ?? {};
  app.status.operationState = { operation, phase: 'Running', message, syncResult, startedAt: stamp(at) };
  changed(state, app);
  const { username } = operation.initiatedBy;
  const [revision = ''] = listsOf(operation.sync).revisions;
  const branch = app.spec.source?.targetRevision ?? '';
  addEvent(
    state,
    app,
    username === undefined
      ? { reason: 'OperationStarted', message: `Initiated automated sync to '${revision}'` }
      : { reason: 'OperationStarted', message: `${username} initiated sync to ${branch} (${revision})`, by: username },
    at,
  );
}

/** Still Running, and by now with a message and a result, as before many a failure. */
export function reportProgress(state: ArgocdState, app: Application, message: string): void {
  const current = runningOf(app);
  current.message = message;
  current.syncResult = syncResultOf(app, { phase: 'Running', message });
  changed(state, app);
}

/** An attempt fails and another one will follow: phase Running, though `finishedAt` is set. */
export function failAttempt(state: ArgocdState, app: Application, message: string, at = state.now()): void {
  const current = runningOf(app);
  const attempt = (current.retryCount ?? 0) + 1;
  current.retryCount = attempt;
  current.finishedAt = stamp(at);
  // The clock of the real text is that of the next attempt.
  current.message = `${message}. Retrying attempt #${attempt} at ${kitchen(at)}.`;
  current.syncResult = syncResultOf(app, { phase: 'Failed', message });
  changed(state, app);
}

/** The next attempt begins; the result of the failed one stays in sight. */
export function retryOperation(state: ArgocdState, app: Application): void {
  const current = runningOf(app);
  current.finishedAt = undefined;
  current.message = `Retrying operation. Attempt #${current.retryCount ?? 0}`;
  changed(state, app);
}

/** A person wants the operation to end. It ends by endOperation, Failed with `Operation terminated`. */
export function terminateOperation(state: ArgocdState, app: Application): void {
  runningOf(app).phase = 'Terminating';
  changed(state, app);
}

/** The operation that is under way. Throws where there is none. */
export function runningOf(app: Application): OperationState {
  const { operationState } = app.status;
  if (app.operation === undefined || operationState === undefined) {
    throw new Error(`${app.metadata.name} has no operation under way`);
  }
  return operationState;
}

function requestedOf(app: Application): Operation {
  if (app.operation === undefined) throw new Error(`nobody asked ${app.metadata.name} to sync`);
  return app.operation;
}

/** Go's time.Kitchen, in UTC: `3:04PM`. */
function kitchen(at: number): string {
  const date = new Date(at);
  const hours = date.getUTCHours();
  const minutes = String(date.getUTCMinutes()).padStart(2, '0');
  return `${hours % 12 === 0 ? 12 : hours % 12}:${minutes}${hours < 12 ? 'AM' : 'PM'}`;
}
