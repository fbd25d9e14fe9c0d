import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setImmediate } from 'node:timers/promises';
import { Kysely, type SqliteDatabase, SqliteDialect, type SqliteStatement } from 'kysely';
import { StoreFailure, StoreInUse } from '../domain/store-failure.ts';
import { statementOf } from './sqlite-statement.ts';
import type { Tables } from './tables.ts';
import { isBusy, type Store } from './transaction.ts';

/** How long SQLite itself may wait for a lock: it stops the whole process meanwhile, so waiting longer is ours. */
const BUSY_TIMEOUT_MS = 20;
const KEPT_STATEMENTS = 300;
/** How long the log may grow before it is copied into the file; SQLite's own measure is 1,000 pages too. */
const LOG_BYTES = 1000 * 4096;

/** The connections of one SQLite ledger. Readers are never held up by the writer (WAL). */
export interface SqliteConnections extends Store {
  readonly writer: Kysely<Tables>;
}

/**
 * Opens the file, made with its folder where missing. A lock beside it keeps a second daemon out; the operating
 * system drops it with the process, however that ends. Throws a `StoreFailure` that names the file when it is in use,
 * unreadable or no database.
 */
export function openSqlite(file: string): SqliteConnections {
  try {
    return openLocked(file);
  } catch (error) {
    throw notOpened(file, error);
  }
}

function notOpened(file: string, error: unknown): StoreFailure {
  const why = error instanceof Error ? error.message : String(error);
  const Failure = error instanceof StoreInUse ? StoreInUse : StoreFailure;
  return new Failure(`the ledger ${file} cannot be opened: ${why}`, { cause: error });
}

function openLocked(file: string): SqliteConnections {
  mkdirSync(dirname(file), { recursive: true });
  const lock = takeLock(`${file}.lock`);
  const databases = [lock];
  try {
    const writing = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS });
    databases.push(writing);
    writing.exec('pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on');
    writing.exec('pragma wal_autocheckpoint = 0; pragma journal_size_limit = 0');
    const reading = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS, readOnly: true });
    databases.push(reading);
    // A first read makes the log, so that all three files are there to be told from others.
    reading.exec('pragma schema_version');
    const files = [file, `${file}-wal`, `${file}.lock`].map((path) => ({ path, identity: identityOf(path) }));
    const writer = kyselyOver(writing);
    const reader = kyselyOver(reading);
    return {
      writer,
      reader,
      transact: (work) =>
        writer.connection().execute(async (connection) => {
          const done = await connection.transaction().execute(async (trx) => {
            const worked = await work(trx);
            expectInPlace(files);
            return worked;
          });
          // Before the writer begins anew.
          await shortenLog(writing, `${file}-wal`);
          return done;
        }),
      isPassing: isBusy,
      async close() {
        await reader.destroy();
        await writer.destroy();
        lock.close();
      },
    };
  } catch (error) {
    for (const database of databases.reverse()) database.close();
    throw error;
  }
}

/**
 * Removed or replaced files stay writable to whoever has them open: SQLite would go on committing into nothing, and
 * another daemon could take the lock anew.
 */
function expectInPlace(files: readonly { readonly path: string; readonly identity: string | null }[]): void {
  for (const { path, identity } of files) {
    if (identityOf(path) !== identity) {
      throw new StoreFailure(`the ledger ${path} was removed or replaced while in use`);
    }
  }
}

/** What tells a file from another of the same name; null where none can be reached. */
function identityOf(path: string): string | null {
  try {
    const { dev, ino } = statSync(path);
    return `${dev}:${ino}`;
  } catch {
    return null;
  }
}

/**
 * Copies the log into the file once it is long, in a turn of its own: SQLite would do it within a commit, and hold
 * everything else up twice as long.
 */
async function shortenLog(database: DatabaseSync, log: string): Promise<void> {
  await setImmediate();
  try {
    if (statSync(log).size > LOG_BYTES) database.exec('pragma wal_checkpoint(passive)');
  } catch {
    // What was committed is safe in the log, and the next commit tries again.
  }
}

/** Keeps every daemon out of a ledger while it is only read. Throws as `openSqlite` does. */
export function holdLock(file: string): Disposable {
  try {
    return takeLock(`${file}.lock`);
  } catch (error) {
    throw notOpened(file, error);
  }
}

function takeLock(path: string): DatabaseSync {
  const lock = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
  try {
    lock.exec('pragma journal_mode = delete; begin exclusive');
    return lock;
  } catch (error) {
    lock.close();
    if (isBusy(error)) {
      throw new StoreInUse(`its lock ${path} is held: another dora-exporter uses this ledger`, { cause: error });
    }
    throw new Error(`its lock ${path} cannot be taken`, { cause: error });
  }
}

/** Typed queries over an open database, which they close. */
export function kyselyOver(database: DatabaseSync): Kysely<Tables> {
  return new Kysely<Tables>({ dialect: new SqliteDialect({ database: shim(database) }) });
}

/**
 * On a full disk, among others, SQLite rolls back by itself (https://sqlite.org/lang_transaction.html §3). Kysely does so
 * after any error, and "no transaction is active" would hide that first error.
 */
const ALREADY_ROLLED_BACK: SqliteStatement = {
  reader: false,
  all: () => [],
  run: () => ({ changes: 0, lastInsertRowid: 0 }),
  iterate: () => [].values(),
};

/** Kysely's view of node:sqlite. Statements are kept, as parsing a 500-row insert costs as much as running it. */
function shim(database: DatabaseSync): SqliteDatabase {
  const kept = new Map<string, SqliteStatement>();
  return {
    close: () => database.close(),
    prepare(text) {
      if (text === 'rollback' && !database.isTransaction) return ALREADY_ROLLED_BACK;
      const statement = kept.get(text) ?? statementOf(database.prepare(text));
      kept.delete(text);
      kept.set(text, statement);
      if (kept.size > KEPT_STATEMENTS) kept.delete(kept.keys().next().value as string);
      return statement;
    },
  };
}
