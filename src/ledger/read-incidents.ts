import type { Kysely, Selectable } from 'kysely';
import type { IncidentKind } from '../domain/deployment.ts';
import { compareMoments } from '../domain/moment.ts';
import { cursorOf, placeOf } from './cursor.ts';
import { briefOf } from './read-deployments.ts';
import { sightingsWithin } from './read-sightings.ts';
import { ofTarget } from './read-targets.ts';
import type { DeploymentBrief, IncidentQuery, IncidentRecord, Page } from './records.ts';
import { readResolution } from './resolutions.ts';
import type { IncidentsTable, Tables, TargetsTable } from './tables.ts';
import { incidentOf, keyOf } from './target-work.ts';

type Row = Selectable<IncidentsTable> & Pick<TargetsTable, 'source' | 'app' | 'environment' | 'team'>;

/** A longer run says nothing more to a person. */
const RUN_LIMIT = 100;

function withTarget(db: Kysely<Tables>) {
  return db
    .selectFrom('incidents')
    .innerJoin('targets', 'targets.id', 'incidents.target_id')
    .selectAll('incidents')
    .select(['targets.source', 'targets.app', 'targets.environment', 'targets.team']);
}

/** Incidents, the latest opened first. */
export async function readIncidents(db: Kysely<Tables>, query: IncidentQuery): Promise<Page<IncidentRecord>> {
  const place = placeOf(query.cursor, 2);
  const rows = await withTarget(db)
    .where((e) => ofTarget(e, query))
    .$if(query.state !== null, (q) => q.where('incidents.outcome', query.state === 'open' ? 'is' : 'is not', null))
    .$if(query.kind !== null, (q) => q.where('incidents.kind', '=', query.kind as string))
    .$if(query.since !== null, (q) => q.where('incidents.opened_at', '>=', query.since as number))
    .$if(query.until !== null, (q) => q.where('incidents.opened_at', '<', query.until as number))
    .$if(place !== null, (q) => {
      const [at = 0, id = 0] = place ?? [];
      return q.where((e) =>
        e.or([
          e('incidents.opened_at', '<', at),
          e.and([e('incidents.opened_at', '=', at), e('incidents.id', '<', id)]),
        ]),
      );
    })
    .orderBy('incidents.opened_at', 'desc')
    .orderBy('incidents.id', 'desc')
    .limit(query.limit + 1)
    .execute();
  const page = rows.slice(0, query.limit);
  const last = page.at(-1);
  const items: IncidentRecord[] = [];
  for (const row of page) items.push(await recordOf(db, row));
  return { items, next: rows.length > page.length && last !== undefined ? cursorOf(last.opened_at, last.id) : null };
}

export async function readIncident(db: Kysely<Tables>, id: number): Promise<IncidentRecord | null> {
  const row = await withTarget(db).where('incidents.id', '=', id).executeTakeFirst();
  return row === undefined ? null : await recordOf(db, row);
}

async function recordOf(db: Kysely<Tables>, row: Row): Promise<IncidentRecord> {
  const { incident, closed } = incidentOf(row);
  const sightings = await sightingsWithin(db, row, RUN_LIMIT);
  return {
    id: row.id,
    kind: row.kind as IncidentKind,
    ...keyOf(row),
    team: row.team,
    state: closed?.outcome ?? 'open',
    openedAt: incident.beginningKnown ? incident.opened.at : null,
    beginningKnown: incident.beginningKnown,
    closedAt: closed?.moment.at ?? null,
    recoveryMs: closed?.recoveryMs ?? null,
    failures: incident.failures,
    openedBy: await briefByUpstreamId(db, row.source, incident.openedBy),
    run: row.kind === 'deployment' ? await runOf(db, row) : [],
    closedBy: closed?.ref == null ? null : await briefByUpstreamId(db, row.source, closed.ref),
    resolution: await readResolution(db, row),
    sightings: sightings.map(({ brief }) => brief),
    attributedTo: sightings.find(({ id }) => id === incident.openedBy)?.brief.attributedTo ?? null,
  };
}

async function briefByUpstreamId(db: Kysely<Tables>, source: string, id: string): Promise<DeploymentBrief | null> {
  const row = await db
    .selectFrom('deployments')
    .selectAll()
    .where('source', '=', source)
    .where('upstream_id', '=', id)
    .executeTakeFirst();
  return row === undefined ? null : briefOf(row);
}

async function runOf(db: Kysely<Tables>, row: Row): Promise<DeploymentBrief[]> {
  const { incident, closed } = incidentOf(row);
  const rows = await db
    .selectFrom('deployments')
    .selectAll()
    .where('target_id', '=', row.target_id)
    .where('outcome', '=', 'failure')
    .where('at', '>=', incident.opened.at)
    .$if(closed !== null, (q) => q.where('at', '<=', closed?.moment.at ?? 0))
    .orderBy('at')
    .orderBy('sequence')
    .orderBy('ord')
    .limit(RUN_LIMIT)
    .execute();
  return rows
    .filter((failure) => {
      const at = { at: failure.at, sequence: failure.sequence, order: failure.ord };
      return compareMoments(at, incident.opened) >= 0 && (closed === null || compareMoments(at, closed.moment) < 0);
    })
    .map(briefOf);
}
