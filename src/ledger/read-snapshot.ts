import { setImmediate } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import { readCounts } from './counts.ts';
import { withIncidents } from './load-targets.ts';
import type { Changes, TargetProjection } from './projection.ts';
import type { Tables } from './tables.ts';
import { projectionOf } from './target-work.ts';
import { NO_WINDOW_CHANGES } from './window-log.ts';

/** Most targets that are read before others run. */
const TARGETS_PER_TURN = 100;

/** Reads everything that `/metrics` shows, as it stood at one commit. */
export async function readSnapshot(db: Kysely<Tables>): Promise<Changes> {
  return await db.transaction().execute(async (trx) => {
    const collectors = await trx.selectFrom('collectors').selectAll().execute();
    return {
      targets: await readListed(trx),
      gone: [],
      counts: await readCounts(trx),
      windows: NO_WINDOW_CHANGES,
      successes: collectors.flatMap(({ source, last_success_at: at }) => (at === null ? [] : [{ source, at }])),
    };
  });
}

async function readListed(trx: Kysely<Tables>): Promise<TargetProjection[]> {
  const found: TargetProjection[] = [];
  for (;;) {
    const rows = await trx
      .selectFrom('targets')
      .selectAll()
      .where('removed_at', 'is', null)
      .where('id', '>', found.at(-1)?.id ?? 0)
      .orderBy('id')
      .limit(TARGETS_PER_TURN)
      .execute();
    const works = await withIncidents(trx, rows);
    found.push(...[...works.values()].map(projectionOf));
    if (rows.length < TARGETS_PER_TURN) return found;
    await setImmediate();
  }
}
