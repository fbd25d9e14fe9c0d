import type { EventRecord } from '../ledger/errors/error-queries.ts';
import type { BySubsystem, ItemResult } from '../sink/sink.ts';
import { time } from './wire.ts';

/** What became of a post. */
export function resultsJson(results: readonly ItemResult[]) {
  const count = (status: ItemResult['status']) => results.filter((result) => result.status === status).length;
  return {
    accepted: count('accepted'),
    duplicates: count('duplicate'),
    refused: count('refused'),
    items: results.map(({ status, detail }, index) => ({ index, status, ...(detail === null ? {} : { detail }) })),
  };
}

/** The answer of `/api/analytics/errors/by-subsystem`: `rate` is a share of the errors, not of requests. */
export function bySubsystemJson(window: string, { windowMs, at, total, counts }: BySubsystem) {
  return {
    window,
    effective_window_seconds: windowMs / 1000,
    total,
    by_subsystem: counts.map(({ subsystem, count }) => ({ subsystem, count, rate: count / total })),
    // Microseconds, as other sinks of this contract write it.
    generated_at: time(at).replace(/Z$/, '000Z'),
  };
}

/** One item of `/api/v1/errors`. */
export function eventJson(event: EventRecord) {
  return {
    number: event.number,
    id: event.id,
    subsystem: event.subsystem,
    operation: event.operation,
    error_type: event.errorType,
    error_message: event.errorMessage,
    agent_id: event.agentId,
    action_name: event.actionName,
    event_data: JSON.parse(event.eventData) as object,
    severity: event.severity,
    app: event.app,
    environment: event.environment,
    origin: event.origin,
    link: event.link,
    created_at: time(event.at),
    received_at: time(event.receivedAt),
  };
}
