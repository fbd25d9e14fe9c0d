import type { Sighting } from './batch.ts';
import type { Deployment, FailureCause } from './deployment.ts';
import { compareMoments, type Moment, momentOfSight } from './moment.ts';

/** A deployment, as far as blame and rework go. */
export type Attempt = Pick<
  Deployment,
  'id' | 'outcome' | 'at' | 'sequence' | 'order' | 'identity' | 'startedAt' | 'rollback'
>;

/** The beginning of a span in which a target was Degraded. */
export type Degradation = Pick<Sighting, 'id' | 'at' | 'blameWithinMs'>;

/** An `errors` incident that a deployment is to blame for. */
export interface Accusation {
  /** Id of the deployment. */
  readonly deployment: string;
  /** The sink that told of the errors. */
  readonly source: string;
  /** When they began. */
  readonly at: number;
  readonly blameWithinMs: number;
}

/** Why a deployment is a change failure. */
export interface ChangeFailure {
  readonly cause: FailureCause;
  /** The rule that made it one, in words. */
  readonly why: string;
}

export interface Attribution {
  /** The change failures among the attempts, by the deployment's id. */
  readonly failures: ReadonlyMap<string, ChangeFailure>;
  /** The id of the deployment to blame, by the id of the sighting. */
  readonly blamed: ReadonlyMap<string, string>;
}

/**
 * Finds out which of a target's deployments are change failures (counting.md §7), given in any order: those that
 * failed, those that the target was Degraded after, those that were rolled back, and those that a service's errors
 * are blamed on (see `service-errors.ts`). Of several events that make a deployment one, the earliest is its cause.
 */
export function attribute(
  attempts: readonly Attempt[],
  degradations: readonly Degradation[],
  accusations: readonly Accusation[] = [],
): Attribution {
  const ordered = attempts.toSorted(compareAttempts);
  const failures = new Map<string, ChangeFailure & { readonly moment: Moment }>();
  const blamed = new Map<string, string>();
  const note = ({ id }: Attempt, moment: Moment, cause: FailureCause, why: string) => {
    const known = failures.get(id);
    if (known === undefined || compareMoments(moment, known.moment) < 0) failures.set(id, { cause, why, moment });
  };
  for (const [index, attempt] of ordered.entries()) {
    if (attempt.outcome === 'failure') note(attempt, attempt, 'deployment', 'it failed');
    const predecessor = ordered[index - 1];
    if (attempt.rollback === true && predecessor !== undefined)
      note(predecessor, attempt, 'rollback', `number ${attempt.sequence} rolled it back at ${timeOf(attempt.at)}`);
  }
  for (const degradation of degradations.toSorted((a, b) => a.at - b.at || compareIds(a, b))) {
    const culprit = culpritOf(degradation, ordered);
    if (culprit === null) continue;
    blamed.set(degradation.id, culprit.id);
    note(culprit, momentOfSight(degradation.at), 'degraded', whyDegraded(degradation, culprit));
  }
  const byId = new Map(ordered.map((attempt) => [attempt.id, attempt]));
  for (const accusation of accusations.toSorted((a, b) => a.at - b.at || (a.source < b.source ? -1 : 1))) {
    const culprit = byId.get(accusation.deployment);
    if (culprit !== undefined) note(culprit, momentOfSight(accusation.at), 'errors', whyErrors(accusation, culprit));
  }
  return { failures, blamed };
}

/** Moments decide; ids make the order of two at one moment the same every time. */
export function compareAttempts(a: Attempt, b: Attempt): number {
  return compareMoments(a, b) || compareIds(a, b);
}

function compareIds(a: { readonly id: string }, b: { readonly id: string }): number {
  return a.id < b.id ? -1 : Number(a.id > b.id);
}

/** The latest that had started by then, if it had not ended, or not long ago. */
function culpritOf({ at, blameWithinMs }: Degradation, ordered: readonly Attempt[]): Attempt | null {
  if (blameWithinMs === null) return null;
  const latest = ordered.findLast((attempt) => (attempt.startedAt ?? attempt.at) <= at);
  return latest !== undefined && at - latest.at <= blameWithinMs ? latest : null;
}

function whyDegraded({ at, blameWithinMs }: Degradation, culprit: Attempt): string {
  const since = `Degraded since ${timeOf(at)}`;
  if (culprit.at > at) return `${since}, after it started and before it ended`;
  return `${since}, ${(at - culprit.at) / 1000} s after it ended: at most ${(blameWithinMs ?? 0) / 1000} s make it to blame`;
}

function whyErrors({ source, at, blameWithinMs }: Accusation, culprit: Attempt): string {
  const after = `${(at - culprit.at) / 1000} s after it ended`;
  const rule = `the latest deployment of the service within attribution_window (${blameWithinMs / 1000} s) is to blame`;
  return `errors in ${source} since ${timeOf(at)}, ${after}: ${rule}`;
}

function timeOf(at: number): string {
  return new Date(at).toISOString();
}
