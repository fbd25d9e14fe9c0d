import { type Kysely, sql } from 'kysely';

/** Lead time: the queue of lookups, the changes they found, and what was told of commits. */
export async function changes(db: Kysely<unknown>): Promise<void> {
  const id = (table: string) =>
    db.schema
      .createTable(table)
      .ifNotExists()
      .addColumn('id', 'integer', (c) => c.primaryKey().autoIncrement());
  await id('lookups')
    .addColumn('source', 'text', (c) => c.notNull())
    .addColumn('upstream_id', 'text', (c) => c.notNull())
    .addColumn('target_id', 'integer', (c) => c.notNull())
    .addColumn('at', 'bigint', (c) => c.notNull())
    .addColumn('backfill', 'integer', (c) => c.notNull())
    .addColumn('queued_at', 'bigint', (c) => c.notNull())
    .addColumn('attempts', 'integer', (c) => c.notNull())
    .addColumn('next_at', 'bigint', (c) => c.notNull())
    .addColumn('reason', 'text')
    .addUniqueConstraint('lookups_identity', ['source', 'upstream_id'])
    .execute();
  await index(db, 'lookups_in_order', 'lookups', ['source', 'backfill', 'target_id', 'at', 'id']);
  await index(db, 'lookups_by_target', 'lookups', ['target_id', 'at', 'id']);
  await id('changes')
    .addColumn('source', 'text', (c) => c.notNull())
    .addColumn('upstream_id', 'text', (c) => c.notNull())
    .addColumn('target_id', 'integer', (c) => c.notNull())
    .addColumn('at', 'bigint', (c) => c.notNull())
    .addColumn('repository', 'text', (c) => c.notNull())
    .addColumn('sha', 'text', (c) => c.notNull())
    .addColumn('committed_at', 'bigint')
    .addColumn('lead_ms', 'bigint')
    .addColumn('origin', 'text')
    .addColumn('unknown', 'text')
    .addColumn('number', 'bigint', (c) => c.notNull())
    .addColumn('recorded_at', 'bigint', (c) => c.notNull())
    .execute();
  await index(db, 'changes_by_time', 'changes', ['target_id', 'at']);
  await index(db, 'changes_by_commit', 'changes', ['target_id', 'sha']);
  await index(db, 'changes_by_deployment', 'changes', ['source', 'upstream_id']);
  await db.schema
    .createTable('commits')
    .ifNotExists()
    .addColumn('repository', 'text', (c) => c.notNull())
    .addColumn('ref', 'text', (c) => c.notNull())
    .addColumn('value', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('commits_identity', ['repository', 'ref'])
    .execute();
  if (await hasColumn(db, 'deployments', 'delivery')) return;
  await sql`alter table deployments add column delivery text`.execute(db);
}

async function index(db: Kysely<unknown>, name: string, table: string, columns: readonly string[]): Promise<void> {
  await db.schema
    .createIndex(name)
    .ifNotExists()
    .on(table)
    .columns([...columns])
    .execute();
}

/** No store can add a column only where it is missing. */
async function hasColumn(db: Kysely<unknown>, table: string, column: string): Promise<boolean> {
  const tables = await db.introspection.getTables();
  return tables.find(({ name }) => name === table)?.columns.some(({ name }) => name === column) ?? false;
}
