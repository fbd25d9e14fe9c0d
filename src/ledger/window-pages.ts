import { setImmediate } from 'node:timers/promises';
import { type Kysely, sql } from 'kysely';
import type { FailureCause } from '../domain/deployment.ts';
import type { WindowDeployment } from '../domain/deployment-timeline.ts';
import { ROWS_PER_STATEMENT } from './rows.ts';
import type { Tables } from './tables.ts';
import type { OfTarget } from './window-log.ts';

/** Most deployments of one page: read from an index alone, and handed over as one row, they take about 2 ms. */
const DEPLOYMENTS_PER_PAGE = 2000;

/** Where reading goes on: after this row in the order of ends. */
export interface Place {
  readonly at: number;
  readonly id: number;
}

/** Page after page, of `size` rows but for the last, of what ended after `since`, letting others run in between. */
export async function* pages<R extends Place>(
  since: number,
  read: (after: Place) => Promise<readonly R[]>,
  size = ROWS_PER_STATEMENT,
): AsyncGenerator<readonly R[]> {
  let after: Place = { at: since, id: Number.MAX_SAFE_INTEGER };
  for (;;) {
    const rows = await read(after);
    yield rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < size) return;
    after = last;
    await setImmediate();
  }
}

type Fields = readonly [
  id: number,
  target: number,
  at: number,
  seen: number,
  rework: number,
  cause: FailureCause | null,
];

/** Page after page of the deployments that ended after `since`, as windows see them, letting others run in between. */
export function deploymentPages(db: Kysely<Tables>, since: number) {
  return pages(since, (after) => deploymentsAfter(db, after), DEPLOYMENTS_PER_PAGE);
}

/**
 * A page of deployments as windows see them, in the order of their ends. The database makes one JSON text of them:
 * a million rows, one by one and column by column, take three times as long to be handed over.
 */
async function deploymentsAfter(
  db: Kysely<Tables>,
  { at, id }: Place,
): Promise<readonly (OfTarget<WindowDeployment> & Place)[]> {
  const { rows } = await sql<{ page: string | null }>`
    select '[' || string_agg('[' || id || ',' || target_id || ',' || at || ',' || failures_seen || ','
      || (case when rework is null then 0 else 1 end) || ','
      || coalesce('"' || change_failure || '"', 'null') || ']', ',' order by at, id) || ']' as page
    from (select id, target_id, at, failures_seen, rework, change_failure from deployments
      where (at, id) > (${at}, ${id}) order by at, id limit ${DEPLOYMENTS_PER_PAGE}) as page`.execute(db);
  const page = JSON.parse(rows[0]?.page ?? '[]') as readonly Fields[];
  return page.map(([number, target, end, seen, rework, changeFailure]) => ({
    id: number,
    target,
    at: end,
    failuresSeen: seen === 1,
    changeFailure,
    isRework: rework === 1,
  }));
}
