import { type Kysely, sql } from 'kysely';

/**
 * What windows are taken over is read whole at every start: from the index alone, as the rows themselves, with all that
 * the upstream told, are ten times as large and lie apart. It takes the place of the one by time.
 */
export async function windowIndex(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createIndex('deployments_in_windows')
    .ifNotExists()
    .on('deployments')
    .columns(['at', 'id', 'target_id', 'failures_seen', 'change_failure', 'rework'])
    .execute();
  await sql`drop index if exists deployments_by_time`.execute(db);
}
