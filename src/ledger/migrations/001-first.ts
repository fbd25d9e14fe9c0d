import { type Kysely, sql } from 'kysely';

/** SQLite runs no migration as one transaction: after a crash in the middle it is run again over what it had made. */
export async function first(db: Kysely<unknown>): Promise<void> {
  const id = (table: string) =>
    db.schema
      .createTable(table)
      .ifNotExists()
      .addColumn('id', 'integer', (c) => c.primaryKey().autoIncrement());
  await id('targets')
    .addColumn('source', 'text', (c) => c.notNull())
    .addColumn('app', 'text', (c) => c.notNull())
    .addColumn('environment', 'text', (c) => c.notNull())
    .addColumn('team', 'text', (c) => c.notNull())
    .addColumn('capabilities', 'text', (c) => c.notNull())
    .addColumn('observed_since', 'bigint', (c) => c.notNull())
    .addColumn('born_live_at', 'bigint')
    .addColumn('places', 'text', (c) => c.notNull())
    .addColumn('last_active_at', 'bigint', (c) => c.notNull())
    .addColumn('last_success_at', 'bigint')
    .addColumn('failure_at', 'bigint')
    .addColumn('recovery_at', 'bigint')
    .addColumn('removed_at', 'bigint')
    .addColumn('totals', 'text', (c) => c.notNull())
    .addUniqueConstraint('targets_identity', ['source', 'app', 'environment'])
    .execute();
  await id('deployments')
    .addColumn('source', 'text', (c) => c.notNull())
    .addColumn('upstream_id', 'text', (c) => c.notNull())
    .addColumn('target_id', 'integer', (c) => c.notNull())
    .addColumn('outcome', 'text', (c) => c.notNull())
    .addColumn('at', 'bigint', (c) => c.notNull())
    .addColumn('sequence', 'bigint', (c) => c.notNull())
    .addColumn('ord', 'bigint', (c) => c.notNull())
    .addColumn('duration_ms', 'bigint')
    .addColumn('beginning_known', 'integer', (c) => c.notNull())
    .addColumn('identity', 'text', (c) => c.notNull())
    .addColumn('started_at', 'bigint')
    .addColumn('is_rollback', 'integer', (c) => c.notNull())
    .addColumn('facts', 'text', (c) => c.notNull())
    .addColumn('recorded_at', 'bigint', (c) => c.notNull())
    .addColumn('change_failure', 'text')
    .addColumn('change_failure_why', 'text')
    .addColumn('change_failure_counted', 'text')
    .addColumn('rework', 'text')
    .addColumn('rework_counted', 'text')
    .addUniqueConstraint('deployments_identity', ['source', 'upstream_id'])
    .execute();
  await db.schema
    .createIndex('deployments_by_target')
    .ifNotExists()
    .on('deployments')
    .columns(['target_id', 'at'])
    .execute();
  await db.schema.createIndex('deployments_by_time').ifNotExists().on('deployments').column('at').execute();
  await db.schema
    .createTable('decided')
    .ifNotExists()
    .addColumn('source', 'text', (c) => c.notNull())
    .addColumn('upstream_id', 'text', (c) => c.notNull())
    .addColumn('verdict', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('decided_identity', ['source', 'upstream_id'])
    .execute();
  await id('sightings')
    .addColumn('source', 'text', (c) => c.notNull())
    .addColumn('upstream_id', 'text', (c) => c.notNull())
    .addColumn('target_id', 'integer', (c) => c.notNull())
    .addColumn('about', 'text', (c) => c.notNull())
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('at', 'bigint', (c) => c.notNull())
    .addColumn('blame_within_ms', 'bigint')
    .addColumn('blamed', 'text')
    .addColumn('details', 'text', (c) => c.notNull())
    .addColumn('recorded_at', 'bigint', (c) => c.notNull())
    .addUniqueConstraint('sightings_identity', ['source', 'upstream_id'])
    .execute();
  await db.schema
    .createIndex('sightings_by_target')
    .ifNotExists()
    .on('sightings')
    .columns(['target_id', 'about', 'at'])
    .execute();
  await db.schema.createIndex('sightings_by_time').ifNotExists().on('sightings').column('at').execute();
  await id('marks')
    .addColumn('target_id', 'integer', (c) => c.notNull())
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('at', 'bigint', (c) => c.notNull())
    .execute();
  await db.schema.createIndex('marks_by_target').ifNotExists().on('marks').columns(['target_id', 'at']).execute();
  await id('incidents')
    .addColumn('target_id', 'integer', (c) => c.notNull())
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('opened_at', 'bigint', (c) => c.notNull())
    .addColumn('opened_sequence', 'bigint', (c) => c.notNull())
    .addColumn('opened_ord', 'bigint', (c) => c.notNull())
    .addColumn('opened_by', 'text', (c) => c.notNull())
    .addColumn('beginning_known', 'integer', (c) => c.notNull())
    .addColumn('failures', 'integer', (c) => c.notNull())
    .addColumn('failed_identity', 'text', (c) => c.notNull())
    .addColumn('closed_at', 'bigint')
    .addColumn('closed_sequence', 'bigint')
    .addColumn('closed_ord', 'bigint')
    .addColumn('closed_by', 'text')
    .addColumn('outcome', 'text')
    .addColumn('recovery_ms', 'bigint')
    .addColumn('counted_ms', 'bigint')
    .execute();
  await db.schema
    .createIndex('incidents_by_target')
    .ifNotExists()
    .on('incidents')
    .columns(['target_id', 'kind', 'opened_at'])
    .execute();
  await db.schema.createIndex('incidents_by_time').ifNotExists().on('incidents').columns(['opened_at', 'id']).execute();
  await sql`create index if not exists incidents_open on incidents (opened_at) where outcome is null`.execute(db);
  await db.schema
    .createTable('collectors')
    .ifNotExists()
    .addColumn('source', 'text', (c) => c.primaryKey())
    .addColumn('last_success_at', 'bigint')
    .execute();
  await db.schema
    .createTable('collector_state')
    .ifNotExists()
    .addColumn('source', 'text', (c) => c.notNull())
    .addColumn('key', 'text', (c) => c.notNull())
    .addColumn('value', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('collector_state_identity', ['source', 'key'])
    .execute();
  await db.schema
    .createTable('source_counts')
    .ifNotExists()
    .addColumn('source', 'text', (c) => c.notNull())
    .addColumn('counter', 'text', (c) => c.notNull())
    .addColumn('labels', 'text', (c) => c.notNull())
    .addColumn('value', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('source_counts_identity', ['source', 'counter', 'labels'])
    .execute();
  await db.schema
    .createTable('outbox')
    .ifNotExists()
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('source', 'text', (c) => c.notNull())
    .addColumn('severity', 'text', (c) => c.notNull())
    .addColumn('key', 'text', (c) => c.notNull())
    .addColumn('origin', 'text', (c) => c.notNull())
    .addColumn('payload', 'text', (c) => c.notNull())
    .addColumn('decided_at', 'bigint', (c) => c.notNull())
    .execute();
}
