import { type PostgresAddress, readPostgresUrl } from '../../../src/ledger/postgres/address.ts';
import { openStoreOver } from '../../ledger/sqlite-store.ts';
import { type OpenStore, RULES } from '../../ledger/support.ts';
import type { TestPostgres } from './postgres.ts';

/** A new ledger each time, in a database that is emptied and used again: making one takes longer than most tests. */
export function postgresStores(server: () => TestPostgres): OpenStore {
  const free: string[] = [];
  return async ({ rules = RULES, plan = () => [] } = {}) => {
    const database = free.pop() ?? (await server().create());
    const postgres = { address: addressOf(server().url(database)), password: null };
    return await openStoreOver(
      { postgres },
      { rules, plan },
      {
        rows: (table) => server().ask(database, `select * from ${table} order by 1, 2`),
        async [Symbol.asyncDispose]() {
          await server().ask(database, EMPTY);
          free.push(database);
        },
      },
    );
  };
}

/** Takes a URL that a test has made. */
export function addressOf(url: string): PostgresAddress {
  const read = readPostgresUrl(url);
  if (!read.ok) throw new Error(read.problem);
  return read.address;
}

const EMPTY = `do $$ begin execute (
  select 'truncate ' || string_agg(quote_ident(tablename), ',') || ' restart identity' from pg_tables
  where schemaname = 'public' and tablename not like 'kysely%'
); end $$`;
