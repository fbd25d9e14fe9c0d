import type { Kysely, Transaction } from 'kysely';
import type { Clock } from '../domain/clock.ts';
import { StoreFailure } from '../domain/store-failure.ts';
import type { Tables } from './tables.ts';

const SQLITE_BUSY = 5;
const SQLITE_LOCKED = 6;
/** Waits for another's lock, or a database that comes back, 1.5 s in all: longer, and a poll would miss its deadline. */
const RETRIES_MS = [50, 100, 200, 400, 750];

/** The connections of one ledger: a writer, whose transactions come one after another, and readers beside it. */
export interface Store {
  readonly reader: Kysely<Tables>;
  /** Runs `work` as one transaction, once: all of it or nothing. */
  transact<T>(work: (trx: Transaction<Tables>) => Promise<T>): Promise<T>;
  /** What it threw passes by itself soon, and nothing was kept. */
  isPassing(error: unknown): boolean;
  close(): Promise<void>;
}

/**
 * Run first in each transaction that writes; what it throws undoes the transaction and is what the writer is told. For a
 * process that writes only while it leads.
 */
export type Fence = (trx: Transaction<Tables>) => Promise<void>;

/**
 * Runs `work` as one transaction: all of it or nothing. Every write of the ledger comes this way, and `work` may be run
 * again. Throws `StoreFailure` when the store did not take it.
 */
export async function inTransaction<T>(
  store: Pick<Store, 'transact' | 'isPassing'>,
  clock: Clock,
  work: (trx: Transaction<Tables>) => Promise<T>,
): Promise<T> {
  for (const wait of [...RETRIES_MS, null]) {
    try {
      return await store.transact(work);
    } catch (error) {
      if (wait === null || !store.isPassing(error)) throw asStoreFailure(error);
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
