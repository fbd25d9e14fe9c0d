import type { Decision } from '../domain/override.ts';
import type {
  ChangeRecord,
  CollectorRecord,
  DeploymentBrief,
  DeploymentRecord,
  IncidentRecord,
  NotificationRecord,
  TargetRecord,
} from '../ledger/records.ts';
import { recordUrl, seconds, time } from './wire.ts';

// Field by field: what goes out is a contract, and a field that is added inside must not slip out by itself.

/** One item of `/api/v1/targets`. */
export function targetJson(target: TargetRecord) {
  return {
    id: target.id,
    source: target.source,
    app: target.app,
    environment: target.environment,
    team: target.team,
    observed_since: time(target.observedSince),
    last_active_at: time(target.lastActiveAt),
    last_success_at: time(target.lastSuccessAt),
    failure_at: time(target.failureAt),
    recovery_at: time(target.recoveryAt),
    open: target.open.map(({ kind, since }) => ({ kind, since: time(since) })),
    deployments: { success: target.deployments.success, failure: target.deployments.failure },
    removed_at: time(target.removedAt),
  };
}

/** One item of `/api/v1/deployments`. `base` is the external URL, or empty. */
export function deploymentJson(deployment: DeploymentRecord, base: string) {
  return {
    id: deployment.id,
    url: recordUrl(base, 'deployments', deployment.id),
    upstream_id: deployment.upstreamId,
    source: deployment.source,
    app: deployment.app,
    environment: deployment.environment,
    team: deployment.team,
    outcome: deployment.outcome,
    finished_at: time(deployment.finishedAt),
    duration_seconds: seconds(deployment.durationMs),
    number: deployment.number,
    commit: deployment.commit,
    link: deployment.link,
    rule: deployment.rule,
    details: deployment.details,
    recorded_at: time(deployment.recordedAt),
    change_failure: deployment.changeFailure,
    change_failure_why: deployment.changeFailureWhy,
    verdict: deployment.verdict,
    verdicts: deployment.verdicts.map(({ verdict, ...decision }) => ({ verdict, ...decisionJson(decision) })),
    rework: deployment.rework,
    delivery: deployment.delivery,
    changes: deployment.changes.map(changeJson),
    incident:
      deployment.incidentId === null
        ? null
        : {
            id: deployment.incidentId,
            url: recordUrl(base, 'incidents', deployment.incidentId),
            role: deployment.role,
          },
  };
}

function changeJson(change: ChangeRecord) {
  return {
    commit: change.sha,
    repository: change.repository,
    committed_at: time(change.committedAt),
    lead_time_seconds: seconds(change.leadMs),
    origin: change.origin,
    unknown: change.unknown,
    number: change.number,
  };
}

/** One item of `/api/v1/incidents`. `base` is the external URL, or empty. */
export function incidentJson(incident: IncidentRecord, base: string) {
  return {
    id: incident.id,
    url: recordUrl(base, 'incidents', incident.id),
    kind: incident.kind,
    source: incident.source,
    app: incident.app,
    environment: incident.environment,
    team: incident.team,
    state: incident.state === 'open' ? 'open' : 'closed',
    outcome: incident.state === 'open' ? null : incident.state,
    opened_at: time(incident.openedAt),
    beginning_known: incident.beginningKnown,
    closed_at: time(incident.closedAt),
    recovery_seconds: seconds(incident.recoveryMs),
    failures: incident.failures,
    opened_by: briefJson(incident.openedBy, base),
    run: incident.run.map((failure) => briefJson(failure, base)),
    closed_by: briefJson(incident.closedBy, base),
    resolution: incident.resolution === null ? null : decisionJson(incident.resolution),
    sightings: incident.sightings.map(({ kind, at, details, attributedTo }) => ({
      kind,
      at: time(at),
      details,
      attributed_to: briefJson(attributedTo, base),
    })),
    attributed_to: briefJson(incident.attributedTo, base),
  };
}

/** One item of `/api/v1/collectors`. */
export function collectorJson(collector: CollectorRecord) {
  const { lastFailure, backfill } = collector;
  return {
    source: collector.source,
    type: collector.type,
    up: collector.up,
    last_success_at: time(collector.lastSuccessAt),
    last_poll_at: time(collector.lastPollAt),
    last_failure:
      lastFailure === null
        ? null
        : { reason: lastFailure.reason, detail: lastFailure.detail, at: time(lastFailure.at) },
    targets: collector.targets,
    backfill: backfill === null ? null : { pending: backfill.pending, done: backfill.done },
  };
}

function decisionJson({ by, reason, decidedAt }: Decision) {
  return { by, reason, decided_at: time(decidedAt) };
}

function briefJson(deployment: DeploymentBrief | null, base: string) {
  if (deployment === null) return null;
  return {
    id: deployment.id,
    url: recordUrl(base, 'deployments', deployment.id),
    number: deployment.number,
    outcome: deployment.outcome,
    finished_at: time(deployment.finishedAt),
    rule: deployment.rule,
    link: deployment.link,
    details: deployment.details,
  };
}

/** One item of `/api/v1/notifications`. */
export function notificationJson(message: NotificationRecord) {
  return {
    id: message.id,
    room: message.room,
    kind: message.kind,
    about: message.about,
    state: message.state,
    created_at: time(message.createdAt),
    delivered_at: time(message.deliveredAt),
    room_id: message.roomId,
    event_id: message.eventId,
    parked: message.parked === null ? null : { reason: message.parked.reason, detail: message.parked.detail },
    text: message.text,
    events: message.facts.map((fact) => ({
      id: fact.id,
      source: fact.source,
      severity: fact.severity,
      role: fact.role,
      decided_at: time(fact.decidedAt),
      about: fact.about,
    })),
  };
}
