import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { StoreFailure } from '../domain/store-failure.ts';
import { expectUpToDate } from './migrations.ts';
import { openQueries, type Queries } from './queries.ts';
import { kyselyOver } from './sqlite.ts';

/** A ledger that is only read, also beside the daemon that writes it. */
export interface LedgerReader extends AsyncDisposable {
  readonly queries: Queries;
}

/** How long to wait for a lock, in milliseconds: nothing else is held up meanwhile. */
const BUSY_TIMEOUT_MS = 5_000;

/**
 * Opens the SQLite ledger in `file` to read it. Nothing of it is changed, and no lock is taken. Throws a `StoreFailure`
 * that names the file when it is missing, no ledger, or not of this version.
 */
export async function openLedgerReader(file: string): Promise<LedgerReader> {
  const fail = (why: string, cause?: unknown) =>
    new StoreFailure(`the ledger ${file} cannot be read: ${why}`, { cause });
  if (!existsSync(file)) throw fail('there is no such file');
  let database: DatabaseSync;
  try {
    database = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS, readOnly: true });
  } catch (error) {
    throw fail(error instanceof Error ? error.message : String(error), error);
  }
  const db = kyselyOver(database);
  try {
    await expectUpToDate(db);
  } catch (error) {
    await db.destroy();
    throw fail(error instanceof Error ? error.message : String(error), error);
  }
  return { queries: openQueries(db), [Symbol.asyncDispose]: () => db.destroy() };
}
