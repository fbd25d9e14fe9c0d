import type { Kysely } from 'kysely';

/** What replicas that follow took in for the one that leads. */
export async function inbox(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('inbox')
    .ifNotExists()
    .addColumn('id', 'integer', (column) => column.primaryKey().autoIncrement())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('body', 'text', (column) => column.notNull())
    .addColumn('at', 'integer', (column) => column.notNull())
    .addColumn('answer', 'text')
    .execute();
}
