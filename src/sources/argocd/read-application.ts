import type { Deployment } from '../../domain/deployment.ts';
import { compareMoments } from '../../domain/moment.ts';
import { type Application, hasEnded, hasFailed, type Operation } from './application.ts';
import { type Attempt, historyRows, operationRow, type Row } from './attempts.ts';
import { type Counted, judgeAttempt } from './counting-attempts.ts';
import { type KnownFailure, readEvents } from './events.ts';
import { deploymentOf, readHealthOf, withdrawal } from './findings.ts';
import type { ApplicationMemory } from './memory.ts';
import { isSame } from './needs-reading.ts';
import { isOfBefore } from './of-before.ts';
import type { ApplicationNews, Reading } from './reading.ts';

/** Two operations can share this much time (counting.md §5.2), and an event is this near to what it tells of. */
const NEAR_MS = 2_000;
/** So that what is remembered of an application stays small. */
const MOST_FAILURES = 10;
const MOST_IMAGES = 50;

/**
 * Folds one read of an application into what is known of it and of its target (counting.md §3 to §5). Pure: what is to
 * be told and remembered, without a clock.
 */
export function readApplication(before: ApplicationMemory, counted: Counted, reading: Reading): ApplicationNews {
  const { application, date, settings, events } = reading;
  const { operation } = application;
  const isOwn = (at: number) => !isOfBefore(at, application, counted, reading.tookOver);
  const entries = newEntries(before, application).filter(({ deployedAt }) => isOwn(deployedAt || date));
  const own = operation !== null ? operationNews(before, counted, reading, operation) : { rows: [], failures: [] };
  const told =
    events === null
      ? { attempts: [], failures: [], whole: true }
      : readEvents(events, {
          application,
          sources: application.sources,
          history: application.history,
          since: before.knownUntil,
          lastAt: before.lastOperation?.at ?? 0,
          date,
          failures: [...before.failures, ...own.failures],
          ends: endsOf(before, application),
          endMissed: endMissed(before, application),
          countAborted: settings.countAborted,
        });
  const rows = [
    ...historyRows(application, entries, highestIdOf(before), date),
    ...told.attempts.filter(({ at }) => isOwn(at)).map((attempt): Row => ({ kind: 'attempt', attempt })),
    ...own.rows,
  ].filter((row) => row.kind === 'ignored' || isInLife(row.attempt, application));
  const judged = judgeRows(counted, rows, (attempt, rollback) =>
    deploymentOf(attempt, rollback, before.target, reading),
  );
  const lost = reading.firstSight || reading.tookOver ? 0 : lostEntries(before, application);
  const gaps = lost + (told.whole ? 0 : 1);
  const health = readHealthOf(before, application, date, settings);
  const failures = [...before.failures, ...own.failures, ...told.failures];
  return {
    deployments: judged.deployments,
    ignored: judged.ignored,
    sightings: [...health.sightings, ...withdrawal(before, reading)],
    gaps,
    counted: judged.counted,
    memory: {
      ...before,
      project: application.project,
      tuple:
        operation === null
          ? null
          : { phase: operation.phase, startedAt: operation.startedAt, finishedAt: operation.finishedAt },
      again: operation !== null && canHideAnother(operation, before, date),
      lastHistoryId: application.history.at(-1)?.id ?? -1,
      highestHistoryId: Math.max(highestIdOf(before), application.history.at(-1)?.id ?? -1),
      lastDeployedAt: Math.max(before.lastDeployedAt ?? 0, application.history.at(-1)?.deployedAt ?? 0),
      lastOperation: lastOperation(before, application),
      // Without an operation one that has come and gone is told by the events that the next one makes us read.
      knownUntil: operation === null && before.lastOperation !== null ? before.knownUntil : date,
      failures: failures
        .filter(({ at }) => at >= date - 2 * NEAR_MS || at >= before.knownUntil - NEAR_MS)
        .slice(-MOST_FAILURES),
      sync: application.sync,
      images: imagesAfter(before.images, operation),
      health: health.memory,
    },
  };
}

