import type { Kysely, Transaction } from 'kysely';
import type { Clock } from '../domain/clock.ts';
import { StoreFailure } from '../domain/store-failure.ts';
import type { Tables } from './tables.ts';

const SQLITE_BUSY = 5;
const SQLITE_LOCKED = 6;
/** Waits for another process's lock, 1.5 s in all: longer, and a poll would miss its deadline for it. */
const RETRIES_MS = [50, 100, 200, 400, 750];

/** The writer's connection, and what is to be done about each commit; `beforeCommit` prevents it by throwing. */
interface Store {
  readonly writer: Kysely<Tables>;
  beforeCommit(): void;
  afterCommit(): Promise<void>;
}

/** Runs `work` as one transaction: all of it or nothing. Throws `StoreFailure` when the store did not take it. */
export async function inTransaction<T>(
  { writer, beforeCommit, afterCommit }: Store,
  clock: Clock,
  work: (trx: Transaction<Tables>) => Promise<T>,
): Promise<T> {
  for (const wait of [...RETRIES_MS, null]) {
    try {
      return await writer.connection().execute(async (connection) => {
        const done = await connection.transaction().execute(async (trx) => {
          const worked = await work(trx);
          beforeCommit();
          return worked;
        });
        await afterCommit();
        return done;
      });
    } catch (error) {
      if (wait === null || !isBusy(error)) throw asStoreFailure(error);
      await clock.sleep(wait, new AbortController().signal);
    }
  }
  throw new StoreFailure('the ledger is locked');
}

/** Turns an error of the database into a `StoreFailure` that says what it said; any other error stays itself. */
export function asStoreFailure(error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error) || error.code !== 'ERR_SQLITE_ERROR') return error;
  return new StoreFailure(`the ledger: ${error.message}`, { cause: error });
}

/** Another connection holds the lock. */
export function isBusy(error: unknown): boolean {
  const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : 0;
  return code === SQLITE_BUSY || code === SQLITE_LOCKED;
}
