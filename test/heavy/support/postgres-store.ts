import type { Observation } from '../../../src/domain/observation.ts';
import { openLedger } from '../../../src/ledger/ledger.ts';
import { type PostgresAddress, readPostgresUrl } from '../../../src/ledger/postgres/address.ts';
import { quickClock } from '../../ledger/sqlite-store.ts';
import { type OpenStore, RULES } from '../../ledger/support.ts';
import type { TestPostgres } from './postgres.ts';

/** A new ledger each time, in a database that is emptied and used again: making one takes longer than most tests. */
export function postgresStores(server: () => TestPostgres): OpenStore {
  const free: string[] = [];
  return async ({ rules = RULES, plan = () => [] } = {}) => {
    const database = free.pop() ?? (await server().create());
    const postgres = { address: addressOf(server().url(database)), password: null };
    const observed: Observation[] = [];
    const open = () =>
      openLedger({ postgres, rules, plan, clock: quickClock(), observe: (observation) => observed.push(observation) });
    let ledger = await open();
    return {
      get ledger() {
        return ledger;
      },
      observed,
      async reopen() {
        await ledger.close();
        ledger = await open();
      },
      async rows(table) {
        return await server().ask(database, `select * from ${table} order by 1, 2`);
      },
      async [Symbol.asyncDispose]() {
        await ledger.close();
        await server().ask(database, EMPTY);
        free.push(database);
      },
    };
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
