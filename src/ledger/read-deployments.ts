import type { Kysely, Selectable } from 'kysely';
import type { FailureCause, Outcome, ReworkCause } from '../domain/deployment.ts';
import { compareMoments, type Moment } from '../domain/moment.ts';
import type { Verdict } from '../domain/override.ts';
import { cursorOf, placeOf } from './cursor.ts';
import type { Delivery } from './delivery.ts';
import { changesKey, readChanges } from './read-changes.ts';
import { ofTarget } from './read-targets.ts';
import type { DeploymentBrief, DeploymentQuery, DeploymentRecord, IncidentRole, Page } from './records.ts';
import type { DeploymentsTable, IncidentsTable, Tables, TargetsTable } from './tables.ts';
import { incidentOf, keyOf } from './target-work.ts';
import { readVerdicts } from './verdicts.ts';

type Row = Selectable<DeploymentsTable> & Pick<TargetsTable, 'app' | 'environment' | 'team'>;

/** Deployments with what their target is called. */
export function withTarget(db: Kysely<Tables>) {
  return db
    .selectFrom('deployments')
    .innerJoin('targets', 'targets.id', 'deployments.target_id')
    .selectAll('deployments')
    .select(['targets.app', 'targets.environment', 'targets.team']);
}

/** Deployments, the latest first. */
export async function readDeployments(db: Kysely<Tables>, query: DeploymentQuery): Promise<Page<DeploymentRecord>> {
  const place = placeOf(query.cursor, 2);
  const rows = await withTarget(db)
    .where((e) => ofTarget(e, query))
    .$if(query.upstreamId !== null, (q) => q.where('deployments.upstream_id', '=', query.upstreamId as string))
    .$if(query.outcome !== null, (q) => q.where('deployments.outcome', '=', query.outcome as string))
    .$if(query.since !== null, (q) => q.where('deployments.at', '>=', query.since as number))
    .$if(query.until !== null, (q) => q.where('deployments.at', '<', query.until as number))
    .$if(place !== null, (q) => {
      const [at = 0, id = 0] = place ?? [];
      return q.where((e) =>
        e.or([e('deployments.at', '<', at), e.and([e('deployments.at', '=', at), e('deployments.id', '<', id)])]),
      );
    })
    .orderBy('deployments.at', 'desc')
    .orderBy('deployments.id', 'desc')
    .limit(query.limit + 1)
    .execute();
  const page = rows.slice(0, query.limit);
  const last = page.at(-1);
  return {
    items: await recordsOf(db, page),
    next: rows.length > page.length && last !== undefined ? cursorOf(last.at, last.id) : null,
  };
}

export async function readDeployment(db: Kysely<Tables>, id: number): Promise<DeploymentRecord | null> {
  const rows = await withTarget(db).where('deployments.id', '=', id).execute();
  return (await recordsOf(db, rows))[0] ?? null;
}

/** The part of a deployment that an incident shows. */
export function briefOf(row: Selectable<DeploymentsTable>): DeploymentBrief {
  const { rule, link, details } = JSON.parse(row.facts);
  return {
    id: row.id,
    number: row.sequence,
    outcome: row.outcome as Outcome,
    finishedAt: row.at,
    rule,
    link,
    details,
  };
}

/** These rows as people see them, in their order. */
export async function recordsOf(db: Kysely<Tables>, rows: readonly Row[]): Promise<DeploymentRecord[]> {
  if (rows.length === 0) return [];
  const times = rows.map(({ at }) => at);
  const incidents = await db
    .selectFrom('incidents')
    .selectAll()
    .where('kind', '=', 'deployment')
    .where('target_id', 'in', [...new Set(rows.map((row) => row.target_id))])
    .where('opened_at', '<=', Math.max(...times))
    .where((e) => e.or([e('closed_at', 'is', null), e('closed_at', '>=', Math.min(...times))]))
    .execute();
  const changes = await readChanges(db, rows);
  const verdicts = await readVerdicts(
    db,
    rows.map(({ id }) => id),
  );
  return rows.map((row) => {
    const incident = incidents.find((candidate) => roleIn(row, candidate) !== null) ?? null;
    return {
      ...briefOf(row),
      ...keyOf(row),
      upstreamId: row.upstream_id,
      team: row.team,
      durationMs: row.duration_ms,
      commit: JSON.parse(row.facts).commit,
      recordedAt: row.recorded_at,
      changeFailure: row.change_failure as FailureCause | null,
      changeFailureWhy: row.change_failure_why,
      verdict: row.verdict as Verdict | null,
      verdicts: verdicts.get(row.id) ?? [],
      rework: row.rework as ReworkCause | null,
      delivery: row.delivery as Delivery | null,
      changes: changes.get(changesKey(row)) ?? [],
      incidentId: incident?.id ?? null,
      role: incident === null ? null : roleIn(row, incident),
    };
  });
}

function roleIn(row: Row, candidate: Selectable<IncidentsTable>): IncidentRole | null {
  if (candidate.target_id !== row.target_id) return null;
  if (candidate.opened_by === row.upstream_id) return 'opened';
  if (candidate.closed_by === row.upstream_id) return 'closed';
  if (row.outcome !== 'failure') return null;
  const { incident, closed } = incidentOf(candidate);
  const at: Moment = { at: row.at, sequence: row.sequence, order: row.ord };
  const within = compareMoments(at, incident.opened) > 0 && (closed === null || compareMoments(at, closed.moment) < 0);
  return within ? 'extended' : null;
}
