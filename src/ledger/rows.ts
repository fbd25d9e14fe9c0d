import { setImmediate } from 'node:timers/promises';
import { CompiledQuery, type DialectAdapter, type Insertable, type Kysely, type Selectable } from 'kysely';
import type { Tables } from './tables.ts';

/** Most rows that one statement reads or takes away: what follows a longer one would wait too long (design.md §6). */
export const ROWS_PER_STATEMENT = 500;
/** Most rows that one statement writes: each of them costs more. */
const ROWS_PER_WRITE = 100;
/** Most items that are worked on before others run. */
const ITEMS_PER_TURN = 50;

type Table = keyof Tables & string;
type Column<T extends Table> = keyof Insertable<Tables[T]> & string;

/** By the dialect that they are written in. */
const texts = new WeakMap<DialectAdapter, Map<string, string>>();

/** Inserts rows that all have the same columns, letting others run in between. */
export async function insertRows<T extends Table>(
  db: Kysely<Tables>,
  table: T,
  rows: Iterable<Insertable<Tables[T]>>,
): Promise<void> {
  await writeRows(db, table, rows, '');
}

/** Inserts rows as `insertRows` does, and returns these columns of each as they are now, in no order. */
export async function insertAndRead<T extends Table, C extends keyof Selectable<Tables[T]> & string>(
  db: Kysely<Tables>,
  table: T,
  rows: Iterable<Insertable<Tables[T]>>,
  columns: readonly C[],
): Promise<Pick<Selectable<Tables[T]>, C>[]> {
  const found = await writeRows(db, table, rows, ` returning ${quoted(columns)}`);
  return found as Pick<Selectable<Tables[T]>, C>[];
}

/** Writes whole rows as `insertRows` does, over those that have the same `key`. */
export async function upsertRows<T extends Table>(
  db: Kysely<Tables>,
  table: T,
  key: readonly Column<T>[],
  rows: readonly Insertable<Tables[T]>[],
): Promise<void> {
  const others = Object.keys(rows[0] ?? {}).filter((column) => !key.some((part) => part === column));
  const set = others.map((column) => `"${column}" = excluded."${column}"`);
  await writeRows(db, table, rows, ` on conflict (${quoted(key)}) do update set ${set.join()}`);
}

function quoted(columns: readonly string[]): string {
  return columns.map((column) => `"${column}"`).join();
}

async function writeRows<T extends Table>(
  db: Kysely<Tables>,
  table: T,
  rows: Iterable<Insertable<Tables[T]>>,
  ending: string,
): Promise<unknown[]> {
  const found: unknown[] = [];
  for (const slice of slices(rows, ROWS_PER_WRITE)) {
    for (const part of slice.length === ROWS_PER_WRITE ? [slice] : inFewLengths(slice)) {
      const columns = Object.keys(part[0] ?? {}) as Column<T>[];
      const parameters: unknown[] = [];
      for (const row of part) for (const column of columns) parameters.push(row[column]);
      const text = insertText(db, table, columns, part) + ending;
      found.push(...(await db.executeQuery(CompiledQuery.raw(text, parameters))).rows);
    }
    if (slice.length === ROWS_PER_WRITE) await setImmediate();
  }
  return found;
}

/** Cuts a list into parts of 2, 4, 8 and so on: of these few the texts are kept, and prepared. */
function* inFewLengths<T>(rows: readonly T[]): Generator<readonly T[]> {
  for (let first = 0; first < rows.length; ) {
    const length = 2 ** Math.floor(Math.log2(rows.length - first));
    yield rows.slice(first, first + length);
    first += length;
  }
}

/** Compiling a long insert costs more than running it, and its text depends on the number of rows alone. */
function insertText<T extends Table>(
  db: Kysely<Tables>,
  table: T,
  columns: readonly string[],
  slice: readonly Insertable<Tables[T]>[],
): string {
  const { adapter } = db.getExecutor();
  const known = texts.get(adapter) ?? new Map<string, string>();
  texts.set(adapter, known);
  const key = `${table} ${slice.length} ${columns.join()}`;
  const text = known.get(key) ?? db.insertInto(table).values(slice).compile().sql;
  known.set(key, text);
  return text;
}

/** Cuts a list into parts of at most `size`. */
function* slices<T>(rows: Iterable<T>, size: number): Generator<readonly T[]> {
  let slice: T[] = [];
  for (const row of rows) {
    slice.push(row);
    if (slice.length < size) continue;
    yield slice;
    slice = [];
  }
  if (slice.length > 0) yield slice;
}

/** Runs `read` over a list in parts that one statement may carry, letting others run in between. */
export async function inSlices<T, R>(
  rows: readonly T[],
  read: (slice: readonly T[]) => Promise<readonly R[]>,
): Promise<R[]> {
  const found: R[] = [];
  for (const slice of slices(rows, ROWS_PER_STATEMENT)) {
    found.push(...(await read(slice)));
    if (rows.length > ROWS_PER_STATEMENT) await setImmediate();
  }
  return found;
}

/** Calls `work` for each of many in order, letting others run now and then. */
export async function inTurns<T>(items: Iterable<T>, work: (item: T) => void | Promise<void>): Promise<void> {
  for (const some of slices(items, ITEMS_PER_TURN)) {
    for (const item of some) await work(item);
    if (some.length === ITEMS_PER_TURN) await setImmediate();
  }
}
