import { type Application, hasEnded, hasFailed, type Listed, type Tuple } from './application.ts';
import type { ApplicationMemory } from './memory.ts';

/**
 * Whether a known application is to be read anew (counting.md §5.2), because the list shows another operation than the
 * last GET, or can hide one; or because sync has become Synced while the last operation stands as failed.
 */
export function needsReading(memory: ApplicationMemory, listed: Listed): boolean {
  if (memory.again || memory.createdAt !== listed.createdAt || becameSynced(memory, listed)) return true;
  return !isSame(memory.tuple, listed.operation) && !isBefore(listed.operation, memory.tuple);
}

/** Whether sync has become Synced since an operation was seen to have failed, and none has followed. */
export function becameSynced(memory: ApplicationMemory, { createdAt, sync, operation }: Listed): boolean {
  if (memory.createdAt !== createdAt || memory.sync === 'Synced' || sync !== 'Synced') return false;
  return operation !== null && hasFailed(operation) && isSame(memory.tuple, operation);
}

/** Whether operations can have come and gone unseen before the one that the application shows (counting.md §5.3). */
export function needsEvents(memory: ApplicationMemory, { operation }: Application): boolean {
  return operation !== null && operation.startedAt !== memory.lastOperation?.startedAt;
}

/** Whether the list shows the operation that was read, so that nothing came between; none after one proves nothing. */
export function isUnchanged(memory: ApplicationMemory, listed: Listed): boolean {
  return (
    memory.createdAt === listed.createdAt &&
    isSame(memory.tuple, listed.operation) &&
    (listed.operation !== null || memory.lastOperation === null)
  );
}

/** Whether two looks show one operation, as far as they can tell. */
export function isSame(a: Tuple | null, b: Tuple | null): boolean {
  if (a === null || b === null) return a === b;
  return a.phase === b.phase && a.startedAt === b.startedAt && a.finishedAt === b.finishedAt;
}

/** The list comes from a cache: it can be older than the GET before it. */
function isBefore(listed: Tuple | null, read: Tuple | null): boolean {
  if (listed === null || read === null) return false;
  if (listed.startedAt !== read.startedAt) return listed.startedAt < read.startedAt;
  return hasEnded(read) && !hasEnded(listed);
}
