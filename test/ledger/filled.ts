import { DatabaseSync } from 'node:sqlite';
import { openStore } from '../../src/ledger/open-store.ts';

/** Texts that a store could keep as something else. */
const TEXTS = ['', 'a', 'ß', '\u{1f680}', 'Z', 'É', '\ud7ff', '{"a":[null]}', "it's", 'two\nlines', '\ufffd', 'a '];

interface Column {
  readonly name: string;
  readonly type: string;
  readonly notnull: number;
  readonly pk: number;
}

/**
 * Makes a ledger in a file with rows in every table that there is, whatever they would mean: all columns of them, null
 * where they may be. Of what is numbered the latest rows are gone.
 */
export async function makeFilledLedger(file: string, rows: number): Promise<void> {
  await (await openStore({ file })).close();
  using database = new DatabaseSync(file);
  for (const table of movedTables(database)) {
    const columns = database.prepare(`pragma table_info(${table})`).all() as unknown as readonly Column[];
    const places = columns.map(() => '?').join(', ');
    const insert = database.prepare(
      `insert into ${table} (${columns.map(({ name }) => name).join(', ')}) values (${places})`,
    );
    database.exec('begin');
    for (let row = 0; row < rows; row += 1) insert.run(...columns.map((column, place) => cell(column, row, place)));
    database.exec('commit');
    if (columns.some(({ name }) => name === 'id')) database.exec(`delete from ${table} where id > ${3 * rows - 6}`);
  }
}

function cell({ name, type, notnull, pk }: Column, row: number, place: number): string | number | null {
  if (name === 'id') return 3 * row + 1;
  if (notnull === 0 && pk === 0 && (row + place) % 3 === 0) return null;
  if (/double/i.test(type)) return (row - 3) / 7;
  if (/int/i.test(type)) return row % 5 === 0 ? Number.MAX_SAFE_INTEGER - row : 1_750_000_000_000 + row;
  const text = TEXTS[(row * 7 + place) % TEXTS.length] ?? '';
  // One row is longer than a page of them is meant to be.
  return row === 5 && name === 'event_data' ? `${row}${'é'.repeat(2_500_000)}` : `${text}${row}`;
}

/** The names of the tables that a move must take. */
export function movedTables(database: DatabaseSync): readonly string[] {
  const all = database.prepare("select name from sqlite_schema where type = 'table' order by name").all();
  return all.map(({ name }) => String(name)).filter((name) => !/^(sqlite_|kysely_)|^leadership$/.test(name));
}

/** All that is in a ledger, by table, and which numbers were handed out last. */
export function contentOf(file: string): Readonly<Record<string, readonly unknown[]>> {
  using database = new DatabaseSync(file, { readOnly: true });
  const rows = (table: string) => database.prepare(`select * from ${table} order by 1, 2`).all();
  const found = Object.fromEntries(movedTables(database).map((table) => [table, rows(table)]));
  // Where nothing was ever numbered, nothing or 0 may be said.
  const numbers = database.prepare('select name, seq from sqlite_sequence where seq > 0 order by name').all();
  return { ...found, 'numbers handed out': numbers };
}
