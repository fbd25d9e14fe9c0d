import { type Kysely, sql } from 'kysely';

/** What windows are taken over. Each step looks first whether it was done: a crash in the middle runs all of it again. */
export async function windows(db: Kysely<unknown>): Promise<void> {
  const tables = await db.introspection.getTables();
  const deployments = tables.find(({ name }) => name === 'deployments');
  if (deployments?.columns.some(({ name }) => name === 'failures_seen') === false) {
    await db.schema
      .alterTable('deployments')
      .addColumn('failures_seen', 'integer', (c) => c.notNull().defaultTo(1))
      .execute();
  }
  // Of an application's past only successes were kept; until now nobody asked which those were.
  await sql`update deployments set failures_seen = 0
    where at < (select observed_since from targets
      where targets.id = deployments.target_id and targets.capabilities like '%"degraded"%')`.execute(db);
  await db.schema
    .createIndex('incidents_by_close')
    .ifNotExists()
    .on('incidents')
    .columns(['closed_at', 'id'])
    .execute();
  await db.schema.createIndex('changes_by_end').ifNotExists().on('changes').columns(['at', 'id']).execute();
}
