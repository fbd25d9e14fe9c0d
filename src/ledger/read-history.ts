import type { Kysely } from 'kysely';
import type { FailureCause, Outcome, ReworkCause } from '../domain/deployment.ts';
import { cursorOf, placeOf } from './cursor.ts';
import { briefOf, recordsOf, withTarget } from './read-deployments.ts';
import type { DeploymentRecord, HistoryQuery, LatestDeployment, LatestQuery, Page } from './records.ts';
import type { Tables } from './tables.ts';
import { keyOf } from './target-work.ts';

/**
 * The deployments of some targets, the latest first. Target by target, as each has them in order: what it costs depends
 * on how many are asked for, not on how many there are. Throws `BadCursor`.
 */
export async function readHistory(db: Kysely<Tables>, query: HistoryQuery): Promise<Page<DeploymentRecord>> {
  const place = placeOf(query.cursor, 2);
  const found = [];
  for (const target of query.targets) {
    const [at = 0, id = 0] = place ?? [];
    found.push(
      ...(await withTarget(db)
        .where('deployments.target_id', '=', target)
        .$if(place !== null, (q) =>
          q
            .where('deployments.at', '<=', at)
            .where((e) => e.or([e('deployments.at', '<', at), e('deployments.id', '<', id)])),
        )
        .orderBy('deployments.at', 'desc')
        .orderBy('deployments.id', 'desc')
        .limit(query.limit + 1)
        .execute()),
    );
  }
  found.sort((a, b) => b.at - a.at || b.id - a.id);
  const page = found.slice(0, query.limit);
  const last = page.at(-1);
  return {
    items: await recordsOf(db, page),
    next: found.length > page.length && last !== undefined ? cursorOf(last.at, last.id) : null,
  };
}

/** The latest deployments of all these targets together, the latest first. Reads few targets: those that can have one. */
export async function readLatest(
  db: Kysely<Tables>,
  { targets, limit }: LatestQuery,
): Promise<readonly LatestDeployment[]> {
  const ordered = targets.filter(({ latestAt }) => latestAt !== null).sort((a, b) => latest(b) - latest(a));
  let found: Awaited<ReturnType<typeof ofOne>> = [];
  for (const target of ordered) {
    const oldest = found.length < limit ? null : found.at(-1);
    // Neither this one nor any that follows has a later one.
    if (oldest != null && latest(target) < oldest.at) break;
    found = [...found, ...(await ofOne(db, target.id, limit))].sort((a, b) => b.at - a.at || b.id - a.id);
    found = found.slice(0, limit);
  }
  return found.map((row) => ({
    ...briefOf(row),
    ...keyOf(row),
    team: row.team,
    outcome: row.outcome as Outcome,
    durationMs: row.duration_ms,
    changeFailure: row.change_failure as FailureCause | null,
    rework: row.rework as ReworkCause | null,
  }));
}

function latest({ latestAt }: LatestQuery['targets'][number]): number {
  return latestAt ?? 0;
}

function ofOne(db: Kysely<Tables>, target: number, limit: number) {
  return withTarget(db)
    .where('deployments.target_id', '=', target)
    .orderBy('deployments.at', 'desc')
    .orderBy('deployments.id', 'desc')
    .limit(limit)
    .execute();
}
