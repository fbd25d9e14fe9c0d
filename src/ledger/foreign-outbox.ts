import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { StoreFailure } from '../domain/store-failure.ts';
import type { OutboxRow } from '../domain/transition.ts';
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
  append(row: OutboxRow & { readonly ref: string }, decidedAt: number): void;
  fate(ref: string): Fate;
  close(): void;
}

/** Opens it without the lock that a daemon holds. Throws a `StoreFailure` that names the file. */
export function openForeignOutbox(file: string): ForeignOutbox {
  if (!existsSync(file)) throw new StoreFailure(`the ledger ${file} is not there`);
  const database = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS });
  const asking = <T>(ask: () => T): T => {
    try {
      return ask();
    } catch (error) {
      throw asStoreFailure(error);
    }
  };
  return {
    append({ ref, source, severity, room, key, origin, about, ends, payload }, decidedAt) {
      const columns = 'ref, source, severity, room, key, origin, about, ends, payload, decided_at';
      const values = [
        ref,
        source,
        severity,
        room,
        key,
        origin,
        about,
        Number(ends),
        JSON.stringify(payload),
        decidedAt,
      ];
      asking(() =>
        database.prepare(`insert into outbox (${columns}) values (${values.map(() => '?').join()})`).run(...values),
      );
    },
    fate(ref) {
      const row = asking(() =>
        database
          .prepare(
            'select m.state, m.event_id, m.delivered_at, m.reason from outbox o join messages m on m.id = o.message_id where o.ref = ?',
          )
          .get(ref),
      ) as { state: string; event_id: string | null; delivered_at: number | null; reason: string | null } | undefined;
      const state = row?.state === 'delivered' || row?.state === 'parked' ? row.state : 'pending';
      return {
        state,
        eventId: row?.event_id ?? null,
        deliveredAt: row?.delivered_at ?? null,
        reason: row?.reason ?? null,
      };
    },
    close: () => database.close(),
  };
}
