import { copyFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setImmediate } from 'node:timers/promises';
import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { StoreFailure } from '../../src/domain/store-failure.ts';
import { type Ledger, openLedger } from '../../src/ledger/ledger.ts';
import { migrate } from '../../src/ledger/migrations.ts';
import { openSqlite } from '../../src/ledger/sqlite.ts';
import { inTransaction } from '../../src/ledger/transaction.ts';
import { ledgerContract } from './contract.ts';
import { killedContract } from './killed.ts';
import { openSqliteStore, quickClock, temporaryFolder } from './sqlite-store.ts';
import { startChild } from './start-child.ts';
import { at, batch, failure, incidentsOf, RULES, shown, success } from './support.ts';

ledgerContract('SQLite', openSqliteStore);

describe('one writer', () => {
  test('a second one is refused with a clear error while the first has it open, and let in afterwards', async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'ledger.db');
    const first = await open(file);
    await expect(open(file)).rejects.toThrow(`the ledger ${file} cannot be opened: its lock ${file}.lock is held`);
    await first.close();
    await (await open(file)).close();
  });

  test('a process that was killed holds nothing', async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'ledger.db');
    await using child = startChild(file, 'hold');
    await child.line('open');
    await expect(open(file)).rejects.toThrow('is held: another dora-exporter uses this ledger');
    await child.kill();
    await (await open(file)).close();
  });
});

killedContract('SQLite', async () => {
  const folder = await temporaryFolder();
  const where = join(folder.path, 'ledger.db');
  return { where, open: () => open(where), [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
});

describe('B12: a store that fails', () => {
  test('locked: refused in less than 2 s, nothing changed, still readable; unlocked: recorded whole', async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'ledger.db');
    const clock = quickClock();
    const ledger = await openLedger({ file, rules: RULES, plan: () => [], clock, observe: () => {} });
    await ledger.record(batch([failure(100)], { state: new Map([['seen', 1]]) }));
    const before = await ledger.snapshot();

    using other = new DatabaseSync(file);
    other.exec('begin exclusive');
    const next = batch([success(400)], { state: new Map([['seen', 2]]), complete: true, gaps: 1 });
    await expect(ledger.record(next)).rejects.toThrow(StoreFailure);
    const waited = clock.slept.reduce((sum, ms) => sum + ms, 0);
    expect(waited).toBeGreaterThan(1000);
    expect(waited).toBeLessThan(2000);
    await expect(ledger.tick(at(400 * 86_400))).rejects.toThrow(StoreFailure);
    expect(await ledger.snapshot()).toEqual(before);
    expect(await ledger.state('ci')).toEqual(new Map([['seen', 1]]));
    expect(await incidentsOf(ledger)).toMatchObject([{ state: 'open' }]);

    other.exec('rollback');
    const { transitions } = await ledger.record(next);
    expect(transitions).toMatchObject([{ operation: 'close', outcome: 'recovered' }]);
    expect(await shown(ledger)).toMatchObject({ recoveryAt: at(400), lastSuccessAt: at(400) });
    expect(await ledger.state('ci')).toEqual(new Map([['seen', 2]]));
    await ledger.close();
  });

  test('locked for a moment: waited for', async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'ledger.db');
    using other = new DatabaseSync(file);
    const clock = quickClock();
    const unlocking = { ...clock, sleep: async () => other.exec('rollback') };
    const ledger = await openLedger({ file, rules: RULES, plan: () => [], clock: unlocking, observe: () => {} });
    other.exec('begin exclusive');
    await ledger.record(batch([failure(100)]));
    expect((await shown(ledger)).failureAt).toBe(at(100));
    await ledger.close();
  });
});

describe('B12: a full disk', () => {
  test('the first error is the one told, nothing is kept, and with room again all is recorded', async () => {
    await using folder = await temporaryFolder();
    const store = openSqlite(join(folder.path, 'ledger.db'));
    await migrate(store.writer);
    const rows = () => store.reader.selectFrom('collector_state').select('key').execute();
    const record = () =>
      inTransaction(store, quickClock(), async (trx) => {
        for (const key of ['a', 'b']) {
          const value = key.repeat(100_000);
          await trx.insertInto('collector_state').values({ source: 'ci', key, value }).execute();
        }
      });

    await sql`pragma max_page_count = 60`.execute(store.writer);
    const refused = await record().catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(StoreFailure);
    expect(refused).toHaveProperty('message', 'the ledger: database or disk is full');
    expect(await rows()).toEqual([]);

    await sql`pragma max_page_count = 1000`.execute(store.writer);
    await record();
    expect(await rows()).toHaveLength(2);
    await store.close();
  });

  test('a lock on which SQLite rolled back by itself is still waited for', async () => {
    await using folder = await temporaryFolder();
    const store = openSqlite(join(folder.path, 'ledger.db'));
    const busy = Object.assign(new Error('database is locked'), { code: 'ERR_SQLITE_ERROR', errcode: 5 });
    const clock = quickClock();
    const done = await inTransaction(store, clock, async (trx) => {
      if (clock.slept.length > 0) return 'done';
      await sql`rollback`.execute(trx);
      throw busy;
    });
    expect(done).toBe('done');
    await store.close();
  });
});

