import { type Kysely, sql, type Transaction } from 'kysely';
import { LEASE_MS } from '../../domain/lease.ts';
import { StoreFailure } from '../../domain/store-failure.ts';
import type { Tables } from '../tables.ts';
import type { Fence } from '../transaction.ts';
import { kyselyOverPostgres } from './dialect.ts';
import { openPool, type PostgresAccess } from './pool.ts';

/** The right to write, in the database that is written to. Every method throws `StoreFailure` when it does not answer. */
export interface Lease {
  /** Takes the lease when nobody holds it: the number of this lead, or null. */
  acquire(): Promise<number | null>;
  /** Holds it for longer; false: another leads, or has led since. */
  renew(epoch: number): Promise<boolean>;
  /** Leaves it to the next at once. */
  release(epoch: number): Promise<void>;
  close(): Promise<void>;
}

/** The lease is another's by now: nothing was written. */
export class Deposed extends StoreFailure {
  override readonly name = 'Deposed';
}

/** Less than a lease, so that a database which does not answer is asked again within it. */
const STATEMENT_MS = 1_500;

/** By the one clock that all replicas share; in milliseconds, and not as of the transaction's beginning. */
const NOW = sql<number>`(extract(epoch from clock_timestamp()) * 1000)::bigint`;

/** `holder` names this process to people. It has a connection of its own: nothing else makes a renewal wait. */
export function openLease(access: PostgresAccess, holder: string): Lease {
  const use = { size: 1, readOnly: false, statementMs: STATEMENT_MS, idleInTransactionMs: STATEMENT_MS };
  const db = kyselyOverPostgres(openPool(access, use));
  return {
    // Whoever only asks must not hold up the transactions of the leader.
    acquire: async () => ((await isFree(db)) ? await db.transaction().execute((trx) => acquire(trx, holder)) : null),
    renew: async (epoch) => (await extend(db, epoch, LEASE_MS)) === 1,
    async release(epoch) {
      await extend(db, epoch, 0);
    },
    close: () => db.destroy(),
  };
}

function theLease(db: Kysely<Tables>) {
  return db
    .selectFrom('leadership')
    .select(['epoch', sql<boolean>`expires_at <= ${NOW}`.as('free')])
    .where('id', '=', 1);
}

async function isFree(db: Kysely<Tables>): Promise<boolean> {
  return (await theLease(db).executeTakeFirstOrThrow()).free;
}

/**
 * Waits, by the key's lock, for the transaction that the last leader may still have open; a renewal does not, as it changes
 * no key (https://www.postgresql.org/docs/15/explicit-locking.html#LOCKING-ROWS).
 */
async function acquire(trx: Transaction<Tables>, holder: string): Promise<number | null> {
  const row = await theLease(trx).forUpdate().executeTakeFirstOrThrow();
  if (!row.free) return null;
  const epoch = row.epoch + 1;
  await trx
    .updateTable('leadership')
    .set({ epoch, holder, expires_at: sql<number>`${NOW} + ${sql.lit(LEASE_MS)}` })
    .where('id', '=', 1)
    .execute();
  return epoch;
}

async function extend(db: Kysely<Tables>, epoch: number, ms: number): Promise<number> {
  const { numUpdatedRows } = await db
    .updateTable('leadership')
    .set({ expires_at: sql<number>`${NOW} + ${sql.lit(ms)}` })
    .where('id', '=', 1)
    .where('epoch', '=', epoch)
    .executeTakeFirstOrThrow();
  return Number(numUpdatedRows);
}

/** Refuses every transaction of a lead that is over, and holds the next lead off until this one is committed. */
export function fenceOf(epoch: number, deposed: () => void): Fence {
  return async (trx) => {
    const row = await trx.selectFrom('leadership').select('epoch').where('id', '=', 1).forKeyShare().executeTakeFirst();
    if (row?.epoch === epoch) return;
    deposed();
    throw new Deposed('the ledger: another replica leads by now');
  };
}
