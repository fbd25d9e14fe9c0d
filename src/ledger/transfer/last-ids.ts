import { type Kysely, sql } from 'kysely';
import type { Tables } from '../tables.ts';
import type { TableShape } from './moved-tables.ts';

/** How a store hands out the numbers of a table's rows: those of rows that are gone are never used again. */
export interface LastIds {
  /** The highest that was ever used; 0: none. */
  read(db: Kysely<Tables>, table: TableShape): Promise<number>;
  /** Goes on behind `last` from now on; part of the transaction. */
  write(db: Kysely<Tables>, table: TableShape, last: number): Promise<void>;
}

/** https://sqlite.org/autoinc.html */
export const sqliteLastIds: LastIds = {
  async read(db, { name }) {
    const asked = sql<{ seq: number }>`select seq from sqlite_sequence where name = ${name}`;
    return (await asked.execute(db)).rows[0]?.seq ?? 0;
  },
  async write(db, { name }, last) {
    await sql`delete from sqlite_sequence where name = ${name}`.execute(db);
    await sql`insert into sqlite_sequence (name, seq) values (${name}, ${last})`.execute(db);
  },
};

/** https://www.postgresql.org/docs/15/sql-createsequence.html */
export const postgresLastIds: LastIds = {
  async read(db, { name }) {
    const named = sql<{ sequence: string }>`select pg_get_serial_sequence(${name}, 'id') as sequence`;
    const sequence = (await named.execute(db)).rows[0]?.sequence ?? '';
    const asked = sql<{ last: number; highest: number | null }>`
      select case when is_called then last_value else last_value - 1 end as last,
        (select max(id) from ${sql.table(name)}) as highest from ${sql.raw(sequence)}`;
    const { last, highest } = (await asked.execute(db)).rows[0] ?? { last: 0, highest: null };
    return Math.max(last, highest ?? 0);
  },
  async write(db, { name }, last) {
    // Unlike setval, it is undone with the transaction.
    await sql`alter table ${sql.table(name)} alter column id restart with ${sql.lit(last + 1)}`.execute(db);
  },
};
