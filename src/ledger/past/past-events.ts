import type { FailureCause, IncidentKind, Outcome, ReworkCause } from '../../domain/deployment.ts';
import { resolutionId } from '../resolutions.ts';
import type { PastRows } from './past-rows.ts';
import type { Sight } from './sight.ts';
import type { PastEvent } from './target-past.ts';

type Deployment = PastRows['deployments'][number];
type Incident = PastRows['incidents'][number];

/** What once changed what a scrape shows of a target, in the order in which it would have been seen. */
export function pastEvents(rows: PastRows, sight: Sight): readonly PastEvent[] {
  const closes = new Map(rows.incidents.map((incident) => [incident, closeOf(rows, incident, sight)]));
  const events: PastEvent[] = [];
  for (const [index, row] of rows.deployments.entries()) {
    events.push({
      at: sight.of(row),
      kind: 'deployment',
      outcome: row.outcome as Outcome,
      endedAt: row.at,
      durationMs: row.outcome === 'success' ? row.duration_ms : null,
    });
    const failure = row.change_failure_counted as FailureCause | null;
    if (failure !== null) {
      const at = recognised(rows, index, failure, sight) ?? sight.of(row);
      events.push({ at, kind: 'change_failure', cause: failure });
    }
    const rework = row.rework_counted as ReworkCause | null;
    if (rework !== null) {
      const repaired = rework === 'degraded' || rework === 'errors' ? firstCloseAfter(rework, row, closes) : null;
      events.push({ at: repaired ?? sight.of(row), kind: 'rework', cause: rework });
    }
  }
  for (const incident of rows.incidents) events.push(...incidentEvents(rows, incident, closes, sight));
  for (const change of rows.changes)
    events.push({ at: sight.ofLeadTime(change), kind: 'lead_time', ms: change.lead_ms ?? 0 });
  for (const { kind, at } of rows.marks) events.push({ at, kind: kind as 'removed' | 'listed' });
  return events.sort((a, b) => a.at - b.at);
}

/** When it was known to be a change failure; undefined: with the deployment itself, or nothing tells. */
function recognised(rows: PastRows, index: number, cause: FailureCause, sight: Sight): number | undefined {
  const row = rows.deployments[index];
  const next = rows.deployments[index + 1];
  if (row === undefined) return undefined;
  switch (cause) {
    case 'deployment':
      return undefined;
    case 'degraded':
    case 'errors':
      return sight.byId(rows.sightings.find(({ blamed }) => blamed === row.upstream_id)?.upstream_id ?? null);
    case 'rollback':
      return next === undefined ? undefined : sight.of(next);
    case 'verdict':
      return rows.accused.get(row.id);
  }
}

function firstCloseAfter(
  kind: IncidentKind,
  { at }: Deployment,
  closes: ReadonlyMap<Incident, number | null>,
): number | null {
  const ends = [...closes].flatMap(([incident, end]) =>
    incident.kind === kind && end !== null && (incident.closed_at ?? 0) >= at ? [end] : [],
  );
  return ends.length === 0 ? null : Math.min(...ends);
}

function* incidentEvents(
  rows: PastRows,
  incident: Incident,
  closes: ReadonlyMap<Incident, number | null>,
  sight: Sight,
): Generator<PastEvent> {
  const about = incident.kind as IncidentKind;
  const closed = closes.get(incident) ?? null;
  const opened = Math.min(sight.byId(incident.opened_by) ?? incident.opened_at, closed ?? Number.POSITIVE_INFINITY);
  const known = incident.beginning_known === 1;
  yield { at: opened, kind: 'opened', incident: incident.id, about, since: known ? incident.opened_at : null };
  if (closed !== null) {
    const recoveredAt = known && incident.outcome === 'recovered' ? incident.closed_at : null;
    yield { at: closed, kind: 'closed', incident: incident.id, about, recoveredAt };
  }
  if (incident.counted_ms === null) return;
  // One that a person opened again stays counted as of when it was first closed.
  const word = rows.resolutions.find(({ about: of, at }) => of === about && at >= incident.opened_at);
  const counted = closed ?? word?.decided_at ?? incident.opened_at + incident.counted_ms;
  yield { at: counted, kind: 'recovery', about, ms: incident.counted_ms };
}

/** When a scrape would have shown that it was over; null while it is open. */
function closeOf(rows: PastRows, incident: Incident, sight: Sight): number | null {
  if (incident.outcome === null || incident.closed_at === null) return null;
  const word = resolutionId(incident);
  if (word !== null) return rows.resolutions.find(({ id }) => id === word)?.decided_at ?? incident.closed_at;
  return sight.byId(incident.closed_by) ?? incident.closed_at;
}
