import type { TargetKey } from '../domain/deployment.ts';
import type { Crossed, News, Posted } from '../domain/news.ts';
import { type RoomName, SEVERITIES, type Severity } from '../domain/severity.ts';
import type { OutboxRow, Plan, Transition } from '../domain/transition.ts';
import { errorOf } from './error-text.ts';
import { clean } from './text.ts';

/** What a row of the outbox tells: its JSON is the row's payload. */
export type Payload = { readonly kind: 'incident'; readonly transition: Transition } | News;

export interface PlanSettings {
  /** What happened longer ago never becomes a message, in milliseconds. */
  readonly maxAgeMs: number;
  /** Where the daily self-test goes. */
  readonly heartbeatRoom: RoomName;
}

/**
 * Which transitions and news become messages. An incident is told when it opens and when it ends, and not at all where a
 * first read of history finds it ended already. A collector that is down, and the self-test, are news whatever `maxAgeMs`.
 */
export function planMessages({ maxAgeMs, heartbeatRoom }: PlanSettings): Plan {
  return (transitions, news, now) => {
    const isNews = (at: number) => now - at <= maxAgeMs;
    return [
      ...transitions.flatMap((transition) => (isTold(transition, isNews) ? incidentRow(transition) : [])),
      ...news.flatMap((one) => newsRow(one, heartbeatRoom, isNews) ?? []),
    ];
  };
}

function isTold(transition: Transition, isNews: (at: number) => boolean): boolean {
  const { operation, origin, openedAt, closedAt } = transition;
  if (origin === 'backfill' && closedAt !== null) return false;
  if (operation === 'open') return isNews(openedAt);
  return operation === 'close' && closedAt !== null && isNews(closedAt);
}

function incidentRow(transition: Transition): OutboxRow {
  const { target, kind, operation, incident } = transition;
  const severity = severityOf(transition);
  const ends = operation === 'close';
  return {
    ref: null,
    source: target.source,
    severity: ends ? 'info' : severity,
    room: roomOf(severity),
    key: keyOf(target, severity, ends ? `${kind} ${transition.outcome}` : kind, errorOf(transition.openedBy) ?? ''),
    origin: originOf(target),
    about: `incident ${incident}`,
    ends,
    payload: { kind: 'incident', transition } satisfies Payload,
  };
}

/** Production is critical; a rule of the sink has a severity of its own. */
function severityOf({ kind, target, openedBy }: Transition): Severity {
  const own = SEVERITIES.find((known) => known === openedBy?.details['severity']);
  if (kind === 'errors' && own !== undefined) return own;
  return target.environment === 'production' ? 'critical' : 'warning';
}

function newsRow(news: News, heartbeatRoom: RoomName, isNews: (at: number) => boolean): OutboxRow | null {
  const common = { ref: null, about: null, ends: false, payload: news satisfies Payload };
  switch (news.kind) {
    case 'posted':
      return isNews(news.at) ? { ...common, ...postedColumns(news), ref: news.id } : null;
    case 'crossed':
      return isNews(news.backAt ?? news.crossedAt) ? { ...common, ...crossedColumns(news) } : null;
    case 'collector': {
      const ends = news.change === 'back';
      return {
        ...common,
        source: news.source,
        severity: ends ? 'info' : 'critical',
        room: 'critical',
        key: JSON.stringify(['collector', news.source, news.change, news.reason]),
        origin: JSON.stringify(['collector', news.source]),
        about: `collector ${news.source} ${news.downSince}`,
        ends,
      };
    }
    case 'heartbeat':
      return {
        ...common,
        source: '',
        severity: 'info',
        room: heartbeatRoom,
        key: `heartbeat ${news.day}`,
        origin: `heartbeat ${news.day}`,
      };
  }
}

function postedColumns({ target, severity, errorType, operation, message, origin, form }: Posted) {
  return {
    source: target.source,
    severity,
    room: roomOf(severity),
    key: keyOf(target, severity, errorType ?? operation, message ?? JSON.stringify(form)),
    origin: origin === null ? originOf(target) : JSON.stringify(['posted', target.source, origin]),
  };
}

function crossedColumns({ target, severity, rule, id, change }: Crossed) {
  const ends = change === 'back';
  return {
    source: target.source,
    severity: ends ? ('info' as const) : severity,
    room: roomOf(severity),
    key: keyOf(target, severity, `rule ${change}`, rule),
    origin: originOf(target),
    about: `crossing ${id}`,
    ends,
  };
}

function roomOf(severity: Severity): RoomName {
  return severity === 'critical' ? 'critical' : 'warning';
}

function keyOf({ source, app, environment }: TargetKey, severity: Severity, kind: string, error: string): string {
  return JSON.stringify([source, app, environment, severity, kind, clean(error)]);
}

function originOf({ source, app, environment }: TargetKey): string {
  return JSON.stringify([source, app, environment]);
}
