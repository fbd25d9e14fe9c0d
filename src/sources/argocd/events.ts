import { type ApplicationEvent, applicationId, type HistoryEntry, type Listed } from './application.ts';
import { type Attempt, isAbort } from './attempts.ts';
import { detailsOf } from './details.ts';
import { identityOf } from './identity.ts';

/** An event this near to the end of an operation tells of it (counting.md §5.3). */
const SAME_MS = 2_000;
/** How long Kubernetes keeps events by default. */
const KEPT_MS = 3_600_000;

/** The end of an operation that failed. */
export interface KnownFailure {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** As events name it: empty with several sources. */
  readonly revision: string;
}

/** What is known of an application when its events are read. Times in milliseconds since the epoch. */
export interface Known {
  readonly application: Pick<Listed, 'namespace' | 'name' | 'createdAt'>;
  readonly sources: readonly unknown[];
  readonly history: readonly HistoryEntry[];
  /** Until when every operation's end is known, by the clock of the answers. */
  readonly since: number;
  /** When the last operation that is known ended, or began, by the clock of the events; 0: none is known. */
  readonly lastAt: number;
  /** The answer's time. */
  readonly date: number;
  readonly failures: readonly KnownFailure[];
  /** Ends of operations after `since` that are known otherwise: the events should have them too. */
  readonly ends: readonly number[];
  /** The operation before was seen to run and not to end. */
  readonly endMissed: boolean;
  readonly countAborted: boolean;
}

/** Failures that nothing but the events tells of, and whether that is all of them since what is known. */
export function readEvents(
  events: readonly ApplicationEvent[],
  known: Known,
): { readonly attempts: readonly Attempt[]; readonly failures: readonly KnownFailure[]; readonly whole: boolean } {
  // What was seen last can have been a little older than its answer. And the clock of the events can be behind that of
  // the answers: what came after the last operation is new, whatever time it has.
  const after = known.lastAt === 0 ? Number.POSITIVE_INFINITY : known.lastAt + SAME_MS;
  const isNew = (at: number) => at >= known.since - SAME_MS || at > after;
  const completed = events.filter(({ reason, at }) => reason === 'OperationCompleted' && isNew(at));
  const attempts: Attempt[] = [];
  const failures: KnownFailure[] = [];
  let unclear = false;
  for (const [index, event] of completed.entries()) {
    const failure = failureOf(event);
    if (failure === null || (isAbort(failure.message) && !known.countAborted)) continue;
    const same = [...known.failures, ...failures].some(
      ({ at, revision }) => revision === failure.revision && Math.abs(at - event.at) <= SAME_MS,
    );
    if (same) continue;
    if (failure.message.includes(FAILED_BEFOREHAND) && !startedByItself(events, event)) {
      unclear = true;
      continue;
    }
    failures.push({ at: event.at, revision: failure.revision });
    const revisions = failure.revision === '' ? [] : [failure.revision];
    attempts.push({
      id: `${applicationId(known.application)}/event/${event.at / 1000}/${failure.revision || 'none'}`,
      outcome: 'failure',
      at: event.at,
      startedAt: null,
      sequence: entryBefore(known.history, event, completed.slice(0, index)),
      order: 1,
      identity: identityOf(revisions, known.sources),
      revisions,
      rule: 'an event tells of an operation that failed',
      details: detailsOf(
        { revisions, sources: known.sources, initiatedBy: '' },
        { phase: 'Failed or Error', message: failure.message },
      ),
    });
  }
  return { attempts, failures, whole: !unclear && reachesBack(events, completed, known) };
}

/** What the event of a whole operation that failed says (Argo CD, controller/appcontroller.go); null: it is none. */
function failureOf({ warning, message }: ApplicationEvent): { revision: string; message: string } | null {
  if (!warning || message.startsWith('Partial sync')) return null;
  const found = /^Sync operation(?: to (\S*))? failed:\s?(.*)$/s.exec(message);
  return found === null ? null : { revision: found[1] ?? '', message: found[2] ?? '' };
}

/**
 * Every sync begins by trying all objects out, and fails with this where that does (gitops-engine,
 * pkg/sync/sync_context.go). So does a dry run that somebody asked for, and its event says no more.
 */
const FAILED_BEFOREHAND = '(dry run)';

/** Whether the controller asked for the operation that ended with this event: it never asks for a dry run. */
function startedByItself(events: readonly ApplicationEvent[], ended: ApplicationEvent): boolean {
  const started = events.slice(0, events.indexOf(ended)).findLast(({ reason }) => reason === 'OperationStarted');
  return started?.message.startsWith('Initiated automated sync') ?? false;
}

/** The id of the last entry before the event; -1: none. Of one second, the events' own order decides. */
function entryBefore(
  history: readonly HistoryEntry[],
  { at }: ApplicationEvent,
  earlier: readonly ApplicationEvent[],
): number {
  const told = ({ revisions }: HistoryEntry) =>
    earlier.some((event) => event.at === at && !event.warning && revisions.some((one) => event.message.includes(one)));
  const before = history.filter(
    (entry) => entry.deployedAt < at || (entry.deployedAt === at && (entry.startedAt < at || told(entry))),
  );
  return before.at(-1)?.id ?? -1;
}

function reachesBack(
  events: readonly ApplicationEvent[],
  completed: readonly ApplicationEvent[],
  { since, date, ends, endMissed }: Known,
): boolean {
  if (events.some(({ at }) => at <= since)) return true;
  if (since < date - KEPT_MS || (endMissed && completed.length === 0)) return false;
  // An event follows its operation; one that is not there after a while is not kept.
  const due = ends.filter((end) => end > since && end <= date - SAME_MS);
  return due.every((end) => completed.some(({ at }) => Math.abs(at - end) <= SAME_MS));
}
