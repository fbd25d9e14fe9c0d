import { type Kysely, sql } from 'kysely';

/**
 * What is asked for each row of the outbox, and before each event that is sent, must not cost more the more there is: a
 * service can fail the same way for months, and a homeserver can be away for a day.
 */
export async function queueIndexes(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createIndex('outbox_by_alert')
    .ifNotExists()
    .on('outbox')
    .columns(['key', 'room', 'role', 'id'])
    .execute();
  await sql`drop index if exists outbox_by_key`.execute(db);
  await sql`create index if not exists messages_tried on messages (room, id)
    where content is not null and delivered_at is null and reason is null`.execute(db);
}
