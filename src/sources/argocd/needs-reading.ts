import { type Application, hasEnded, hasFailed, type Listed, type Tuple } from './application.ts';
import type { ApplicationMemory } from './memory.ts';

/**
 * Why a known application is read anew (counting.md §5.2); null: the list says all. `synced`: only because sync became
 * Synced while the last operation stands as failed.
 */
export function needsReading(memory: ApplicationMemory, listed: Listed): 'created' | 'operation' | 'synced' | null {
  if (memory.createdAt !== listed.createdAt) return 'created';
  if (memory.again || (!isSame(memory.tuple, listed.operation) && !isBefore(listed.operation, memory.tuple))) {
    return 'operation';
  }
  return becameSynced(memory, listed) ? 'synced' : null;
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

function becameSynced(memory: ApplicationMemory, { sync, operation }: Listed): boolean {
  return memory.sync !== 'Synced' && sync === 'Synced' && operation !== null && hasFailed(operation);
}

function isSame(a: Tuple | null, b: Tuple | null): boolean {
  if (a === null || b === null) return a === b;
  return a.phase === b.phase && a.startedAt === b.startedAt && a.finishedAt === b.finishedAt;
}

/** The list comes from a cache: it can be older than the GET before it. */
function isBefore(listed: Tuple | null, read: Tuple | null): boolean {
  if (listed === null || read === null) return false;
  if (listed.startedAt !== read.startedAt) return listed.startedAt < read.startedAt;
  return hasEnded(read) && !hasEnded(listed);
}
