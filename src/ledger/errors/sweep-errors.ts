import type { Kysely } from 'kysely';
import { ROWS_PER_STATEMENT } from '../rows.ts';
import type { Tables } from '../tables.ts';

/** The tables of the sink whose old rows go. */
export const SWEPT_ERROR_TABLES = ['error_events', 'measurements', 'error_spans'] as const;

/**
 * Takes away a bounded number of the sink's rows older than `before` (milliseconds since the epoch); null once all are
 * gone. What was counted stays counted; a span that is not over stays.
 */
export async function sweepErrorsStep(
  trx: Kysely<Tables>,
  before: number,
): Promise<{ readonly table: (typeof SWEPT_ERROR_TABLES)[number]; readonly rows: number } | null> {
  for (const table of SWEPT_ERROR_TABLES) {
    const rows = await old(trx, table, before);
    if (rows.length === 0) continue;
    await trx
      .deleteFrom(table)
      .where(
        'id',
        'in',
        rows.map(({ id }) => id),
      )
      .execute();
    return { table, rows: rows.length };
  }
  return null;
}

async function old(trx: Kysely<Tables>, table: (typeof SWEPT_ERROR_TABLES)[number], before: number) {
  return table === 'error_spans'
    ? await trx
        .selectFrom(table)
        .select('id')
        .where('closed', '=', 1)
        .where('last', '<', before)
        .limit(ROWS_PER_STATEMENT)
        .execute()
    : await trx.selectFrom(table).select('id').where('at', '<', before).limit(ROWS_PER_STATEMENT).execute();
}
