import type { IgnoredReason } from '../../domain/batch.ts';
import type { Outcome } from '../../domain/deployment.ts';
import type { Moment } from '../../domain/moment.ts';
import {
  type Application,
  applicationId,
  type HistoryEntry,
  hasEnded,
  hasFailed,
  type Operation,
} from './application.ts';
import { detailsOf } from './details.ts';
import { identityOf } from './identity.ts';

/** A finished attempt to deploy (counting.md §3). Its moment is its end. */
export interface Attempt extends Moment {
  /** Upstream id. */
  readonly id: string;
  readonly outcome: Outcome;
  /** Milliseconds since the epoch; null: unknown. */
  readonly startedAt: number | null;
  readonly identity: string;
  readonly revisions: readonly string[];
  readonly rule: string;
  readonly details: Readonly<Record<string, string | number>>;
}

/** What an upstream row is: an attempt, or why it is none. */
export type Row =
  | { readonly kind: 'attempt'; readonly attempt: Attempt }
  | { readonly kind: 'ignored'; readonly id: string; readonly reason: IgnoredReason };

/** What an operation is judged by beside itself. */
export interface Bench {
  /** The answer's time in milliseconds since the epoch. */
  readonly date: number;
  readonly countAborted: boolean;
  /** Identity of the target's latest attempt that counted; null: none. */
  readonly latestIdentity: string | null;
  /** Images of the application's latest whole sync; empty: unknown. */
  readonly images: readonly string[];
}

/** These entries of the history, each a success. `highestId` of all entries before them: a number can come again. */
export function historyRows(
  application: Application,
  entries: readonly HistoryEntry[],
  highestId: number,
  date: number,
): readonly Row[] {
  return entries.map((entry): Row => {
    const again = entry.id > highestId ? '' : `/${entry.deployedAt / 1000}`;
    const id = `${applicationId(application)}/history/${entry.id}${again}`;
    if (entry.revisions.length === 0) return { kind: 'ignored', id, reason: 'local' };
    const { operation } = application;
    const own = operation !== null && hasEnded(operation) && operation.startedAt === entry.startedAt;
    const attempt: Attempt = {
      id,
      outcome: 'success',
      at: entry.deployedAt || date,
      startedAt: entry.startedAt || null,
      sequence: entry.id,
      order: 0,
      identity: identityOf(entry.revisions, entry.sources),
      revisions: entry.revisions,
      rule: 'an entry of the history',
      details: detailsOf(entry, {
        history_id: entry.id,
        ...(own ? { phase: operation.phase, message: operation.message, images: operation.images } : {}),
        ...(own && operation.retryCount > 0 ? { retries: operation.retryCount } : {}),
        ...(entry.deployedAt === 0 ? { end: 'when it was first seen' } : {}),
      }),
    };
    return { kind: 'attempt', attempt };
  });
}

/** What the last operation is once it has ended; null: nothing of its own (a success is in the history). */
export function operationRow(application: Application, operation: Operation, bench: Bench): Row | null {
  if (!hasEnded(operation)) return null;
  const id = `${applicationId(application)}/operation/${operation.startedAt / 1000}`;
  const identity = identityOf(operation.revisions, operation.sources);
  const reason = exclusionOf(application, operation, identity, bench);
  if (reason !== null) return { kind: 'ignored', id, reason };
  const failed = hasFailed(operation);
  const selfHeal = operation.autoHealAttempts > 0;
  if (!failed && !selfHeal && application.historyLimit !== 0) return null;
  const attempt: Attempt = {
    id,
    outcome: failed ? 'failure' : 'success',
    at: operation.finishedAt || bench.date,
    startedAt: operation.startedAt || null,
    sequence: application.history.at(-1)?.id ?? -1,
    // A failed operation comes after the entry whose number it takes.
    order: 1,
    identity,
    revisions: operation.revisions,
    rule: ruleOf(operation, failed, selfHeal),
    details: detailsOf(operation, {
      phase: operation.phase,
      message: operation.message,
      images: operation.images,
      ...(operation.retryCount > 0 ? { retries: operation.retryCount } : {}),
      ...(operation.finishedAt === 0 ? { end: 'when it was first seen' } : {}),
    }),
  };
  return { kind: 'attempt', attempt };
}

/** Whether a person ended it: a controller's own time-out has the same text with a reason behind it. */
export function isAbort(message: string): boolean {
  return (
    /^Operation (terminated|termination had errors)/.test(message) &&
    !message.includes('triggered by controller sync timeout')
  );
}

function ruleOf(operation: Operation, failed: boolean, selfHeal: boolean): string {
  if (selfHeal) return `a self-heal that carried a new revision ended ${operation.phase}`;
  return failed ? `an operation ended ${operation.phase}` : 'an operation ended Succeeded, and no history is kept';
}

/** Why an ended operation is no attempt; the first that applies. */
function exclusionOf(
  application: Application,
  operation: Operation,
  identity: string,
  bench: Bench,
): IgnoredReason | null {
  if (operation.dryRun) return 'dry_run';
  if (operation.autoHealAttempts > 0) {
    return carriesNewRevision(application, operation, identity, bench) ? null : 'self_heal';
  }
  if (operation.partial) return 'partial';
  if (hasFailed(operation) && isAbort(operation.message) && !bench.countAborted) return 'aborted';
  // Where a history is kept its entry says so.
  if (!hasFailed(operation) && application.historyLimit === 0 && operation.revisions.length === 0) return 'local';
  return null;
}

/**
 * A self-heal of what was committed during another sync never gets into the history (facts §3, Argo CD #27875). Where
 * the branch has moved on without a change to this application the images stay the same.
 */
function carriesNewRevision(
  application: Application,
  { revisions, images }: Operation,
  identity: string,
  { latestIdentity, images: before }: Bench,
): boolean {
  if (revisions.length === 0 || identity === latestIdentity) return false;
  const deployed = application.history.at(-1)?.revisions ?? [];
  if (String(revisions) === String(deployed)) return false;
  return before.length === 0 || images.some((image) => !before.includes(image));
}
