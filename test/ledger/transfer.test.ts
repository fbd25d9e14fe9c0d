import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { openStore } from '../../src/ledger/open-store.ts';
import { type MovedRows, transferLedger } from '../../src/ledger/transfer/transfer.ts';
import { contentOf, makeFilledLedger, movedTables } from './filled.ts';
import { temporaryFolder } from './sqlite-store.ts';

/** Two files of a folder of the test's own, and a way to move one to the other. */
async function twoFiles() {
  const folder = await temporaryFolder();
  const [from, to] = [join(folder.path, 'from.db'), join(folder.path, 'to.db')];
  return {
    from,
    to,
    /** What was told of each table. */
    async move(more: { readonly dryRun?: boolean; readonly onTable?: (moved: MovedRows) => void } = {}) {
      const told: MovedRows[] = [];
      const onTable = (moved: MovedRows) => void told.push(moved);
      await transferLedger({ from: { file: from }, to: { file: to }, dryRun: false, onTable, ...more });
      return told;
    },
    change(file: string, statements: string) {
      using database = new DatabaseSync(file);
      database.exec(statements);
    },
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

test('every row of every table arrives, and the numbers of rows go on from where they were', async () => {
  await using files = await twoFiles();
  await makeFilledLedger(files.from, 1203);
  const before = contentOf(files.from);
  const told = await files.move();
  expect(contentOf(files.to)).toEqual(before);
  expect(contentOf(files.from)).toEqual(before);

  using database = new DatabaseSync(files.to);
  expect(told.map(({ table }) => table).sort()).toEqual(movedTables(database));
  for (const { table, rows, changed } of told) {
    expect({ table, rows }).toEqual({ table, rows: before[table]?.length });
    expect(changed).toBe(0);
  }
  const { lastInsertRowid } = database.prepare("insert into marks (target_id, kind, at) values (1, 'gone', 1)").run();
  expect(lastInsertRowid).toBe(3 * 1202 + 2);
});

test('an empty ledger is moved, too', async () => {
  await using files = await twoFiles();
  await makeFilledLedger(files.from, 0);
  expect((await files.move()).every(({ rows }) => rows === 0)).toBe(true);
  expect(contentOf(files.to)).toEqual(contentOf(files.from));
});

test('a dry run reads beside the daemon, and leaves nothing', async () => {
  await using files = await twoFiles();
  await makeFilledLedger(files.from, 30);
  const daemon = await openStore({ file: files.from });
  const told = await files.move({ dryRun: true });
  await daemon.close();
  expect(told.reduce((sum, { rows }) => sum + rows, 0)).toBeGreaterThan(500);
  expect(Object.values(contentOf(files.to)).flat()).toEqual([]);
  await files.move();
  expect(contentOf(files.to)).toEqual(contentOf(files.from));
});

test('broken off in the middle: nothing of it is left, and it can be done again', async () => {
  await using files = await twoFiles();
  await makeFilledLedger(files.from, 30);
  const broken = files.move({
    onTable({ table }) {
      if (table === 'outbox') throw new Error('broken off');
    },
  });
  await expect(broken).rejects.toThrow('broken off');
  expect(Object.values(contentOf(files.to)).flat()).toEqual([]);
  await files.move();
  expect(contentOf(files.to)).toEqual(contentOf(files.from));
});

test.each([
  ['a value that became another', "update commits set value = value || '!' where rowid = new.rowid and new.rowid = 7"],
  ['a row that is gone', 'delete from commits where rowid = new.rowid and new.rowid = 7'],
  ['a row that is there twice', "insert or ignore into commits values (new.repository, new.ref || '!', new.value)"],
])('%s in the target is found out, and nothing was moved', async (_, change) => {
  await using files = await twoFiles();
  await makeFilledLedger(files.from, 30);
  await (await openStore({ file: files.to })).close();
  files.change(files.to, `create trigger wrong after insert on commits begin ${change}; end`);
  await expect(files.move()).rejects.toThrow('the table commits is not the same after it was copied: 30 rows, SHA-256');
  expect(Object.values(contentOf(files.to)).flat()).toEqual([]);
});

test('NUL, which PostgreSQL takes in no text, becomes U+FFFD, and is told', async () => {
  await using files = await twoFiles();
  await makeFilledLedger(files.from, 9);
  files.change(files.from, "update commits set value = 'a' || char(0) || 'b' || char(0) where ref like '%1'");
  const told = await files.move();
  expect(told.filter(({ changed }) => changed > 0)).toMatchObject([{ table: 'commits', rows: 9, changed: 1 }]);
  expect(contentOf(files.to)['commits']).toContainEqual(expect.objectContaining({ value: 'a\ufffdb\ufffd' }));
});

test.each([
  ['1.5', 'the table deployments, row of id 4: duration_ms holds the number 1.5, which is not whole or not exact'],
  ['1e30', 'the table deployments, row of id 4: duration_ms holds the number 1e+30, which is not whole or not exact'],
  ["x'01'", 'the table deployments, row of id 4: duration_ms holds no text or number'],
  ['9007199254740993', 'the table deployments cannot be read from its beginning: '],
])('what another store would keep as something else (%s) is told with its table and row', async (value, why) => {
  await using files = await twoFiles();
  await makeFilledLedger(files.from, 9);
  files.change(files.from, `update deployments set duration_ms = ${value} where id = 4`);
  await expect(files.move()).rejects.toThrow(why);
  expect(Object.values(contentOf(files.to)).flat()).toEqual([]);
});

test('a source in use, none, an older or a newer one, and a target that is not empty or in use are refused', async () => {
  await using files = await twoFiles();
  await expect(files.move()).rejects.toThrow(`the ledger ${files.from} cannot be read: there is no such file`);
  expect(existsSync(`${files.from}.lock`) || existsSync(files.to)).toBe(false);
  await makeFilledLedger(files.from, 3);
  {
    const daemon = await openStore({ file: files.from });
    await expect(files.move()).rejects.toThrow(
      /another dora-exporter uses this ledger; stop it, or what it records from now on is not moved/,
    );
    await daemon.close();
  }
  files.change(files.from, "insert into kysely_migration values ('999-later', '2099-01-01T00:00:00Z')");
  await expect(files.move()).rejects.toThrow('it was written by a newer dora-exporter');
  files.change(files.from, "delete from kysely_migration where name >= '014'");
  await expect(files.move()).rejects.toThrow('it was written by an older dora-exporter; start this one on it once');
  expect(existsSync(files.to)).toBe(false);
  await (await openStore({ file: files.from })).close();
  {
    const daemon = await openStore({ file: files.to });
    await expect(files.move()).rejects.toThrow(`the ledger ${files.to} cannot be opened: its lock`);
    await daemon.close();
  }
  files.change(files.to, "insert into collectors values ('ci', null)");
  const before = contentOf(files.to);
  await expect(files.move()).rejects.toThrow(
    'the ledger to move to is not empty: it has rows in collectors; give a new one',
  );
  expect(contentOf(files.to)).toEqual(before);
});