describe('files taken away underneath', () => {
  test.each(['', '-wal', '.lock'])(
    'ledger.db%s removed: nothing is said to be recorded from then on',
    async (suffix) => {
      await using folder = await temporaryFolder();
      const file = join(folder.path, 'ledger.db');
      const ledger = await open(file);
      await ledger.record(batch([failure(100)]));
      const before = await ledger.snapshot();

      await rename(`${file}${suffix}`, `${file}.away`);
      const refused = await ledger.record(batch([success(400)])).catch((error: unknown) => error);
      expect(refused).toBeInstanceOf(StoreFailure);
      expect(refused).toHaveProperty('message', `the ledger ${file}${suffix} was removed or replaced while in use`);
      await expect(ledger.tick(at(500))).rejects.toThrow(StoreFailure);
      expect(await ledger.snapshot()).toEqual(before);

      await rename(`${file}.away`, `${file}${suffix}`);
      await ledger.record(batch([success(400)]));
      expect((await shown(ledger)).recoveryAt).toBe(at(400));
      await ledger.close();
    },
  );

  test('another file in its place, such as a restored backup: the same', async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'ledger.db');
    const ledger = await open(file);
    await copyFile(file, `${file}.backup`);
    await rename(`${file}.backup`, file);
    await expect(ledger.record(batch([failure(100)]))).rejects.toThrow(
      `the ledger ${file} was removed or replaced while in use`,
    );
    await ledger.close();
  });
});

describe('the file', () => {
  test('a first start that was killed in the middle is taken up by the next', async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'ledger.db');
    await (await open(file)).close();
    {
      using other = new DatabaseSync(file);
      other.exec('delete from kysely_migration; drop table outbox; drop index incidents_open; drop table incidents');
    }
    const ledger = await open(file);
    await ledger.record(batch([failure(1)]));
    expect((await shown(ledger)).open).toHaveLength(1);
    await ledger.close();
  });

  test('its migrations run twice change nothing', async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'ledger.db');
    const { writer, close } = openSqlite(file);
    using reading = new DatabaseSync(file);
    const schema = () => reading.prepare('select type, name, sql from sqlite_schema order by name').all();
    await migrate(writer);
    const once_ = schema();
    expect(once_.length).toBeGreaterThan(9);
    await migrate(writer);
    expect(schema()).toEqual(once_);
    await close();
  });

  test('its log does not grow with what was written', async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'ledger.db');
    const ledger = await open(file);
    for (let turn = 0; turn < 24; turn += 1) {
      await ledger.record(batch(Array.from({ length: 2000 }, (_, index) => success(turn * 2000 + index))));
    }
    await setImmediate();
    const [log, whole] = await Promise.all([stat(`${file}-wal`), stat(file)]);
    expect(whole.size).toBeGreaterThan(8_000_000);
    expect(log.size).toBeLessThan(8_000_000);
    await ledger.close();
  });

  test('a folder that is missing is made', async () => {
    await using folder = await temporaryFolder();
    await (await open(join(folder.path, 'a', 'b', 'ledger.db'))).close();
  });

  test('no database: one clear error that names it, and no lock left', async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'ledger.db');
    await writeFile(file, 'This is a letter to the operator. '.repeat(100));
    const refused = `the ledger ${file} cannot be opened: file is not a database`;
    await expect(open(file)).rejects.toThrow(refused);
    await expect(open(file)).rejects.toThrow(refused);
  });

  test('nothing that can be written: one clear error that names it', async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'letter', 'ledger.db');
    await writeFile(join(folder.path, 'letter'), '');
    await expect(open(file)).rejects.toThrow(`the ledger ${file} cannot be opened: `);
  });

  test('written by a newer version: one clear error that names it and says so', async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'ledger.db');
    await (await open(file)).close();
    {
      using other = new DatabaseSync(file);
      other.exec("insert into kysely_migration values ('999-later', '2099-01-01T00:00:00Z')");
    }
    await expect(open(file)).rejects.toThrow(
      `the ledger ${file} cannot be brought up to date: it was written by a newer dora-exporter`,
    );
  });
});

function open(file: string): Promise<Ledger> {
  return openLedger({ file, rules: RULES, plan: () => [], clock: quickClock(), observe: () => {} });
}
