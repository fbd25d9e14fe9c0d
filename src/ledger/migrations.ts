import { type Kysely, sql } from 'kysely';
import { DEFAULT_MIGRATION_TABLE, type Migration, Migrator } from 'kysely/migration';
import { first } from './migrations/001-first.ts';
import { changes } from './migrations/002-changes.ts';
import { windows } from './migrations/003-windows.ts';
import { overrides } from './migrations/004-overrides.ts';
import { errors } from './migrations/005-errors.ts';
import { messages } from './migrations/006-messages.ts';
import { attribution } from './migrations/007-attribution.ts';
import { windowIndex } from './migrations/008-window-index.ts';
import { queueIndexes } from './migrations/014-queue-indexes.ts';
import { leadership } from './migrations/015-leadership.ts';
import { inbox } from './migrations/016-inbox.ts';
import type { Tables } from './tables.ts';

/** In the order of their names. One that was released is never changed again. */
const migrations: Readonly<Record<string, Migration>> = {
  '001-first': { up: first },
  '002-changes': { up: changes },
  '003-windows': { up: windows },
  '004-overrides': { up: overrides },
  '005-errors': { up: errors },
  '006-messages': { up: messages },
  '007-attribution': { up: attribution },
  '008-window-index': { up: windowIndex },
  '014-queue-indexes': { up: queueIndexes },
  '015-leadership': { up: leadership },
  '016-inbox': { up: inbox },
};

/**
 * Brings the tables to the present form; run twice it changes nothing. Throws the first migration's error, and refuses
 * tables that a newer version has brought further.
 */
export async function migrate(db: Kysely<Tables>): Promise<void> {
  if ((await migrationState(db)) === 'present') return;
  const migrator = new Migrator({ db, provider: { getMigrations: async () => ({ ...migrations }) } });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw error;
}

/** Throws when the tables are not in the present form: for those who only read them. */
export async function expectUpToDate(db: Kysely<Tables>): Promise<void> {
  const state = await migrationState(db);
  if (state === 'new') throw new Error('it is no ledger');
  if (state === 'older') throw new Error('it was written by an older dora-exporter; start this one on it once');
}

/** How far the tables are. Throws when a newer version has brought them further. */
export async function migrationState(db: Kysely<Tables>): Promise<'new' | 'older' | 'present'> {
  const done = await migrationsDone(db);
  expectKnown(done);
  if (done.length === 0) return 'new';
  return done.length < Object.keys(migrations).length ? 'older' : 'present';
}

function expectKnown(done: readonly string[]): void {
  const unknown = done.find((name) => !Object.hasOwn(migrations, name));
  if (unknown !== undefined) {
    throw new Error(`it was written by a newer dora-exporter (its migration ${unknown} is not known to this one)`);
  }
}

async function migrationsDone(db: Kysely<Tables>): Promise<readonly string[]> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  if (!tables.some(({ name }) => name === DEFAULT_MIGRATION_TABLE)) return [];
  const done = sql<{ name: string }>`select name from ${sql.table(DEFAULT_MIGRATION_TABLE)} order by name`;
  return (await done.execute(db)).rows.map(({ name }) => name);
}
