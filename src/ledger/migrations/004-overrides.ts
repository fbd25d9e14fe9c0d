import { type Kysely, sql } from 'kysely';

/** What people say against the events: when an incident ended, and whether a deployment was a change failure. */
export async function overrides(db: Kysely<unknown>): Promise<void> {
  const id = (table: string) =>
    db.schema
      .createTable(table)
      .ifNotExists()
      .addColumn('id', 'integer', (c) => c.primaryKey().autoIncrement());
  await id('resolutions')
    .addColumn('target_id', 'integer', (c) => c.notNull())
    .addColumn('about', 'text', (c) => c.notNull())
    .addColumn('at', 'bigint', (c) => c.notNull())
    .addColumn('decided_by', 'text', (c) => c.notNull())
    .addColumn('reason', 'text', (c) => c.notNull())
    .addColumn('decided_at', 'bigint', (c) => c.notNull())
    .addColumn('taken_back_by', 'text')
    .addColumn('taken_back_reason', 'text')
    .addColumn('taken_back_at', 'bigint')
    .execute();
  await db.schema
    .createIndex('resolutions_by_target')
    .ifNotExists()
    .on('resolutions')
    .columns(['target_id', 'about', 'at'])
    .execute();
  await id('verdicts')
    .addColumn('deployment_id', 'integer', (c) => c.notNull())
    .addColumn('verdict', 'text')
    .addColumn('decided_by', 'text', (c) => c.notNull())
    .addColumn('reason', 'text', (c) => c.notNull())
    .addColumn('decided_at', 'bigint', (c) => c.notNull())
    .execute();
  await db.schema
    .createIndex('verdicts_by_deployment')
    .ifNotExists()
    .on('verdicts')
    .columns(['deployment_id', 'id'])
    .execute();
  // SQLite knows no "add column if not exists".
  const tables = await db.introspection.getTables();
  const deployments = tables.find(({ name }) => name === 'deployments');
  if (deployments?.columns.some(({ name }) => name === 'verdict') === false) {
    await db.schema.alterTable('deployments').addColumn('verdict', 'text').execute();
  }
  // Few deployments ever have one, and every commit that ends an incident asks.
  await sql`create index if not exists deployments_by_verdict
    on deployments (target_id, upstream_id) where verdict is not null`.execute(db);
}
