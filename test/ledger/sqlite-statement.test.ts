import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import { statementOf } from '../../src/ledger/sqlite-statement.ts';

describe('rows of a statement', () => {
  test('have a value for each column, read at once or one by one', () => {
    using database = databaseOf("values (1, 'one', null), (2, null, 2.5)");
    const statement = statementOf(database.prepare('select id, name, size from things where id <= ? order by id'));
    const rows = [
      { id: 1, name: 'one', size: null },
      { id: 2, name: null, size: 2.5 },
    ];
    expect(statement.reader).toBe(true);
    expect(statement.all([2])).toEqual(rows);
    expect([...statement.iterate([2])]).toEqual(rows);
    expect(statement.all([0])).toEqual([]);
  });

  test('of a kept statement have the columns that were added since', () => {
    using database = databaseOf("values (1, 'one', 1)");
    const statement = statementOf(database.prepare('select * from things'));
    expect(statement.all([])).toEqual([{ id: 1, name: 'one', size: 1 }]);
    database.exec("alter table things add column colour text default 'red'");
    expect(statement.all([])).toEqual([{ id: 1, name: 'one', size: 1, colour: 'red' }]);
  });

  test('are what a write returns, where it returns any', () => {
    using database = databaseOf("values (1, 'one', 1)");
    const writes = statementOf(database.prepare('update things set size = ?'));
    expect(writes.reader).toBe(false);
    expect(writes.run([7])).toMatchObject({ changes: 1 });
    const returning = statementOf(database.prepare('update things set size = size + 1 returning size'));
    expect(returning.all([])).toEqual([{ size: 8 }]);
  });
});

function databaseOf(values: string): DatabaseSync {
  const database = new DatabaseSync(':memory:');
  database.exec(`create table things (id integer, name text, size real); insert into things ${values}`);
  return database;
}
