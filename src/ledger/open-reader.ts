import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { Kysely } from 'kysely';
import type { LedgerEvent } from '../domain/ledger-event.ts';
import { StoreFailure } from '../domain/store-failure.ts';
import { expectUpToDate } from './migrations.ts';
import type { LedgerPlace } from './open-store.ts';
import { readPast, readPastTargets } from './past/read-past.ts';
import type { TargetPast } from './past/target-past.ts';
import { openPostgresReader } from './postgres/open-postgres.ts';
import { openQueries, type Queries } from './queries.ts';
import { readEvents } from './read-events.ts';
import { kyselyOver } from './sqlite.ts';
import type { Tables } from './tables.ts';
import { asStoreFailure } from './transaction.ts';

/** A ledger that is only read, also beside the daemon that writes it. */
export interface LedgerReader extends AsyncDisposable {
  readonly queries: Queries;
  /** The past of all targets, as the ledger stands now, for as long as it is open. */
  pasts(): Promise<Pasts>;
  /** All that its keys are taken over, as it stands when the first is asked for. Throws `StoreFailure`. */
  events(): AsyncIterable<LedgerEvent>;
}

/** What `/metrics` showed of targets at any time. Throws `StoreFailure` when the store does not answer. */
export interface Pasts extends AsyncDisposable {
  /** Numbers of the targets of these sources that were there at some time after `since`, in milliseconds since the epoch. */
  targets(sources: readonly string[], since: number): AsyncIterable<number>;
  /** One of them. `birthHoldMs` is how long a target that was born live showed its counters at 0. */
  past(target: number, birthHoldMs: number): Promise<TargetPast>;
}

/** How long to wait for a lock, in milliseconds: nothing else is held up meanwhile. */
const BUSY_TIMEOUT_MS = 5_000;

/**
 * Opens a ledger to read it. Nothing of it is changed, and no lock is taken. Throws a `StoreFailure` that names the file
 * or the database when it is missing, not reached, no ledger, or not of this version.
 */
export async function openLedgerReader(place: LedgerPlace): Promise<LedgerReader> {
  const db = 'file' in place ? await openLedgerFile(place.file) : await openPostgresReader(place.postgres);
  return {
    queries: openQueries(db),
    pasts: () => openPasts(db),
    events: () => eventsOf(db),
    [Symbol.asyncDispose]: () => db.destroy(),
  };
}

/** Opens a file to read what is there. Throws as `openLedgerReader` does. */
export async function openLedgerFile(file: string): Promise<Kysely<Tables>> {
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
  return db;
}

/** One transaction for all that is read, which all sees the same: the daemon goes on writing beside it. */
export function openView(db: Kysely<Tables>) {
  return db.startTransaction().setIsolationLevel('repeatable read').execute();
}

async function openPasts(db: Kysely<Tables>): Promise<Pasts> {
  const trx = await openView(db);
  return {
    async *targets(sources, since) {
      try {
        yield* readPastTargets(trx, sources, since);
      } catch (error) {
        throw asStoreFailure(error);
      }
    },
    async past(target, birthHoldMs) {
      try {
        return await readPast(trx, target, birthHoldMs);
      } catch (error) {
        throw asStoreFailure(error);
      }
    },
    [Symbol.asyncDispose]: () => trx.rollback().execute(),
  };
}

async function* eventsOf(db: Kysely<Tables>): AsyncGenerator<LedgerEvent> {
  const trx = await openView(db);
  try {
    yield* readEvents(trx);
  } catch (error) {
    throw asStoreFailure(error);
  } finally {
    await trx.rollback().execute();
  }
}
