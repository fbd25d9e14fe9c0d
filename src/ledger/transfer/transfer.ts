import { type Kysely, sql, type Transaction } from 'kysely';
import { StoreFailure } from '../../domain/store-failure.ts';
import { type LedgerPlace, openStore } from '../open-store.ts';
import type { Tables } from '../tables.ts';
import { asStoreFailure } from '../transaction.ts';
import { type Digest, RunningDigest } from './digest.ts';
import { fitRow } from './fit-row.ts';
import { postgresLastIds, sqliteLastIds } from './last-ids.ts';
import { isNumbered, shapesOf, type TableShape } from './moved-tables.ts';
import { openSource } from './open-source.ts';
import { type Row, readPages } from './read-pages.ts';

export interface Transfer {
  readonly from: LedgerPlace;
  readonly to: LedgerPlace;
  /** All of it is done, and undone at the end; the source may be in use meanwhile. */
  readonly dryRun: boolean;
  /** A table has been copied, and read back as it was. */
  onTable(moved: MovedRows): void;
}

export interface MovedRows extends Digest {
  readonly table: string;
  /** Rows in which NUL characters were replaced. */
  readonly changed: number;
}

/** Undoes a transaction in which nothing went wrong. */
class DryRun extends Error {}

/**
 * Copies a ledger into an empty one, in one transaction, and reads each table back to compare it. Throws a `StoreFailure`
 * that says why nothing was moved.
 */
export async function transferLedger({ from, to, dryRun, onTable }: Transfer): Promise<void> {
  await using source = await openSource(from, !dryRun);
  const tables = shapesOf(await source.db.introspection.getTables());
  const counts = new Map<TableShape, number>();
  for (const table of tables) counts.set(table, await countOf(source.db, table));
  const target = await openStore(to);
  try {
    await target.transact(async (trx) => {
      await expectEmpty(trx, tables);
      for (const [table, count] of counts) {
        const { changed, digest } = await copy(source.db, trx, table);
        if (isNumbered(table)) await goOnBehind(source.db, from, trx, to, table);
        // Without it the first questions are answered by reading everything.
        if ('postgres' in to) await sql`analyze ${sql.table(table.name)}`.execute(trx);
        await expectEqual(trx, table, count, digest);
        onTable({ table: table.name, changed, ...digest });
      }
      if (dryRun) throw new DryRun();
    });
  } catch (error) {
    if (!(error instanceof DryRun)) throw asStoreFailure(error);
  } finally {
    await target.close();
  }
}

async function expectEmpty(trx: Transaction<Tables>, tables: readonly TableShape[]): Promise<void> {
  const filled: string[] = [];
  for (const { name } of tables) {
    const { rows } = await sql`select 1 from ${sql.table(name)} limit 1`.execute(trx);
    if (rows.length > 0) filled.push(name);
  }
  if (filled.length === 0) return;
  throw new StoreFailure(`the ledger to move to is not empty: it has rows in ${filled.join(', ')}; give a new one`);
}

async function copy(db: Kysely<Tables>, trx: Transaction<Tables>, table: TableShape) {
  const digest = new RunningDigest();
  let changed = 0;
  for await (const page of readPages(db, table)) {
    const fit = page.map((row) => fitRow(table, row));
    const rows = fit.map(({ row }) => row);
    changed += fit.filter((one) => one.changed).length;
    digest.add(rows);
    await insert(trx, table, rows);
  }
  return { changed, digest: digest.end() };
}

async function insert(trx: Transaction<Tables>, { name, columns }: TableShape, rows: readonly Row[]): Promise<void> {
  const list = sql.join(columns.map((column) => sql.ref(column)));
  const values = sql.join(rows.map((row) => sql`(${sql.join(row)})`));
  await sql`insert into ${sql.table(name)} (${list}) values ${values}`.execute(trx);
}

async function goOnBehind(
  source: Kysely<Tables>,
  from: LedgerPlace,
  trx: Transaction<Tables>,
  to: LedgerPlace,
  table: TableShape,
): Promise<void> {
  const last = await ('file' in from ? sqliteLastIds : postgresLastIds).read(source, table);
  await ('file' in to ? sqliteLastIds : postgresLastIds).write(trx, table, last);
}

async function expectEqual(trx: Transaction<Tables>, table: TableShape, count: number, copied: Digest): Promise<void> {
  const digest = new RunningDigest();
  for await (const page of readPages(trx, table)) digest.add(page);
  const found = digest.end();
  const counted = await countOf(trx, table);
  const alike = found.sha256 === copied.sha256 && [copied.rows, found.rows, counted].every((rows) => rows === count);
  if (alike) return;
  throw new StoreFailure(
    `the table ${table.name} is not the same after it was copied: ${count} rows, SHA-256 ${copied.sha256}, and then ` +
      `${counted}, ${found.sha256}; nothing was moved`,
  );
}

async function countOf(db: Kysely<Tables>, { name }: TableShape): Promise<number> {
  const asked = sql<{ n: number }>`select count(*) as n from ${sql.table(name)}`;
  return (await asked.execute(db)).rows[0]?.n ?? 0;
}
