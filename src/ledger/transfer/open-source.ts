import type { Kysely } from 'kysely';
import { StoreInUse } from '../../domain/store-failure.ts';
import { openLedgerFile, openView } from '../open-reader.ts';
import type { LedgerPlace } from '../open-store.ts';
import { openPostgresReader } from '../postgres/open-postgres.ts';
import { holdLock } from '../sqlite.ts';
import type { Tables } from '../tables.ts';

/** A ledger that is read as of one moment. */
export interface Source extends AsyncDisposable {
  readonly db: Kysely<Tables>;
}

/**
 * Opens a ledger to read all of it. With `alone` nobody writes to it meanwhile: what is recorded after it was read would be
 * missing in its copy. Throws a `StoreFailure` that names it: a `StoreInUse` when a daemon writes to it.
 */
export async function openSource(place: LedgerPlace, alone: boolean): Promise<Source> {
  const held = new AsyncDisposableStack();
  try {
    const db = 'file' in place ? await openLedgerFile(place.file) : await openPostgresReader(place.postgres, alone);
    held.defer(() => db.destroy());
    if (alone && 'file' in place) held.use(holdLock(place.file));
    const view = await openView(db);
    held.defer(() => view.rollback().execute());
    return { db: view, [Symbol.asyncDispose]: () => held.disposeAsync() };
  } catch (error) {
    await held.disposeAsync();
    if (!(error instanceof StoreInUse)) throw error;
    throw new StoreInUse(`${error.message}; stop it, or what it records from now on is not moved`, { cause: error });
  }
}
