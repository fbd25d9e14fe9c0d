import type { Outcome } from './deployment.ts';
import { compareMoments, type Moment, momentOfSight } from './moment.ts';

/** A deployment of one of the targets of a service, as far as the service's errors go. */
export interface ServiceAttempt extends Moment {
  /** The ledger's number of the target. */
  readonly target: number;
  readonly id: string;
  readonly outcome: Outcome;
}

/**
 * The deployment to blame for errors that began at `at` (counting.md §7): the latest of any source that ended by then, at
 * most `withinMs` earlier; a deployment comes before the errors of its millisecond. Null: there is none.
 */
export function culpritOfErrors(
  attempts: readonly ServiceAttempt[],
  at: number,
  withinMs: number | null,
): ServiceAttempt | null {
  if (withinMs === null) return null;
  return latestOf(attempts.filter((attempt) => attempt.at <= at && at - attempt.at <= withinMs));
}

/** The latest success that ended while errors lasted (counting.md §7): what repaired the service. Null: there is none. */
export function repairOfErrors(
  attempts: readonly ServiceAttempt[],
  opened: Moment,
  closed: Moment,
): ServiceAttempt | null {
  // The opening comes after the deployments of its millisecond, whatever it comes before.
  const beginning = momentOfSight(opened.at);
  return latestOf(
    attempts.filter(
      (attempt) =>
        attempt.outcome === 'success' && compareMoments(attempt, beginning) > 0 && compareMoments(attempt, closed) < 0,
    ),
  );
}

/** Of two sources the numbers have nothing to do with each other; they only make the order the same every time. */
function latestOf(attempts: readonly ServiceAttempt[]): ServiceAttempt | null {
  const compare = (a: ServiceAttempt, b: ServiceAttempt) =>
    compareMoments(a, b) || a.target - b.target || (a.id < b.id ? -1 : Number(a.id > b.id));
  return attempts.reduce<ServiceAttempt | null>(
    (latest, attempt) => (latest === null || compare(attempt, latest) > 0 ? attempt : latest),
    null,
  );
}
