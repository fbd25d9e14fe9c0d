import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { Kysely } from 'kysely';
import { StoreFailure } from '../domain/store-failure.ts';
import type { OutboxRow } from '../domain/transition.ts';
import type { LedgerPlace } from './open-store.ts';
import { openPostgresBeside } from './postgres/open-postgres.ts';
import { kyselyOver } from './sqlite.ts';
import type { Tables } from './tables.ts';
import { asStoreFailure } from './transaction.ts';

/** How long another process's commit is waited for: nothing else runs in this one meanwhile. */
const BUSY_TIMEOUT_MS = 5_000;

/** What became of a row that was appended. */
export interface Fate {
  /** `pending` until it has been sent. */
  readonly state: 'pending' | 'delivered' | 'parked';
  readonly eventId: string | null;
  /** Milliseconds since the epoch. */
  readonly deliveredAt: number | null;
  /** Why it was parked. */
  readonly reason: string | null;
}

/** The outbox of a ledger that another process holds: rows can be appended, which its sender finds within a second. */
export interface ForeignOutbox {
  /** `decidedAt` in milliseconds since the epoch; `ref` is what `fate` asks by. */
  append(row: OutboxRow & { readonly ref: string }, decidedAt: number): Promise<void>;
  fate(ref: string): Promise<Fate>;
  close(): Promise<void>;
}

/** Opens it without the lock that a daemon holds. Throws a `StoreFailure` that names the file or the database. */
export async function openForeignOutbox(place: LedgerPlace): Promise<ForeignOutbox> {
  const db = 'file' in place ? openFile(place.file) : await openPostgresBeside(place.postgres);
  const asking = async <T>(ask: () => Promise<T>): Promise<T> => {
    try {
      return await ask();
    } catch (error) {
      throw asStoreFailure(error);
    }
  };
  return {
    async append({ ref, source, severity, room, key, origin, about, ends, payload }, decidedAt) {
      const row = { ref, source, severity, room, key, origin, about, ends: Number(ends) };
      const values = { ...row, payload: JSON.stringify(payload), decided_at: decidedAt };
      await asking(() => db.insertInto('outbox').values(values).execute());
    },
    async fate(ref) {
      const row = await asking(() =>
        db
          .selectFrom('outbox as o')
          .innerJoin('messages as m', 'm.id', 'o.message_id')
          .select(['m.state', 'm.event_id', 'm.delivered_at', 'm.reason'])
          .where('o.ref', '=', ref)
          .executeTakeFirst(),
      );
      const state = row?.state === 'delivered' || row?.state === 'parked' ? row.state : 'pending';
      return {
        state,
        eventId: row?.event_id ?? null,
        deliveredAt: row?.delivered_at ?? null,
        reason: row?.reason ?? null,
      };
    },
    close: () => db.destroy(),
  };
}

function openFile(file: string): Kysely<Tables> {
  if (!existsSync(file)) throw new StoreFailure(`the ledger ${file} is not there`);
  return kyselyOver(new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS }));
}
