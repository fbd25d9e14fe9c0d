import { type Kysely, sql } from 'kysely';

/** What the embedded error sink keeps: events, the latest measurements, and the spans in which its rules were exceeded. */
export async function errors(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('error_events')
    .ifNotExists()
    .addColumn('id', 'integer', (c) => c.primaryKey().autoIncrement())
    .addColumn('workspace', 'text', (c) => c.notNull())
    .addColumn('event_id', 'text')
    .addColumn('subsystem', 'text', (c) => c.notNull())
    .addColumn('operation', 'text', (c) => c.notNull())
    .addColumn('error_type', 'text')
    .addColumn('error_message', 'text')
    .addColumn('agent_id', 'bigint')
    .addColumn('action_name', 'text')
    .addColumn('event_data', 'text', (c) => c.notNull())
    .addColumn('severity', 'text', (c) => c.notNull())
    .addColumn('app', 'text', (c) => c.notNull())
    .addColumn('environment', 'text', (c) => c.notNull())
    .addColumn('origin', 'text')
    .addColumn('link', 'text')
    .addColumn('at', 'bigint', (c) => c.notNull())
    .addColumn('received_at', 'bigint', (c) => c.notNull())
    .execute();
  const index = (name: string) => db.schema.createIndex(name).ifNotExists().on('error_events');
  await sql`create unique index if not exists error_events_identity on error_events (workspace, event_id)
    where event_id is not null`.execute(db);
  await index('error_events_by_workspace').columns(['workspace', 'at', 'id', 'subsystem']).execute();
  await index('error_events_by_series')
    .columns(['workspace', 'subsystem', 'app', 'environment', 'at', 'id', 'operation'])
    .execute();
  await index('error_events_by_time').column('at').execute();
  await db.schema
    .createTable('measurements')
    .ifNotExists()
    .addColumn('id', 'integer', (c) => c.primaryKey().autoIncrement())
    .addColumn('workspace', 'text', (c) => c.notNull())
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('subject', 'text', (c) => c.notNull())
    .addColumn('environment', 'text', (c) => c.notNull())
    .addColumn('value', 'double precision', (c) => c.notNull())
    .addColumn('at', 'bigint', (c) => c.notNull())
    .addColumn('details', 'text', (c) => c.notNull())
    .addUniqueConstraint('measurements_identity', ['workspace', 'name', 'subject', 'environment'])
    .execute();
  await db.schema.createIndex('measurements_by_time').ifNotExists().on('measurements').column('at').execute();
  await db.schema
    .createTable('error_spans')
    .ifNotExists()
    .addColumn('id', 'integer', (c) => c.primaryKey().autoIncrement())
    .addColumn('source', 'text', (c) => c.notNull())
    .addColumn('rule', 'text', (c) => c.notNull())
    .addColumn('subject', 'text', (c) => c.notNull())
    .addColumn('app', 'text', (c) => c.notNull())
    .addColumn('environment', 'text', (c) => c.notNull())
    .addColumn('since', 'bigint', (c) => c.notNull())
    .addColumn('since_ref', 'text', (c) => c.notNull())
    .addColumn('last', 'bigint', (c) => c.notNull())
    .addColumn('last_ref', 'text', (c) => c.notNull())
    .addColumn('settles_at', 'bigint')
    .addColumn('closed', 'integer', (c) => c.notNull())
    .addColumn('opens', 'integer', (c) => c.notNull())
    .addColumn('facts', 'text', (c) => c.notNull())
    .execute();
  const spans = (name: string) => db.schema.createIndex(name).ifNotExists().on('error_spans');
  await spans('error_spans_by_series').columns(['source', 'rule', 'subject', 'app', 'environment', 'last']).execute();
  await spans('error_spans_by_target').columns(['source', 'app', 'environment', 'settles_at']).execute();
  await spans('error_spans_by_time').columns(['closed', 'last']).execute();
  await sql`create index if not exists error_spans_open on error_spans (settles_at) where closed = 0`.execute(db);
}
