import { addEvent } from './events.ts';
import type { Application, HistoryEntry, OperationState } from './model.ts';
import { runningOf } from './operations.ts';
import { historyOrigin, listsOf, originOf } from './origin.ts';
import { stamp } from './stamp.ts';
import type { ArgocdState } from './state.ts';
import { type Outcome, syncResultOf } from './sync-result.ts';
import { changed } from './watchers.ts';

/** Argo CD's default of `spec.revisionHistoryLimit`. */
const HISTORY_LIMIT = 10;

/**
 * The operation ends, in two steps as on the real server: a full sync that succeeded is first written into the history,
 * and then the phase changes. `at` in milliseconds since the epoch.
 */
export function endOperation(state: ArgocdState, app: Application, outcome: Outcome, at = state.now()): void {
  if (outcome.phase === 'Succeeded') recordHistory(state, app, outcome, at);
  closeOperation(state, app, outcome, at);
}

/**
 * The first step: the history gets its entry while the phase is still Running. Dry runs and partial syncs leave none
 * (controller/sync.go), nor does any with `revisionHistoryLimit: 0`.
 */
export function recordHistory(state: ArgocdState, app: Application, outcome: Outcome, at = state.now()): void {
  const current = runningOf(app);
  const { sync } = current.operation;
  const limit = app.spec.revisionHistoryLimit ?? HISTORY_LIMIT;
  if (sync.dryRun === true || (sync.resources ?? []).length > 0 || limit === 0) return;
  const history = app.status.history ?? [];
  app.status.history = [...history, entryOf(app, current, outcome, at)].slice(-limit);
  changed(state, app);
}

/** The second step: the phase, the message and the result; what was asked for is gone. An event tells of it. */
export function closeOperation(state: ArgocdState, app: Application, outcome: Outcome, at = state.now()): void {
  const current = runningOf(app);
  const result = outcome.hasNoResult === true ? undefined : syncResultOf(app, outcome);
  current.phase = outcome.phase;
  current.finishedAt = stamp(at);
  current.message = messageOf(current, outcome);
  current.syncResult = result;
  app.operation = undefined;
  if (outcome.phase === 'Succeeded' && outcome.images !== undefined && current.operation.sync.dryRun !== true) {
    app.status.summary = { images: outcome.images };
  }
  changed(state, app);
  const { sync } = current.operation;
  const succeeded = outcome.phase === 'Succeeded';
  const what = (sync.resources ?? []).length > 0 ? 'Partial sync operation' : 'Sync operation';
  const end = succeeded ? 'succeeded' : `failed: ${current.message}`;
  addEvent(
    state,
    app,
    {
      reason: 'OperationCompleted',
      type: succeeded ? 'Normal' : 'Warning',
      // Of several sources the result has no revision, which leaves two spaces.
      message: result === undefined ? `${what} ${end}` : `${what} to ${result.revision} ${end}`,
    },
    at,
  );
}

function entryOf(app: Application, current: OperationState, outcome: Outcome, at: number): HistoryEntry {
  const { revisions, sources } = listsOf(current.operation.sync);
  return {
    ...historyOrigin(originOf(app, outcome.revisions ?? revisions, sources)),
    deployedAt: stamp(at),
    id: (app.status.history?.at(-1)?.id ?? -1) + 1,
    deployStartedAt: current.startedAt,
    initiatedBy: current.operation.initiatedBy,
  };
}

function messageOf(current: OperationState, outcome: Outcome): string {
  const { retryCount = 0, operation } = current;
  if (outcome.phase === 'Succeeded') {
    return (
      outcome.message ?? `successfully synced (${operation.sync.dryRun === true ? 'no more tasks' : 'all tasks run'})`
    );
  }
  const message = outcome.message ?? 'one or more synchronization tasks completed unsuccessfully';
  return retryCount === 0 ? message : `${message} (retried ${retryCount} times).`;
}
