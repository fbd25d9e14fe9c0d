import type { Kysely } from 'kysely';
import type { ErrorEvent } from '../../domain/error-event.ts';
import { inSlices, insertAndRead } from '../rows.ts';
import type { Tables } from '../tables.ts';

/** An event with the ledger's number of it. */
export interface StoredEvent {
  readonly number: number;
  readonly event: ErrorEvent;
}

/** Stores what of a workspace's events is new, of each id the first, and returns it in the order given. */
export async function storeEvents(
  trx: Kysely<Tables>,
  workspace: string,
  events: readonly ErrorEvent[],
  now: number,
): Promise<readonly StoredEvent[]> {
  const known = await knownIds(
    trx,
    workspace,
    events.flatMap(({ id }) => id ?? []),
  );
  const fresh = events.filter(({ id }) => {
    if (id === null) return true;
    if (known.has(id)) return false;
    known.add(id);
    return true;
  });
  const rows = fresh.map((event) => rowOf(workspace, event, now));
  const numbered = await insertAndRead(trx, 'error_events', rows, ['id']);
  // Numbers are given in the order of the rows, whatever the order in which they are told.
  const numbers = numbered.map(({ id }) => id).sort((a, b) => a - b);
  return fresh.map((event, index) => ({ event, number: numbers[index] ?? 0 }));
}

/** Which of these keys of a workspace's application are stored already. */
export async function knownIds(trx: Kysely<Tables>, workspace: string, ids: readonly string[]): Promise<Set<string>> {
  const rows = await inSlices(ids, (slice) =>
    trx
      .selectFrom('error_events')
      .select('event_id')
      .where('workspace', '=', workspace)
      .where('event_id', 'in', slice)
      .execute(),
  );
  return new Set(rows.flatMap(({ event_id }) => event_id ?? []));
}

function rowOf(workspace: string, event: ErrorEvent, now: number) {
  return {
    workspace,
    event_id: event.id,
    subsystem: event.subsystem,
    operation: event.operation,
    error_type: event.errorType,
    error_message: event.errorMessage,
    agent_id: event.agentId,
    action_name: event.actionName,
    event_data: event.eventData,
    severity: event.severity,
    app: event.app,
    environment: event.environment,
    origin: event.origin,
    link: event.link,
    at: event.at,
    received_at: now,
  };
}
