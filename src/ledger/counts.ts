import type { Kysely } from 'kysely';
import type { SourceCount } from './projection.ts';
import type { Tables } from './tables.ts';

/** Collects what a transaction adds to a source's counters. */
export class Counting {
  readonly #source: string;
  readonly #added = new Map<string, SourceCount>();

  constructor(source: string) {
    this.#source = source;
  }

  add<C extends SourceCount['counter']>(
    counter: C,
    labels: Extract<SourceCount, { counter: C }>['labels'],
    by = 1,
  ): void {
    if (by === 0) return;
    const key = `${counter} ${JSON.stringify(labels)}`;
    const before = this.#added.get(key)?.by ?? 0;
    this.#added.set(key, { counter, source: this.#source, labels, by: before + by } as SourceCount);
  }

  get added(): readonly SourceCount[] {
    return [...this.#added.values()];
  }
}

/** Writes what was counted into the ledger, and returns it. */
export async function addCounts(trx: Kysely<Tables>, counting: Counting): Promise<readonly SourceCount[]> {
  for (const { counter, source, labels, by } of counting.added) {
    await trx
      .insertInto('source_counts')
      .values({ source, counter, labels: JSON.stringify(labels), value: by })
      .onConflict((c) =>
        c.columns(['source', 'counter', 'labels']).doUpdateSet((e) => ({ value: e('source_counts.value', '+', by) })),
      )
      .execute();
  }
  return counting.added;
}

/** All that was ever counted. */
export async function readCounts(db: Kysely<Tables>): Promise<SourceCount[]> {
  const rows = await db.selectFrom('source_counts').selectAll().execute();
  return rows.map(
    ({ source, counter, labels, value }) => ({ counter, source, labels: JSON.parse(labels), by: value }) as SourceCount,
  );
}