/** What the last operation itself tells, unless it was told before: by an earlier read, or by an event. */
function operationNews(
  before: ApplicationMemory,
  counted: Counted,
  { application, date, settings, tookOver }: Reading,
  operation: Operation,
): { readonly rows: readonly Row[]; readonly failures: readonly KnownFailure[] } {
  const known = before.lastOperation?.startedAt === operation.startedAt && before.lastOperation.ended;
  if (known || !hasEnded(operation)) return { rows: [], failures: [] };
  const at = operation.finishedAt || date;
  if (isOfBefore(at, application, counted, tookOver)) return { rows: [], failures: [] };
  const failures = hasFailed(operation) ? [{ at, revision: operation.revision }] : [];
  const toldByEvent = before.failures.some(
    (failure) =>
      hasFailed(operation) && failure.revision === operation.revision && Math.abs(failure.at - at) <= NEAR_MS,
  );
  if (toldByEvent) return { rows: [], failures };
  const row = operationRow(application, operation, {
    date,
    countAborted: settings.countAborted,
    latestIdentity: counted.latest?.identity ?? null,
    images: before.images,
  });
  return { rows: row === null ? [] : [row], failures };
}

function judgeRows(
  before: Counted,
  rows: readonly Row[],
  deployment: (attempt: Attempt, rollback: boolean) => Deployment,
): Pick<ApplicationNews, 'deployments' | 'ignored' | 'counted'> {
  const ignored = rows.flatMap((row) => (row.kind === 'ignored' ? [{ id: row.id, reason: row.reason }] : []));
  const attempts = rows.flatMap((row) => (row.kind === 'attempt' ? [row.attempt] : [])).toSorted(compareMoments);
  const deployments: Deployment[] = [];
  let counted = before;
  for (const attempt of attempts) {
    const judged = judgeAttempt(counted, attempt);
    if (judged.kind === 'ignored') ignored.push({ id: attempt.id, reason: judged.reason });
    else {
      deployments.push(deployment(attempt, judged.rollback));
      counted = judged.counted;
    }
  }
  return { deployments, ignored, counted };
}

/** While an application is being deleted nothing opens or closes. */
function isInLife({ at }: Attempt, { deletingSince }: Application): boolean {
  return deletingSince === 0 || at <= deletingSince;
}

/**
 * Whether another operation can still come with the same times. Once the same was read so long apart none can, wherever
 * the controller's clock is.
 */
function canHideAnother(operation: Operation, { tuple, knownUntil }: ApplicationMemory, date: number): boolean {
  if (operation.finishedAt === 0 || date - operation.finishedAt >= NEAR_MS) return false;
  return tuple === null || !isSame(tuple, operation) || date - knownUntil < NEAR_MS;
}

/**
 * Entries that were not there at the last read. A history that was switched off and on, or that a backup was restored
 * over, gives its ids a second time; then it is the time that is new.
 */
function newEntries({ lastHistoryId, lastDeployedAt }: ApplicationMemory, { history }: Application) {
  const newest = lastDeployedAt ?? Number.POSITIVE_INFINITY;
  return history.filter(({ id, deployedAt }) => id > lastHistoryId || deployedAt > newest);
}

function highestIdOf({ highestHistoryId, lastHistoryId }: ApplicationMemory): number {
  return highestHistoryId ?? lastHistoryId;
}

/** Entries that came and went between two reads, by the arithmetic of ids. */
function lostEntries({ lastHistoryId }: ApplicationMemory, { history, createdAt }: Application): number {
  const [first] = history;
  // From before its creation it has its former ids: none of its own has gone yet.
  if (first === undefined || (first.deployedAt > 0 && first.deployedAt < createdAt)) return 0;
  return Math.max(0, first.id - lastHistoryId - 1);
}

function endsOf(before: ApplicationMemory, application: Application): readonly number[] {
  const { operation } = application;
  const fresh = newEntries(before, application).map(({ deployedAt }) => deployedAt);
  return operation !== null && hasEnded(operation) ? [...fresh, operation.finishedAt] : fresh;
}

/** Whether the operation before was seen to run, and neither it nor the history says how it ended. */
function endMissed({ lastOperation: last }: ApplicationMemory, { history }: Application): boolean {
  return last !== null && !last.ended && !history.some(({ startedAt }) => startedAt === last.startedAt);
}

function lastOperation(before: ApplicationMemory, { operation, history }: Application) {
  if (operation !== null) {
    const ended = hasEnded(operation);
    return { startedAt: operation.startedAt, ended, at: ended ? operation.finishedAt : operation.startedAt };
  }
  const last = before.lastOperation;
  if (last === null) return null;
  return { ...last, ended: last.ended || history.some(({ startedAt }) => startedAt === last.startedAt) };
}

/** What a whole sync named; of a part of the application only some. */
function imagesAfter(before: readonly string[], operation: Operation | null): readonly string[] {
  if (operation === null || operation.phase !== 'Succeeded' || operation.dryRun || operation.images.length === 0) {
    return before;
  }
  return operation.partial ? [...new Set([...before, ...operation.images])].slice(-MOST_IMAGES) : operation.images;
}
