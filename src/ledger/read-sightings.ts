import type { Kysely, Selectable } from 'kysely';
import type { Sighting } from '../domain/batch.ts';
import { compareMoments, momentOfSight } from '../domain/moment.ts';
import { briefOf } from './read-deployments.ts';
import type { SightingBrief } from './records.ts';
import { attemptKey } from './services.ts';
import type { IncidentsTable, SightingsTable, Tables } from './tables.ts';
import { incidentOf } from './target-work.ts';

/** A sighting by its upstream id. */
export interface FoundSighting {
  readonly id: string;
  readonly brief: SightingBrief;
}

/** The first `limit` sightings from an incident's opening to its close, in order. */
export async function sightingsWithin(
  db: Kysely<Tables>,
  row: Selectable<IncidentsTable>,
  limit: number,
): Promise<FoundSighting[]> {
  const { incident, closed } = incidentOf(row);
  const rows = await db
    .selectFrom('sightings')
    .selectAll()
    .where('target_id', '=', row.target_id)
    .where('about', '=', row.kind)
    .where('at', '>=', incident.opened.at)
    .$if(closed !== null, (q) => q.where('at', '<=', closed?.moment.at ?? 0))
    .orderBy('at')
    .orderBy('kind')
    .orderBy('upstream_id')
    .limit(limit)
    .execute();
  const within = rows.filter(({ at }) => closed === null || compareMoments(momentOfSight(at), closed.moment) <= 0);
  const blamed = await briefsOf(db, within);
  return within.map((one) => ({
    id: one.upstream_id,
    brief: {
      kind: one.kind as Sighting['kind'],
      at: one.at,
      details: JSON.parse(one.details),
      attributedTo: blamed.get(culpritKey(one)) ?? null,
    },
  }));
}

type Blaming = Pick<SightingsTable, 'target_id' | 'blamed' | 'blamed_target'>;

async function briefsOf(db: Kysely<Tables>, sightings: readonly Blaming[]) {
  const found = new Map<string, ReturnType<typeof briefOf>>();
  const blaming = sightings.filter(({ blamed }) => blamed !== null);
  for (const [target, ofTarget] of Map.groupBy(blaming, (one) => one.blamed_target ?? one.target_id)) {
    const ids = [...new Set(ofTarget.flatMap(({ blamed }) => blamed ?? []))];
    const rows = await db
      .selectFrom('deployments')
      .selectAll()
      .where('target_id', '=', target)
      .where('upstream_id', 'in', ids)
      .execute();
    for (const row of rows) found.set(attemptKey(target, row.upstream_id), briefOf(row));
  }
  return found;
}

function culpritKey({ target_id, blamed, blamed_target }: Blaming): string {
  return attemptKey(blamed_target ?? target_id, blamed ?? '');
}
