import { attribute, type ChangeFailure, type Degradation } from '../domain/attribution.ts';
import type { ReworkCause } from '../domain/deployment.ts';
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

  // Errors that turn out to be another deployment's were counted already: what was counted goes over to that one.
  const cleared = recorded.filter(
    ({ before, changeFailure }) => changeFailure === null && isCounted('change_failure', before),
  );
  const failure = new Counter(work.totals.changeFailures, cleared.length);
  const idle = recorded.filter((one) => one.rework === null && isCounted('rework', one.before));
  const repair = new Counter(work.totals.rework, idle.length);
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
  const uncounted = {
    failures: new Set<Recorded>(cleared.slice(0, failure.handedOver)),
    rework: new Set<Recorded>(idle.slice(0, repair.handedOver)),
  };
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

/** Whether a total has counted the errors of a service on it. */
function isCounted(of: 'change_failure' | 'rework', before: RecordedDeployment): boolean {
  return before[of] === 'errors' && before[`${of}_counted`] === 'errors';
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

/** Counts what is new into a total, taking over first what others no longer are. */
class Counter<C extends string> {
  readonly #counts: Partial<Record<C, number>>;
  readonly #free: number;
  handedOver = 0;

  constructor(counts: Partial<Record<C, number>>, free: number) {
    this.#counts = counts;
    this.#free = free;
  }

  count(cause: C | null): void {
    if (cause === null) return;
    if (cause === 'errors' && this.handedOver < this.#free) this.handedOver += 1;
    else this.#counts[cause] = (this.#counts[cause] ?? 0) + 1;
  }
}

export function degradationOf(row: RecordedDegradation): Degradation {
  return { id: row.upstream_id, at: row.at, blameWithinMs: row.blame_within_ms };
}
