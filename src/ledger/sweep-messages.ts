import type { Kysely } from 'kysely';
import { ROWS_PER_STATEMENT } from './rows.ts';
import type { Tables } from './tables.ts';

/**
 * Takes away a bounded number of messages made before `before` (milliseconds since the epoch), with the rows of the outbox
 * that they account for, and returns how many. What still waits stays, however old, and so does a message while an
 * edit or a notice of it is there.
 */
export async function sweepMessages(trx: Kysely<Tables>, before: number): Promise<number> {
  const rows = await trx
    .selectFrom('messages as m')
    .select('m.id')
    .where('m.state', '!=', 'waiting')
    .where('m.created_at', '<', before)
    .where((e) =>
      e.not(e.exists(e.selectFrom('messages as child').select('child.id').whereRef('child.root_id', '=', 'm.id'))),
    )
    .orderBy('m.id')
    .limit(ROWS_PER_STATEMENT)
    .execute();
  if (rows.length === 0) return 0;
  const ids = rows.map(({ id }) => id);
  await trx.deleteFrom('outbox').where('message_id', 'in', ids).execute();
  await trx.deleteFrom('messages').where('id', 'in', ids).execute();
  return ids.length;
}
