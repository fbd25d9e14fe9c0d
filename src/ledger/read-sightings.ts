import type { Kysely, Selectable } from 'kysely';
import type { Sighting } from '../domain/batch.ts';
import { compareMoments, momentOfSight } from '../domain/moment.ts';
import { briefOf } from './read-deployments.ts';
import type { SightingBrief } from './records.ts';
import type { IncidentsTable, Tables } from './tables.ts';
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
  const blamed = await briefsOf(
    db,
    row.target_id,
    within.flatMap((one) => one.blamed ?? []),
  );
  return within.map((one) => ({
    id: one.upstream_id,
    brief: {
      kind: one.kind as Sighting['kind'],
      at: one.at,
      details: JSON.parse(one.details),
      attributedTo: blamed.get(one.blamed ?? '') ?? null,
    },
  }));
}

async function briefsOf(db: Kysely<Tables>, target: number, ids: readonly string[]) {
  if (ids.length === 0) return new Map<string, ReturnType<typeof briefOf>>();
  const rows = await db
    .selectFrom('deployments')
    .selectAll()
    .where('target_id', '=', target)
    .where('upstream_id', 'in', [...new Set(ids)])
    .execute();
  return new Map(rows.map((one) => [one.upstream_id, briefOf(one)]));
}
