import type { Kysely, Transaction } from 'kysely';
import { inSlices, upsertRows } from './rows.ts';
import type { Tables } from './tables.ts';

/** What was kept under these refs of a repository, by ref. */
export async function knownCommits(
  db: Kysely<Tables>,
  repository: string,
  refs: readonly string[],
): Promise<ReadonlyMap<string, unknown>> {
  const rows = await inSlices(refs, (slice) =>
    db
      .selectFrom('commits')
      .select(['ref', 'value'])
      .where('repository', '=', repository)
      .where('ref', 'in', slice)
      .execute(),
  );
  return new Map(rows.map(({ ref, value }) => [ref, JSON.parse(value) as unknown]));
}

export async function keepCommits(
  trx: Transaction<Tables>,
  repository: string,
  values: ReadonlyMap<string, unknown>,
): Promise<void> {
  const rows = [...values].map(([ref, value]) => ({ repository, ref, value: JSON.stringify(value) }));
  await upsertRows(trx, 'commits', ['repository', 'ref'], rows);
}
