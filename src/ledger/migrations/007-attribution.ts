import { type Kysely, sql } from 'kysely';

/** Errors are blamed on another source's deployments: whose it is, and how the targets of a service are found. */
export async function attribution(db: Kysely<unknown>): Promise<void> {
  // SQLite knows no "add column if not exists".
  const tables = await db.introspection.getTables();
  const sightings = tables.find(({ name }) => name === 'sightings');
  if (sightings?.columns.some(({ name }) => name === 'blamed_target') === false) {
    await db.schema.alterTable('sightings').addColumn('blamed_target', 'integer').execute();
  }
  await sql`create index if not exists sightings_by_culprit on sightings (blamed_target, blamed)
    where blamed_target is not null`.execute(db);
  await db.schema
    .createIndex('targets_by_service')
    .ifNotExists()
    .on('targets')
    .columns(['app', 'environment'])
    .execute();
}
