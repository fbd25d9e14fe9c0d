import type { ExpressionBuilder, Kysely } from 'kysely';
import { cursorOf, placeOf } from './cursor.ts';
import { withIncidents } from './load-targets.ts';
import type { ListQuery, Page, TargetQuery, TargetRecord } from './records.ts';
import type { Tables } from './tables.ts';
import { keyOf, projectionOf, type TargetWork } from './target-work.ts';

/** The filters that every list has, as a condition on the row's target. */
export function ofTarget(e: ExpressionBuilder<Tables, 'targets'>, query: ListQuery) {
  const columns = ['source', 'app', 'environment', 'team'] as const;
  const given = columns.filter((column) => query[column] !== null);
  return e.and(given.map((column) => e(`targets.${column}`, '=', query[column] as string)));
}

/** Targets by number; those that are gone are among them. */
export async function readTargets(db: Kysely<Tables>, query: TargetQuery): Promise<Page<TargetRecord>> {
  const place = placeOf(query.cursor, 1);
  const rows = await db
    .selectFrom('targets')
    .selectAll()
    .where((e) => ofTarget(e, query))
    .$if(place !== null, (q) => q.where('id', '>', place?.[0] ?? 0))
    .orderBy('id')
    .limit(query.limit + 1)
    .execute();
  const page = rows.slice(0, query.limit);
  const works = [...(await withIncidents(db, page)).values()];
  const last = page.at(-1);
  return {
    items: works.map(recordOf),
    next: rows.length > page.length && last !== undefined ? cursorOf(last.id) : null,
  };
}

function recordOf(work: TargetWork): TargetRecord {
  const { observedSince, lastActiveAt, lastSuccessAt, failureAt, recoveryAt, open } = projectionOf(work);
  return {
    id: work.row.id,
    ...keyOf(work.row),
    team: work.row.team,
    observedSince,
    lastActiveAt,
    lastSuccessAt,
    failureAt,
    recoveryAt,
    open,
    deployments: work.totals.deployments,
    removedAt: work.row.removed_at,
  };
}
