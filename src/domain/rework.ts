import { type Attempt, compareAttempts } from './attribution.ts';
import type { IncidentKind, ReworkCause } from './deployment.ts';
import { compareMoments, type Moment } from './moment.ts';

/** An incident that ended because its target was well again. */
export interface Repaired {
  readonly kind: IncidentKind;
  readonly opened: Moment;
  /** Identity of the latest failure of its run. */
  readonly failedIdentity: string;
  readonly closed: Moment;
  /** Id of the event that closed it. */
  readonly closedBy: string | null;
}

/**
 * Finds out which of a target's deployments are rework, and why (counting.md §7); by their ids. One cause each, the
 * first of: it is a rollback; it closed a deployment incident, and is not what had failed once more; it is the latest
 * success that ended while a degraded incident was open; `repairs` names it: the latest that ended while an errors
 * incident of its service was.
 */
export function reworkOf(
  attempts: readonly Attempt[],
  repaired: readonly Repaired[],
  repairs: ReadonlySet<string> = new Set(),
): ReadonlyMap<string, ReworkCause> {
  const found = new Map<string, ReworkCause>();
  for (const { id } of attempts) if (repairs.has(id)) found.set(id, 'errors');
  if (repaired.some(({ kind }) => kind === 'degraded')) {
    const successes = attempts.filter(({ outcome }) => outcome === 'success').toSorted(compareAttempts);
    for (const incident of repaired) {
      if (incident.kind !== 'degraded') continue;
      const latest = successes.findLast((attempt) => compareMoments(attempt, incident.closed) < 0);
      if (latest !== undefined && compareMoments(latest, incident.opened) > 0) found.set(latest.id, 'degraded');
    }
  }
  const closed = new Map(repaired.filter(({ kind }) => kind === 'deployment').map((one) => [one.closedBy, one]));
  for (const { id, identity, rollback } of attempts) {
    const incident = closed.get(id);
    if (incident !== undefined && !repeats(identity, incident)) found.set(id, 'deployment');
    if (rollback === true) found.set(id, 'rollback');
  }
  return found;
}

/** What has no identity is the same as nothing else. */
function repeats(identity: string, { failedIdentity }: Repaired): boolean {
  return identity !== '' && identity === failedIdentity;
}
