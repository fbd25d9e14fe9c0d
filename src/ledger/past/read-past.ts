import type { Kysely } from 'kysely';
import { withIncidents } from '../load-targets.ts';
import { ROWS_PER_STATEMENT } from '../rows.ts';
import type { Tables } from '../tables.ts';
import { projectionOf } from '../target-work.ts';
import { pastEvents } from './past-events.ts';
import { readPastRows, windowsOf } from './past-rows.ts';
import { sightOf } from './sight.ts';
import type { TargetPast } from './target-past.ts';

/** Numbers of the targets of these sources that were there at some time after `since`, in milliseconds since the epoch. */
export async function* readPastTargets(
  db: Kysely<Tables>,
  sources: readonly string[],
  since: number,
): AsyncGenerator<number> {
  let last = 0;
  for (;;) {
    const rows = await db
      .selectFrom('targets')
      .select('id')
      .where('source', 'in', sources)
      .where('id', '>', last)
      .where((e) => e.or([e('removed_at', 'is', null), e('removed_at', '>', since)]))
      .orderBy('id')
      .limit(ROWS_PER_STATEMENT)
      .execute();
    for (const { id } of rows) yield id;
    last = rows.at(-1)?.id ?? last;
    if (rows.length < ROWS_PER_STATEMENT) return;
  }
}

/** How one target came to what `/metrics` shows of it now. What it takes of memory depends on that target alone. */
export async function readPast(db: Kysely<Tables>, id: number, birthHoldMs: number): Promise<TargetPast> {
  const rows = await db.selectFrom('targets').selectAll().where('id', '=', id).execute();
  const [work] = (await withIncidents(db, rows)).values();
  if (work === undefined) throw new Error(`target ${id} is gone`);
  const { born_live_at } = work.row;
  const kept = await readPastRows(db, { id, born_live_at, totals: work.totals });
  return {
    projection: projectionOf(work),
    events: pastEvents(kept, sightOf(kept, birthHoldMs)),
    windows: await windowsOf(db, kept),
  };
}
