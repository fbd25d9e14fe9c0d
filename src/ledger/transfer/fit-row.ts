import { StoreFailure } from '../../domain/store-failure.ts';
import type { TableShape } from './moved-tables.ts';
import type { Row, Value } from './read-pages.ts';

/** The only numbers that need not be whole: figures that programs measured. */
const FRACTIONS: Readonly<Record<string, string>> = { measurements: 'value' };

/** A row as every store can keep it. */
export interface FitRow {
  readonly row: Row;
  /** NUL characters were replaced in it. */
  readonly changed: boolean;
}

/**
 * NUL, which PostgreSQL takes in no text, becomes U+FFFD, as in what the sink takes in. Throws a `StoreFailure` that names
 * the table and the row for what another store would keep as something else: no column is ever meant to hold it, but
 * SQLite holds anything (https://sqlite.org/datatype3.html).
 */
export function fitRow(table: TableShape, row: Row): FitRow {
  if (row.every((value, column) => isFit(table, value, column))) return { row, changed: false };
  for (const [column, value] of row.entries()) {
    if (typeof value !== 'string' && !isFit(table, value, column)) throw unfit(table, row, column);
  }
  return {
    row: row.map((value) => (typeof value === 'string' ? value.replaceAll('\0', '\ufffd') : value)),
    changed: true,
  };
}

function isFit({ name, columns }: TableShape, value: Value, column: number): boolean {
  if (typeof value === 'string') return !value.includes('\0');
  if (typeof value !== 'number') return value === null;
  return Number.isSafeInteger(value) || FRACTIONS[name] === columns[column];
}

function unfit({ name, key, columns }: TableShape, row: Row, column: number): StoreFailure {
  const of = key.map((part) => `${part} ${row[columns.indexOf(part)]}`).join(', ');
  const value = row[column];
  const what = typeof value === 'number' ? `the number ${value}, which is not whole or not exact` : 'no text or number';
  return new StoreFailure(`the table ${name}, row of ${of}: ${columns[column]} holds ${what}`);
}
