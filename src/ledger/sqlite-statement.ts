import type { SQLInputValue, SQLOutputValue, StatementSync } from 'node:sqlite';
import type { SqliteStatement } from 'kysely';

type Values = readonly SQLOutputValue[];
type Row = Record<string, SQLOutputValue>;

/**
 * Kysely's view of a prepared statement. Of a row node:sqlite makes an object that V8 keeps as a dictionary: to read or
 * copy one costs ten times what it does where all have one shape, as they have here.
 */
export function statementOf(statement: StatementSync): SqliteStatement {
  let columns = columnsOf(statement);
  const reader = columns.length > 0;
  if (reader) statement.setReturnArrays(true);

  function rowOf(values: Values): Row {
    // A kept `select *` has more columns once a migration has added one.
    if (values.length !== columns.length) columns = columnsOf(statement);
    const row: Row = {};
    for (let index = 0; index < values.length; index += 1) row[columns[index] as string] = values[index] ?? null;
    return row;
  }
  return {
    reader,
    all: (parameters) => (statement.all(...(parameters as SQLInputValue[])) as unknown as Values[]).map(rowOf),
    run: (parameters) => statement.run(...(parameters as SQLInputValue[])),
    *iterate(parameters) {
      for (const values of statement.iterate(...(parameters as SQLInputValue[]))) {
        yield rowOf(values as unknown as Values);
      }
    },
  };
}

function columnsOf(statement: StatementSync): readonly string[] {
  return statement.columns().map(({ name }) => name);
}
