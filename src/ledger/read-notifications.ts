import type { Kysely, Selectable } from 'kysely';
import type { RoomName } from '../domain/severity.ts';
import { cursorOf, placeOf } from './cursor.ts';
import { factOf, type OutgoingKind } from './outgoing.ts';
import type { NotificationFact, NotificationQuery, NotificationRecord, NotificationState, Page } from './records.ts';
import type { MessagesTable, Tables } from './tables.ts';

/** A longer list says nothing more to a person. */
const FACTS_LIMIT = 500;

/** What was sent, waits or was parked, the latest first. */
export async function readNotifications(
  db: Kysely<Tables>,
  query: NotificationQuery,
): Promise<Page<NotificationRecord>> {
  const place = placeOf(query.cursor, 1);
  const rows = await db
    .selectFrom('messages')
    .selectAll()
    .$if(query.room !== null, (q) => q.where('room', '=', query.room as string))
    .$if(query.state !== null, (q) => q.where('state', '=', query.state as string))
    .$if(query.since !== null, (q) => q.where('created_at', '>=', query.since as number))
    .$if(query.until !== null, (q) => q.where('created_at', '<', query.until as number))
    .$if(place !== null, (q) => q.where('id', '<', place?.[0] ?? 0))
    .orderBy('id', 'desc')
    .limit(query.limit + 1)
    .execute();
  const page = rows.slice(0, query.limit);
  const last = page.at(-1);
  const items: NotificationRecord[] = [];
  for (const row of page) items.push(await recordOf(db, row));
  return { items, next: rows.length > page.length && last !== undefined ? cursorOf(last.id) : null };
}

async function recordOf(db: Kysely<Tables>, row: Selectable<MessagesTable>): Promise<NotificationRecord> {
  return {
    id: row.id,
    room: row.room as RoomName,
    kind: row.kind as OutgoingKind,
    about: row.root_id,
    state: row.state as NotificationState,
    createdAt: row.created_at,
    deliveredAt: row.delivered_at,
    roomId: row.room_id,
    eventId: row.event_id,
    parked: row.reason === null ? null : { reason: row.reason, detail: row.detail ?? '' },
    text: textOf(row.content),
    facts: await factsOf(db, row),
  };
}

/** Null before the first attempt: more may still join it. */
function textOf(content: string | null): string | null {
  if (content === null) return null;
  const sent = JSON.parse(content) as { readonly body?: string; readonly 'm.new_content'?: { readonly body?: string } };
  return sent['m.new_content']?.body ?? sent.body ?? null;
}

async function factsOf(db: Kysely<Tables>, row: Selectable<MessagesTable>): Promise<NotificationFact[]> {
  const all = db.selectFrom('outbox').selectAll().orderBy('id').limit(FACTS_LIMIT);
  const rows =
    row.kind === 'notice'
      ? await all.where('id', '=', row.row_id ?? 0).execute()
      : await all.where('message_id', '=', row.root_id ?? row.id).execute();
  return rows.map(factOf).map((fact) => ({
    id: fact.ref,
    source: fact.source,
    severity: fact.severity,
    role: fact.role,
    decidedAt: fact.decidedAt,
    about: fact.about,
  }));
}
