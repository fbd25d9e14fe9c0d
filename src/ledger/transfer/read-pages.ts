import { type Kysely, sql } from 'kysely';
import { StoreFailure } from '../../domain/store-failure.ts';
import type { Tables } from '../tables.ts';
import { asStoreFailure } from '../transaction.ts';
import type { TableShape } from './moved-tables.ts';

export type Value = string | number | null;
/** Values in the order of the table's columns. */
export type Row = readonly Value[];

const MOST_ROWS = 500;
const FIRST_ROWS = 50;
/** About as much as one page may hold, in characters: a row of a few thousand is common, of a million possible. */
const PAGE_LENGTH = 2_000_000;

/** All rows in the order of the table's key, in pages of a bounded size. Throws a `StoreFailure` that names the table. */
export async function* readPages(db: Kysely<Tables>, table: TableShape): AsyncGenerator<readonly Row[]> {
  const { name, key, columns } = table;
  const list = sql.join(columns.map((column) => sql.ref(column)));
  const order = sql.join(key.map((column) => sql.ref(column)));
  const places = key.map((column) => columns.indexOf(column));
  let limit = FIRST_ROWS;
  let after: Row | null = null;
  for (;;) {
    const rest: ReturnType<typeof sql> = after === null ? sql`` : sql`where (${order}) > (${sql.join(after)})`;
    const asked = sql<Record<string, Value>>`
      select ${list} from ${sql.table(name)} ${rest} order by ${order} limit ${sql.lit(limit)}`;
    const rows: readonly Row[] = await asked.execute(db).then(
      (answer) => answer.rows.map((row) => columns.map((column) => row[column] ?? null)),
      (error) => {
        throw notRead(table, after, error);
      },
    );
    const last = rows.at(-1);
    if (last === undefined) return;
    yield rows;
    if (rows.length < limit) return;
    after = places.map((place) => last[place] ?? null);
    limit = nextLimit(rows);
  }
}

/** The rows of the next page, if they are as long as these. */
function nextLimit(rows: readonly Row[]): number {
  let length = 0;
  for (const row of rows) for (const value of row) length += typeof value === 'string' ? value.length : 8;
  return Math.max(1, Math.min(MOST_ROWS, Math.floor((rows.length * PAGE_LENGTH) / length)));
}

function notRead({ name, key }: TableShape, after: Row | null, error: unknown): unknown {
  const failure = asStoreFailure(error);
  const why = failure instanceof Error ? failure.message : String(failure);
  const where = after === null ? 'from its beginning' : `after ${key.join(', ')} = ${after.join(', ')}`;
  return new StoreFailure(`the table ${name} cannot be read ${where}: ${why}`, { cause: error });
}
