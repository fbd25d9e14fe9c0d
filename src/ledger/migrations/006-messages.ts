import type { Kysely } from 'kysely';

/**
 * The outbox in order, and the messages that account for its rows. The outbox of the first form never had a row: nothing
 * wrote one. After a crash in the middle it is made anew once more.
 */
export async function messages(db: Kysely<unknown>): Promise<void> {
  await db.schema.dropTable('outbox').ifExists().execute();
  await db.schema
    .createTable('outbox')
    .addColumn('id', 'integer', (c) => c.primaryKey().autoIncrement())
    .addColumn('ref', 'text', (c) => c.notNull())
    .addColumn('source', 'text', (c) => c.notNull())
    .addColumn('severity', 'text', (c) => c.notNull())
    .addColumn('room', 'text', (c) => c.notNull())
    .addColumn('key', 'text', (c) => c.notNull())
    .addColumn('origin', 'text', (c) => c.notNull())
    .addColumn('payload', 'text', (c) => c.notNull())
    .addColumn('about', 'text')
    .addColumn('ends', 'integer', (c) => c.notNull())
    .addColumn('decided_at', 'bigint', (c) => c.notNull())
    .addColumn('message_id', 'integer')
    .addColumn('role', 'text')
    .addUniqueConstraint('outbox_ref', ['ref'])
    .execute();
  await db.schema.createIndex('outbox_by_message').on('outbox').column('message_id').execute();
  await db.schema.createIndex('outbox_by_key').on('outbox').columns(['key', 'decided_at']).execute();
  await db.schema.createIndex('outbox_by_about').on('outbox').column('about').execute();

  await db.schema
    .createTable('messages')
    .ifNotExists()
    .addColumn('id', 'integer', (c) => c.primaryKey().autoIncrement())
    .addColumn('txn_id', 'text', (c) => c.notNull().unique())
    .addColumn('room', 'text', (c) => c.notNull())
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('root_id', 'integer')
    .addColumn('row_id', 'integer')
    .addColumn('origin', 'text', (c) => c.notNull())
    .addColumn('state', 'text', (c) => c.notNull())
    .addColumn('content', 'text')
    .addColumn('server_errors', 'integer', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('sealed_at', 'bigint')
    .addColumn('delivered_at', 'bigint')
    .addColumn('room_id', 'text')
    .addColumn('event_id', 'text')
    .addColumn('reason', 'text')
    .addColumn('detail', 'text')
    .addColumn('edit_due_at', 'bigint')
    .addColumn('edited_at', 'bigint')
    .execute();
  const index = (name: string) => db.schema.createIndex(name).ifNotExists().on('messages');
  await index('messages_by_state').columns(['state', 'room', 'id']).execute();
  await index('messages_by_origin').columns(['origin', 'delivered_at']).execute();
  await index('messages_by_edit').column('edit_due_at').execute();
  await index('messages_by_root').column('root_id').execute();
  await db.schema
    .createTable('notifier_state')
    .ifNotExists()
    .addColumn('key', 'text', (c) => c.primaryKey())
    .addColumn('value', 'text', (c) => c.notNull())
    .execute();
  await db.schema
    .createTable('notification_counts')
    .ifNotExists()
    .addColumn('counter', 'text', (c) => c.notNull())
    .addColumn('room', 'text', (c) => c.notNull())
    .addColumn('reason', 'text', (c) => c.notNull())
    .addColumn('value', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('notification_counts_identity', ['counter', 'room', 'reason'])
    .execute();
}
