import type { Kysely } from 'kysely';
import type { Batch } from '../domain/batch.ts';
import { inSlices } from './rows.ts';
import type { Tables } from './tables.ts';

/** Which of these upstream ids are decided, counted or not. */
export async function decidedIds(db: Kysely<Tables>, source: string, ids: readonly string[]): Promise<Set<string>> {
  const counted = await inSlices(ids, (slice) =>
    db
      .selectFrom('deployments')
      .select('upstream_id')
      .where('source', '=', source)
      .where('upstream_id', 'in', slice)
      .execute(),
  );
  const others = await inSlices(ids, (slice) =>
    db
      .selectFrom('decided')
      .select('upstream_id')
      .where('source', '=', source)
      .where('upstream_id', 'in', slice)
      .execute(),
  );
  return new Set([...counted, ...others].map((row) => row.upstream_id));
}

/** What of a batch is new: each upstream row is decided once and for ever. */
export async function dropKnown(
  trx: Kysely<Tables>,
  batch: Pick<Batch, 'source' | 'deployments' | 'ignored'>,
): Promise<Pick<Batch, 'deployments' | 'ignored'>> {
  const known = await decidedIds(
    trx,
    batch.source,
    [...batch.deployments, ...batch.ignored].map(({ id }) => id),
  );
  const isNew = ({ id }: { readonly id: string }) => {
    if (known.has(id)) return false;
    known.add(id);
    return true;
  };
  return { deployments: batch.deployments.filter(isNew), ignored: batch.ignored.filter(isNew) };
}
