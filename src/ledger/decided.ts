import type { Kysely } from 'kysely';
import type { Batch } from '../domain/batch.ts';
import { inSlices } from './rows.ts';
import type { Tables } from './tables.ts';

/** Which of these upstream ids are decided: of deployments, counted or not, and of sightings. */
export async function decidedIds(db: Kysely<Tables>, source: string, ids: readonly string[]): Promise<Set<string>> {
  return await idsIn(db, ['deployments', 'sightings', 'decided'], source, ids);
}

/** What of a batch is new: each upstream row is decided once and for ever. */
export async function dropKnown(
  trx: Kysely<Tables>,
  batch: Pick<Batch, 'source' | 'deployments' | 'sightings' | 'ignored'>,
): Promise<Required<Pick<Batch, 'deployments' | 'sightings' | 'ignored'>>> {
  const { source, sightings = [] } = batch;
  const rows = [...batch.deployments, ...batch.ignored].map(({ id }) => id);
  const seen = sightings.map(({ id }) => id);
  const known = await idsIn(trx, ['deployments', 'decided'], source, rows);
  for (const id of await idsIn(trx, ['sightings', 'decided'], source, seen)) known.add(id);
  const isNew = ({ id }: { readonly id: string }) => {
    if (known.has(id)) return false;
    known.add(id);
    return true;
  };
  return {
    deployments: batch.deployments.filter(isNew),
    sightings: sightings.filter(isNew),
    ignored: batch.ignored.filter(isNew),
  };
}

async function idsIn(
  db: Kysely<Tables>,
  tables: readonly ('deployments' | 'sightings' | 'decided')[],
  source: string,
  ids: readonly string[],
): Promise<Set<string>> {
  const found = new Set<string>();
  for (const table of tables) {
    const rows = await inSlices(ids, (slice) =>
      db
        .selectFrom(table)
        .select('upstream_id')
        .where('source', '=', source)
        .where('upstream_id', 'in', slice)
        .execute(),
    );
    for (const { upstream_id: id } of rows) found.add(id);
  }
  return found;
}
