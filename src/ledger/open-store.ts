import { StoreFailure } from '../domain/store-failure.ts';
import { migrate } from './migrations.ts';
import { type Ownership, openPostgres } from './postgres/open-postgres.ts';
import type { PostgresAccess } from './postgres/pool.ts';
import { openSqlite } from './sqlite.ts';
import type { Store } from './transaction.ts';

/** Where a ledger is kept, and in a database, who else may write to it; left out: nobody. */
export type LedgerPlace =
  | { readonly file: string }
  | { readonly postgres: PostgresAccess; readonly ownership?: Ownership };

/**
 * Opens a store and brings its tables up to date. Throws a `StoreFailure` that names the file or the database: a
 * `StoreInUse` when another process owns it, a `StoreAbsent` when a database is not reached.
 */
export async function openStore(place: LedgerPlace): Promise<Store> {
  return 'file' in place
    ? await openSqliteStore(place.file)
    : await openPostgres(place.postgres, place.ownership ?? 'sole');
}

async function openSqliteStore(file: string): Promise<Store> {
  const store = openSqlite(file);
  try {
    await migrate(store.writer);
  } catch (error) {
    await store.close();
    const why = error instanceof Error ? error.message : String(error);
    throw new StoreFailure(`the ledger ${file} cannot be brought up to date: ${why}`, { cause: error });
  }
  return store;
}
