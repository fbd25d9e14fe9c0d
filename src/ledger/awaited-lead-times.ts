import { setImmediate } from 'node:timers/promises';
import type { ExpressionBuilder, Kysely } from 'kysely';
import { inSlices, ROWS_PER_STATEMENT } from './rows.ts';
import type { Tables } from './tables.ts';
import type { WindowChanges } from './window-log.ts';

/**
 * Up to which deployment's end commits that a first read of a target brought are still to be looked up, in milliseconds
 * since the epoch, by the target's number; none where nothing is. Lead times of a window that reaches back before it
 * cannot be told: those that are known would stand for all.
 */
export async function awaitedLeadTimes(
  db: Kysely<Tables>,
  targets: readonly number[],
): Promise<ReadonlyMap<number, number>> {
  const rows = await inSlices(targets, (slice) => awaiting(db).where('targets.id', 'in', slice).execute());
  return new Map(rows.flatMap(({ id, until }) => (until === null ? [] : [[id, until] as const])));
}

/** The same as windows take it: of each of these targets, also that nothing is awaited. */
export async function awaitedNow(db: Kysely<Tables>, targets: readonly number[]): Promise<WindowChanges['awaited']> {
  const awaited = await awaitedLeadTimes(db, targets);
  return targets.map((target) => ({ target, until: awaited.get(target) ?? null }));
}

/** Of all targets those that await lead times, page by page, letting others run in between. */
export async function* awaitedPages(db: Kysely<Tables>): AsyncGenerator<WindowChanges['awaited']> {
  const all = awaiting(db).orderBy('targets.id').limit(ROWS_PER_STATEMENT);
  let last = 0;
  for (;;) {
    const rows = await all.where('targets.id', '>', last).execute();
    yield rows.flatMap(({ id: target, until }) => (until === null ? [] : { target, until }));
    last = rows.at(-1)?.id ?? last;
    if (rows.length < ROWS_PER_STATEMENT) return;
    await setImmediate();
  }
}

function awaiting(db: Kysely<Tables>) {
  return db.selectFrom('targets').select((e) => ['targets.id', latest(e).as('until')]);
}

/** What is new waits behind what a first read brought, and is little: the index gives the latest almost at once. */
function latest(e: ExpressionBuilder<Tables, 'targets'>) {
  return e
    .selectFrom('lookups')
    .select('lookups.at')
    .whereRef('lookups.target_id', '=', 'targets.id')
    .where('lookups.backfill', '=', 1)
    .orderBy('lookups.at', 'desc')
    .limit(1);
}
