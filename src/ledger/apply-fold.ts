import type { Origin } from '../domain/batch.ts';
import { emptyHistogram, observe, RECOVERY_BOUNDS } from '../domain/totals.ts';
import type { Transition } from '../domain/transition.ts';
import type { Folded } from './fold-target.ts';
import { type IncidentWork, keyOf, type TargetWork } from './target-work.ts';

/** A transition before its incident has a number, and without what a message tells of its events. */
export interface PendingTransition {
  readonly incident: IncidentWork;
  readonly transition: Omit<Transition, 'incident' | 'openedBy' | 'closedBy'>;
}

/** What applying a fold to a target counted. */
export interface Applied {
  readonly transitions: readonly PendingTransition[];
  /** Totals that had counted something else (counting.md §8). */
  readonly corrections: number;
}

/** Takes a fold over into the target: its totals, its open incidents, and what is to be told. */
export function applyFold(work: TargetWork, folded: Folded): Applied {
  const transitions: PendingTransition[] = [];
  let corrections = 0;
  for (const { now, before } of folded.changed) {
    transitions.push(...transitionsOf(work, now, before, folded.origin));
    corrections += countRecovery(work, now, before);
  }
  corrections += folded.vanished.filter(({ countedMs }) => countedMs !== null).length;
  takeCurrent(work, folded);
  return { transitions, corrections };
}

function takeCurrent(work: TargetWork, folded: Folded): void {
  const last = folded.changed.at(-1)?.now;
  if (last !== undefined || folded.vanished.length > 0) work.current.delete(folded.kind);
  if (last !== undefined && (last.closed === null || last.closed.outcome === 'abandoned')) {
    work.current.set(folded.kind, last);
  }
}

function transitionsOf(
  work: TargetWork,
  now: IncidentWork,
  before: IncidentWork | null,
  origin: Origin,
): PendingTransition[] {
  const common = {
    kind: now.kind,
    target: keyOf(work.row),
    team: work.row.team,
    origin,
    openedAt: now.incident.opened.at,
    beginningKnown: now.incident.beginningKnown,
    closedAt: now.closed?.moment.at ?? null,
    recoveryMs: now.closed?.recoveryMs ?? null,
  };
  const found: PendingTransition[] = [];
  const tell = (operation: Transition['operation'], outcome: Transition['outcome']) =>
    found.push({ incident: now, transition: { ...common, operation, outcome } });
  const reopened = before !== null && before.closed !== null && now.closed === null;
  if (before === null || reopened) tell('open', 'done');
  const known = before?.incident.failures ?? 1;
  for (let more = known; more < now.incident.failures; more += 1) tell('extend', 'done');
  if (now.closed !== null && now.closed.outcome !== before?.closed?.outcome) tell('close', now.closed.outcome);
  return found;
}

/** Counts a recovery time once, as first recorded; returns how many counted ones turn out to be different. */
function countRecovery(work: TargetWork, now: IncidentWork, before: IncidentWork | null): number {
  const recoveryMs = now.closed?.recoveryMs ?? null;
  if (now.countedMs !== null) return recoveryMs === (before?.closed?.recoveryMs ?? null) ? 0 : 1;
  if (recoveryMs === null || now.closed === null) return 0;
  const histogram = work.totals.recoveries[now.kind] ?? emptyHistogram(RECOVERY_BOUNDS);
  work.totals.recoveries[now.kind] = histogram;
  const id = deploymentToShow(now);
  observe(histogram, RECOVERY_BOUNDS, recoveryMs, id === null ? null : { id, at: now.closed.moment.at });
  now.countedMs = recoveryMs;
  return 0;
}

/** The deployment that an exemplar links: the recovery, else the failure; health has neither. */
function deploymentToShow({ kind, incident, closed }: IncidentWork): string | null {
  if (kind !== 'deployment') return null;
  return closed?.outcome === 'recovered' ? closed.ref : incident.openedBy;
}
