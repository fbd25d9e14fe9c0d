import type { Kysely } from 'kysely';

/** One row: who leads of those that share the ledger. */
export async function leadership(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('leadership')
    .ifNotExists()
    .addColumn('id', 'integer', (column) => column.primaryKey())
    .addColumn('epoch', 'integer', (column) => column.notNull())
    .addColumn('holder', 'text', (column) => column.notNull())
    .addColumn('expires_at', 'integer', (column) => column.notNull())
    .execute();
  const none = { id: 1, epoch: 0, holder: '', expires_at: 0 };
  await (db as Kysely<{ leadership: typeof none }>)
    .insertInto('leadership')
    .values(none)
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}
