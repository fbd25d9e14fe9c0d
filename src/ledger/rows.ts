import { setImmediate } from 'node:timers/promises';
import { CompiledQuery, type Insertable, type Kysely } from 'kysely';
import type { Tables } from './tables.ts';

/** Most rows of one statement: what follows a longer one would wait too long (design.md §6). */
export const ROWS_PER_STATEMENT = 500;

const texts = new Map<string, string>();

/** Inserts rows that all have the same columns, in statements of a bounded size, letting others run in between. */
export async function insertRows<T extends keyof Tables & string>(
  db: Kysely<Tables>,
  table: T,
  rows: readonly Insertable<Tables[T]>[],
): Promise<void> {
  const first = rows[0];
  if (first === undefined) return;
  const columns = Object.keys(first) as (keyof Insertable<Tables[T]> & string)[];
  for (const slice of slices(rows)) {
    const text = insertText(db, table, columns, slice);
    const parameters = slice.flatMap((row) => columns.map((column) => row[column]));
    await db.executeQuery(CompiledQuery.raw(text, parameters));
    await setImmediate();
  }
}

/** Compiling a 500-row insert costs more than running it, and its text depends on the number of rows alone. */
function insertText<T extends keyof Tables & string>(
  db: Kysely<Tables>,
  table: T,
  columns: readonly string[],
  slice: readonly Insertable<Tables[T]>[],
): string {
  const key = `${table} ${slice.length} ${columns.join()}`;
  const text = texts.get(key) ?? db.insertInto(table).values(slice).compile().sql;
  if (slice.length === ROWS_PER_STATEMENT) texts.set(key, text);
  return text;
}

/** Cuts a list into parts that one statement may carry. */
export function* slices<T>(rows: readonly T[]): Generator<readonly T[]> {
  for (let start = 0; start < rows.length; start += ROWS_PER_STATEMENT)
    yield rows.slice(start, start + ROWS_PER_STATEMENT);
}

/** Runs `read` over a list in parts that one statement may carry, letting others run in between. */
export async function inSlices<T, R>(
  rows: readonly T[],
  read: (slice: readonly T[]) => Promise<readonly R[]>,
): Promise<R[]> {
  const found: R[] = [];
  for (const slice of slices(rows)) {
    found.push(...(await read(slice)));
    if (rows.length > ROWS_PER_STATEMENT) await setImmediate();
  }
  return found;
}
