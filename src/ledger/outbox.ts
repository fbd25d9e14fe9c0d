import { randomUUID } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { OutboxRow } from '../domain/transition.ts';
import { insertRows } from './rows.ts';
import type { Tables } from './tables.ts';

/** Writes what was decided to be told, in its order; `decidedAt` in milliseconds since the epoch. */
export async function writeOutbox(trx: Kysely<Tables>, rows: readonly OutboxRow[], decidedAt: number): Promise<void> {
  await insertRows(
    trx,
    'outbox',
    rows.map(({ ref, ends, payload, ...row }) => ({
      ...row,
      ref: ref ?? randomUUID(),
      ends: Number(ends),
      payload: JSON.stringify(payload),
      decided_at: decidedAt,
      message_id: null,
      role: null,
    })),
  );
}
