import { attribute, type ChangeFailure, type Degradation } from '../domain/attribution.ts';
import type { FailureCause, ReworkCause } from '../domain/deployment.ts';
import { underVerdict, type Verdict } from '../domain/override.ts';
import { reworkOf } from '../domain/rework.ts';
import type { Evidence, RecordedDegradation } from './evidence.ts';
import { attemptOf, type RecordedDeployment } from './recorded-deployment.ts';
import type { TargetWork } from './target-work.ts';

/** What a verdict changes of what was recorded before. */
export interface Judged {
  /** Totals that had counted something else (counting.md §8). */
  readonly corrections: number;
  readonly deployments: readonly { readonly before: RecordedDeployment; readonly now: RecordedDeployment }[];
  readonly degradations: readonly Pick<RecordedDegradation, 'id' | 'upstream_id' | 'blamed'>[];
}

/**
 * Finds out which deployments of a target are change failures and which are rework, and counts each once, under the
 * cause it is first known by. What is new takes its verdict along; what it makes of recorded rows is returned.
 */
export function judge(work: TargetWork, evidence: Evidence): Judged {
  const attempts = [...work.fresh.map(({ deployment }) => deployment), ...evidence.deployments.map(attemptOf)];
  const seen = work.sightings.filter(({ sighting }) => sighting.about === 'degraded' && sighting.kind === 'failure');
  const degradations = [...seen.map(({ sighting }) => sighting), ...evidence.degradations.map(degradationOf)];
  const { failures, blamed } = attribute(attempts, degradations, evidence.accusations);
  const rework = reworkOf(attempts, evidence.repaired, evidence.repairs);
  const recorded = evidence.deployments
    .filter((row) => isJudgeable(row, evidence))
    .map((before) => ({
      before,
      changeFailure: underVerdict(failures.get(before.upstream_id) ?? null, before.verdict as Verdict | null),
      rework: rework.get(before.upstream_id) ?? null,
    }));

  // Errors, or a span of Degraded while a sync still ran, that turn out to be another deployment's were counted already:
  // what was counted goes over to that one.
  const cleared = recorded.filter((one) => one.changeFailure === null);
  const failure = new Counter<FailureCause>(work.totals.changeFailures, cleared, ({ before }) =>
    before.change_failure === before.change_failure_counted && isHandedOver(before.change_failure)
      ? before.change_failure
      : null,
  );
  const idle = recorded.filter((one) => one.rework === null);
  const repair = new Counter<ReworkCause>(work.totals.rework, idle, ({ before }) =>
    before.rework === 'errors' && before.rework_counted === 'errors' ? 'errors' : null,
  );
  for (const fresh of work.fresh) {
    fresh.changeFailure = failures.get(fresh.deployment.id) ?? null;
    fresh.rework = rework.get(fresh.deployment.id) ?? null;
    failure.count(fresh.changeFailure?.cause ?? null);
    repair.count(fresh.rework);
  }
  for (const one of recorded) {
    if (one.before.change_failure_counted === null) failure.count(one.changeFailure?.cause ?? null);
    if (one.before.rework_counted === null) repair.count(one.rework);
  }
  const uncounted = { failures: failure.handedOver, rework: repair.handedOver };
  for (const one of seen) one.blamed = blamed.get(one.sighting.id) ?? null;

  const judged = recorded.map((one) => laidOver(one, uncounted));
  return {
    corrections: judged.reduce((sum, { corrections }) => sum + corrections, 0),
    deployments: judged.flatMap(({ before, row }) => (row === null ? [] : { before, now: row })),
    degradations: evidence.degradations
      .map(({ id, upstream_id, blamed: before }) => ({
        id,
        upstream_id,
        before,
        blamed: blamed.get(upstream_id) ?? null,
      }))
      .filter((row) => row.blamed !== row.before),
  };
}

interface Recorded {
  readonly before: RecordedDeployment;
  readonly changeFailure: ChangeFailure | null;
  readonly rework: ReworkCause | null;
}

/** Where the retention took the evidence, the verdict stands as it was recorded. */
function isJudgeable({ upstream_id: id, verdict, change_failure }: RecordedDeployment, evidence: Evidence): boolean {
  if (verdict !== null) return true;
  if (change_failure === 'degraded') return evidence.degradations.some(({ blamed }) => blamed === id);
  if (change_failure !== 'errors') return true;
  return evidence.released(id) || evidence.accusations.some(({ deployment }) => deployment === id);
}

/** Causes that are told before it can be known which deployment is to blame. */
function isHandedOver(cause: string | null): cause is 'errors' | 'degraded' {
  return cause === 'errors' || cause === 'degraded';
}

/** Lays a verdict over a recorded row: `row` is null where it stays as it was. */
function laidOver(
  one: Recorded,
  uncounted: { readonly failures: ReadonlySet<Recorded>; readonly rework: ReadonlySet<Recorded> },
): {
  readonly before: RecordedDeployment;
  readonly corrections: number;
  readonly row: RecordedDeployment | null;
} {
  const { before, changeFailure, rework } = one;
  const cause = changeFailure?.cause ?? null;
  const why = changeFailure?.why ?? null;
  if (cause === before.change_failure && why === before.change_failure_why && rework === before.rework)
    return { before, corrections: 0, row: null };
  const row = {
    ...before,
    change_failure: cause,
    change_failure_why: why,
    change_failure_counted: uncounted.failures.has(one) ? null : (before.change_failure_counted ?? cause),
    rework,
    rework_counted: uncounted.rework.has(one) ? null : (before.rework_counted ?? rework),
  };
  const corrections = [
    cause !== before.change_failure && cause !== row.change_failure_counted,
    rework !== before.rework && rework !== row.rework_counted,
  ];
  return { before, corrections: corrections.filter((isOne) => isOne).length, row };
}

/** Counts what is new into a total, taking over first what others no longer are, by cause. */
class Counter<C extends string> {
  readonly #counts: Partial<Record<C, number>>;
  readonly #free = new Map<C, Recorded[]>();
  /** Those from which something was taken over. */
  readonly handedOver = new Set<Recorded>();

  /** `countedAs`: what a total has counted of one that is no longer, and may go over to another; null: nothing. */
  constructor(
    counts: Partial<Record<C, number>>,
    noLonger: readonly Recorded[],
    countedAs: (one: Recorded) => C | null,
  ) {
    this.#counts = counts;
    for (const one of noLonger) {
      const cause = countedAs(one);
      if (cause !== null) this.#free.set(cause, [...(this.#free.get(cause) ?? []), one]);
    }
  }

  count(cause: C | null): void {
    if (cause === null) return;
    const [before, ...others] = this.#free.get(cause) ?? [];
    if (before === undefined) this.#counts[cause] = (this.#counts[cause] ?? 0) + 1;
    else {
      this.handedOver.add(before);
      this.#free.set(cause, others);
    }
  }
}

export function degradationOf(row: RecordedDegradation): Degradation {
  return { id: row.upstream_id, at: row.at, blameWithinMs: row.blame_within_ms };
}
