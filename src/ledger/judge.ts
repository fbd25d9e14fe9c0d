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
  const { failures, blamed } = attribute(attempts, degradations);
  const rework = reworkOf(attempts, evidence.repaired);

  for (const fresh of work.fresh) {
    fresh.changeFailure = failures.get(fresh.deployment.id) ?? null;
    fresh.rework = rework.get(fresh.deployment.id) ?? null;
    count(work.totals.changeFailures, fresh.changeFailure?.cause);
    count(work.totals.rework, fresh.rework);
  }
  for (const one of seen) one.blamed = blamed.get(one.sighting.id) ?? null;

  const kept = new Set(evidence.degradations.map((row) => row.blamed));
  const judged = evidence.deployments
    // Where the retention took the evidence, the verdict stands as it was recorded.
    .filter((row) => row.change_failure !== 'degraded' || row.verdict !== null || kept.has(row.upstream_id))
    .map((row) => {
      const changeFailure = underVerdict(failures.get(row.upstream_id) ?? null, row.verdict as Verdict | null);
      const now = { changeFailure, rework: rework.get(row.upstream_id) ?? null };
      return { before: row, ...recount(work, row, now) };
    });
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

interface Judgement {
  readonly changeFailure: ChangeFailure | null;
  readonly rework: ReworkCause | null;
}

/** Lays a verdict over a recorded row: `row` is null where it stays as it was. */
function recount(
  { totals }: TargetWork,
  before: RecordedDeployment,
  { changeFailure, rework }: Judgement,
): { readonly corrections: number; readonly row: RecordedDeployment | null } {
  const cause = changeFailure?.cause ?? null;
  const why = changeFailure?.why ?? null;
  if (cause === before.change_failure && why === before.change_failure_why && rework === before.rework)
    return { corrections: 0, row: null };
  if (before.change_failure_counted === null) count(totals.changeFailures, cause);
  if (before.rework_counted === null) count(totals.rework, rework);
  const row = {
    ...before,
    change_failure: cause,
    change_failure_why: why,
    change_failure_counted: before.change_failure_counted ?? cause,
    rework,
    rework_counted: before.rework_counted ?? rework,
  };
  const corrections = [
    cause !== before.change_failure && cause !== row.change_failure_counted,
    rework !== before.rework && rework !== row.rework_counted,
  ];
  return { corrections: corrections.filter((isOne) => isOne).length, row };
}

function count<C extends string>(counts: Partial<Record<C, number>>, cause: C | null | undefined): void {
  if (cause != null) counts[cause] = (counts[cause] ?? 0) + 1;
}

function degradationOf(row: RecordedDegradation): Degradation {
  return { id: row.upstream_id, at: row.at, blameWithinMs: row.blame_within_ms };
}
