import { setImmediate } from 'node:timers/promises';
import type { ExpressionBuilder, Kysely, Selectable } from 'kysely';
import type { Severity } from '../../domain/severity.ts';
import { cursorOf, placeOf } from '../cursor.ts';
import type { Page } from '../records.ts';
import type { Tables } from '../tables.ts';
import type { EventQuery, EventRecord } from './error-queries.ts';
import { type EventPlace, eventsBetween } from './events-between.ts';
import type { ErrorEventsTable } from './tables.ts';

/** Most events that one statement looks through for those that the filters let pass. */
const EVENTS_PER_STATEMENT = 2000;
/** Most statements for one page: what is rare among many comes over several pages. */
const STATEMENTS_PER_PAGE = 50;

/** One page of a workspace's events, the latest first. */
export async function readEvents(db: Kysely<Tables>, workspace: string, query: EventQuery): Promise<Page<EventRecord>> {
  const [at, id] = placeOf(query.cursor, 2) ?? [];
  let to: EventPlace | null = query.until === null ? null : { at: query.until, id: 0 };
  if (at !== undefined && id !== undefined) to = { at, id };
  const earliest = query.since === null ? null : { at: query.since, id: 0 };
  const found: EventRecord[] = [];
  for (let statement = 0; statement < STATEMENTS_PER_PAGE; statement += 1) {
    const from: EventPlace | undefined = await eventsBetween(db, workspace, earliest, to)
      .select(['at', 'id'])
      .orderBy('at', 'desc')
      .orderBy('id', 'desc')
      .offset(EVENTS_PER_STATEMENT - 1)
      .limit(1)
      .executeTakeFirst();
    const rows = await eventsBetween(db, workspace, from ?? earliest, to)
      .selectAll()
      .where((e) => passes(e, query))
      .orderBy('at', 'desc')
      .orderBy('id', 'desc')
      .limit(query.limit + 1 - found.length)
      .execute();
    found.push(...rows.map(eventOf));
    const last = found[query.limit - 1];
    if (found.length > query.limit && last !== undefined)
      return { items: found.slice(0, query.limit), next: cursorOf(last.at, last.number) };
    if (from === undefined) return { items: found, next: null };
    to = from;
    await setImmediate();
  }
  return { items: found, next: to === null ? null : cursorOf(to.at, to.id) };
}

const COLUMNS = [
  ['subsystem', 'subsystem'],
  ['operation', 'operation'],
  ['errorType', 'error_type'],
  ['severity', 'severity'],
  ['app', 'app'],
  ['environment', 'environment'],
] as const satisfies readonly (readonly [keyof EventQuery, keyof ErrorEventsTable])[];

function passes(e: ExpressionBuilder<Tables, 'error_events'>, query: EventQuery) {
  return e.and(
    COLUMNS.flatMap(([name, column]) => {
      const value = query[name];
      // As an expression, so that no index of the column takes the place of that which bounds the search.
      return value === null ? [] : e(e.fn.coalesce(column, e.val('')), '=', value);
    }),
  );
}

function eventOf(row: Selectable<ErrorEventsTable>): EventRecord {
  return {
    number: row.id,
    id: row.event_id,
    subsystem: row.subsystem,
    operation: row.operation,
    errorType: row.error_type,
    errorMessage: row.error_message,
    agentId: row.agent_id,
    actionName: row.action_name,
    eventData: row.event_data,
    severity: row.severity as Severity,
    app: row.app,
    environment: row.environment,
    origin: row.origin,
    link: row.link,
    at: row.at,
    receivedAt: row.received_at,
  };
}
