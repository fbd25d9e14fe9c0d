import { setTimeout as sleep } from 'node:timers/promises';
import { type Kysely, sql, type Transaction } from 'kysely';
import { StoreInUse } from '../../domain/store-failure.ts';
import { expectUpToDate, migrate } from '../migrations.ts';
import type { Tables } from '../tables.ts';
import type { Store } from '../transaction.ts';
import { kyselyOverPostgres } from './dialect.ts';
import { isPassing, notOpened } from './failure.ts';
import { type Ask, openPool, type PoolUse, type PostgresAccess } from './pool.ts';

/** The first of the two numbers of every advisory lock of ours: "dora". */
const LOCKS = 0x646f7261;
/** Held by a transaction that writes: there is one at a time over all processes, as in SQLite. */
const WRITING = 1;
/** Held by the connections of whoever writes, for as long as they are connected. */
const OWNING = 2;
/** Held while tables are brought up to date. */
const MIGRATING = 3;

const READERS = 4;
const STATEMENT_MS = 30_000;
/** Whoever asks for years of events waits for them. */
const READING_MS = 600_000;
/** A frozen owner lets go of what it holds before another takes over. */
const IDLE_IN_TRANSACTION_MS = 5_000;
/** How long between two questions for what became of a commit. */
const DOUBT_MS = 250;

/**
 * Who else may write: `sole` keeps all others out for as long as it is connected, `shared` only those who want to be
 * alone. Which of those that share it may write what is for a lease to say.
 */
export type Ownership = 'sole' | 'shared';

/**
 * Opens the database and brings its tables up to date. Throws a `StoreFailure` that names the database when it is not
 * reached, in use, or none that a ledger can be in.
 */
export async function openPostgres(access: PostgresAccess, ownership: Ownership): Promise<Store> {
  try {
    await migratePostgres(access);
    return await connect(access, ownership);
  } catch (error) {
    throw notOpened(access.address.url, error);
  }
}

/**
 * Opens it to read what is there, however long that takes; with `alone`, while nobody else writes to it. Throws as
 * `openPostgres` does, and where it is no ledger.
 */
export async function openPostgresReader(access: PostgresAccess, alone = false): Promise<Kysely<Tables>> {
  const prepare = alone ? { prepare: (ask: Ask) => own(ask, 'sole') } : {};
  return await openAsItIs(access, { readOnly: true, statementMs: READING_MS, ...prepare });
}

/** Opens it to write beside those who own it, one statement at a time. Throws as `openPostgresReader` does. */
export async function openPostgresBeside(access: PostgresAccess): Promise<Kysely<Tables>> {
  return await openAsItIs(access, { readOnly: false, statementMs: STATEMENT_MS });
}

async function openAsItIs(
  access: PostgresAccess,
  how: Pick<PoolUse, 'readOnly' | 'statementMs' | 'prepare'>,
): Promise<Kysely<Tables>> {
  const use = { ...how, size: 1, idleInTransactionMs: 0 };
  try {
    const db = kyselyOverPostgres(openPool(access, use));
    try {
      await expectUpToDate(db);
      return db;
    } catch (error) {
      await db.destroy();
      throw error;
    }
  } catch (error) {
    throw notOpened(access.address.url, error);
  }
}

async function connect(access: PostgresAccess, ownership: Ownership): Promise<Store> {
  const use = { statementMs: STATEMENT_MS, idleInTransactionMs: IDLE_IN_TRANSACTION_MS };
  const writer = kyselyOverPostgres(
    openPool(access, { ...use, size: 1, readOnly: false, prepare: (ask) => own(ask, ownership) }),
  );
  const reader = kyselyOverPostgres(openPool(access, { ...use, size: READERS, readOnly: true }));
  const closing = new AbortController();
  const close = async () => {
    closing.abort();
    await Promise.all([reader.destroy(), writer.destroy()]);
  };
  try {
    await sql`select 1`.execute(writer);
  } catch (error) {
    await close();
    throw error;
  }
  let last: Promise<unknown> = Promise.resolve();
  return {
    reader,
    transact(work) {
      // In turn, and not by waiting for the connection: for that a pool has but one time-out.
      const done = last.then(() => transact(writer, reader, work, closing.signal));
      last = done.catch(() => {});
      return done;
    },
    isPassing,
    close,
  };
}

/** Tables are brought up to date in one transaction, by one process at a time, however long it takes. */
async function migratePostgres(access: PostgresAccess): Promise<void> {
  const prepare = async (ask: Ask) => {
    await ask('set lock_timeout = 0');
    await expectUnicode(ask);
    await ask('select pg_advisory_lock($1, $2)', [LOCKS, MIGRATING]);
  };
  const use = { size: 1, readOnly: false, statementMs: 0, idleInTransactionMs: 0, prepare };
  await using db = kyselyOverPostgres(openPool(access, use));
  await migrate(db);
}

async function expectUnicode(ask: Ask): Promise<void> {
  const [row] = await ask('show server_encoding');
  const encoding = row?.['server_encoding'];
  if (encoding !== 'UTF8') throw new Error(`the database has the encoding ${encoding}, and UTF8 is needed`);
}

async function own(ask: Ask, ownership: Ownership): Promise<void> {
  const lock = ownership === 'sole' ? 'pg_try_advisory_lock' : 'pg_try_advisory_lock_shared';
  const [row] = await ask(`select ${lock}($1, $2) as owned`, [LOCKS, OWNING]);
  if (row?.['owned'] !== true) throw new StoreInUse('it is in use: another dora-exporter writes to it');
}

async function transact<T>(
  writer: Kysely<Tables>,
  reader: Kysely<Tables>,
  work: (trx: Transaction<Tables>) => Promise<T>,
  closing: AbortSignal,
): Promise<T> {
  let done: { readonly worked: T; readonly xid: string | null } | null = null;
  try {
    await writer.transaction().execute(async (trx) => {
      await sql`select pg_advisory_xact_lock(${LOCKS}, ${WRITING})`.execute(trx);
      const worked = await work(trx);
      done = { worked, xid: await numberOf(trx) };
    });
  } catch (error) {
    // An answer that was lost on the way tells nothing: it may have been committed, and what it changed must be told.
    const { worked, xid } = (done ?? {}) as { worked?: T; xid?: string | null };
    if (typeof xid !== 'string' || !(await wasCommitted(reader, xid, closing))) throw error;
    return worked as T;
  }
  return (done as unknown as { readonly worked: T }).worked;
}

/** The number of a transaction that has written something; null for one that has not. */
async function numberOf(trx: Transaction<Tables>): Promise<string | null> {
  const asked = sql<{ xid: string | null }>`select pg_current_xact_id_if_assigned()::text as xid`;
  return (await asked.execute(trx)).rows[0]?.xid ?? null;
}

/** What became of a transaction, asked until the database answers. */
async function wasCommitted(reader: Kysely<Tables>, xid: string, closing: AbortSignal): Promise<boolean> {
  while (!closing.aborted) {
    try {
      const asked = sql<{ status: string | null }>`select pg_xact_status(${xid}::xid8) as status`;
      const status = (await asked.execute(reader)).rows[0]?.status;
      if (status !== 'in progress') return status === 'committed';
    } catch {
      // Not reached yet.
    }
    await sleep(DOUBT_MS);
  }
  return false;
}
