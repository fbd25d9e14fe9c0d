import type { Kysely, Selectable } from 'kysely';
import type { RoomName } from '../domain/severity.ts';
import { type OutboxFact, type Outgoing, outgoingOf, type Root } from './outgoing.ts';
import { insertMessage } from './place-rows.ts';
import type { MessagesTable, Tables } from './tables.ts';
import { firstFact, type Told, toldBy } from './told.ts';

/** What is asked of a room's queue. Times in milliseconds, `now` since the epoch. */
export interface QueueQuery {
  readonly room: RoomName;
  readonly now: number;
  /** One message per origin in this time. */
  readonly throttleMs: number;
  /** Leave this one out. */
  readonly except?: number;
}

/** The next event of a room's queue: what was tried before comes first, then the oldest that may be sent now. */
export async function nextOutgoing(db: Kysely<Tables>, query: QueueQuery): Promise<Outgoing | null> {
  const row = (await firstTried(db, query)) ?? (await firstFresh(db, query));
  return row === undefined ? null : await load(db, row, query.throttleMs);
}

function waitingIn(db: Kysely<Tables>, { room, except }: QueueQuery) {
  return db
    .selectFrom('messages as m')
    .selectAll('m')
    .where('m.room', '=', room)
    .$if(except !== undefined, (q) => q.where('m.id', '!=', except as number))
    .orderBy('m.id')
    .limit(1);
}

async function firstTried(db: Kysely<Tables>, query: QueueQuery) {
  // That it waits is said as the index of those few that were tried says it: by its state there are many.
  return await waitingIn(db, query)
    .where('m.content', 'is not', null)
    .where('m.delivered_at', 'is', null)
    .where('m.reason', 'is', null)
    .executeTakeFirst();
}

async function firstFresh(db: Kysely<Tables>, query: QueueQuery) {
  const { now, throttleMs } = query;
  return await waitingIn(db, query)
    .where('m.state', '=', 'waiting')
    .where('m.content', 'is', null)
    .where((e) =>
      e.or([
        e.and([
          e('m.kind', '=', 'message'),
          // A clock that was set back must not hold anything up.
          e.not(
            e.exists(
              e
                .selectFrom('messages as sent')
                .select('sent.id')
                .whereRef('sent.origin', '=', 'm.origin')
                .whereRef('sent.room', '=', 'm.room')
                .where('sent.kind', '=', 'message')
                .where('sent.delivered_at', '>', now - throttleMs)
                .where('sent.delivered_at', '<=', now),
            ),
          ),
        ]),
        e.and([
          e('m.kind', '!=', 'message'),
          e.not(
            e.exists(
              e
                .selectFrom('messages as root')
                .select('root.id')
                .whereRef('root.id', '=', 'm.root_id')
                .where('root.state', '=', 'waiting'),
            ),
          ),
        ]),
      ]),
    )
    .executeTakeFirst();
}

/** One event, and all that it tells unless it was worded already. */
export async function outgoingById(
  db: Kysely<Tables>,
  id: number,
  throttleMs: number,
): Promise<{ readonly outgoing: Outgoing; readonly told: Told | null } | null> {
  const row = await db.selectFrom('messages').selectAll().where('id', '=', id).executeTakeFirst();
  if (row === undefined) return null;
  return { outgoing: await load(db, row, throttleMs), told: row.content === null ? await toldBy(db, row) : null };
}

async function load(db: Kysely<Tables>, row: Selectable<MessagesTable>, throttleMs: number): Promise<Outgoing> {
  const first = await firstFact(db, row);
  return outgoingOf(row, first, await rootOf(db, row.root_id), await readyAt(db, row, first, throttleMs));
}

async function rootOf(db: Kysely<Tables>, id: number | null): Promise<Root | null> {
  if (id === null) return null;
  const root = await db
    .selectFrom('messages')
    .select(['state', 'room_id', 'event_id'])
    .where('id', '=', id)
    .executeTakeFirst();
  return {
    delivered: root?.state === 'delivered',
    roomId: root?.room_id ?? null,
    eventId: root?.event_id ?? null,
  };
}

async function readyAt(
  db: Kysely<Tables>,
  row: Selectable<MessagesTable>,
  first: OutboxFact | null,
  throttleMs: number,
): Promise<number> {
  const decidedAt = row.kind === 'edit' ? row.created_at : (first?.decidedAt ?? row.created_at);
  if (row.kind !== 'message') return decidedAt;
  const before = await db
    .selectFrom('messages')
    .select('delivered_at')
    .where('origin', '=', row.origin)
    .where('room', '=', row.room)
    .where('kind', '=', 'message')
    .where('id', '<', row.id)
    .where('delivered_at', 'is not', null)
    .orderBy('delivered_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  return Math.max(decidedAt, (before?.delivered_at ?? 0) + throttleMs);
}

/** Whether the edit of a message in this room is due. */
export async function editIsDue(db: Kysely<Tables>, room: RoomName, now: number): Promise<boolean> {
  return (await dueEdit(db, room, now)) !== undefined;
}

/** Puts the edit that is due longest at the end of the room's queue; a message has one at a time. */
export async function queueDueEdit(trx: Kysely<Tables>, room: RoomName, now: number): Promise<void> {
  const due = await dueEdit(trx, room, now);
  if (due === undefined) return;
  await insertMessage(trx, { room, kind: 'edit', origin: due.origin, root: due.id, row: null }, now);
  await trx.updateTable('messages').set({ edit_due_at: null, edited_at: now }).where('id', '=', due.id).execute();
}

async function dueEdit(db: Kysely<Tables>, room: RoomName, now: number) {
  return await db
    .selectFrom('messages as m')
    .select(['m.id', 'm.origin'])
    .where('m.edit_due_at', '<=', now)
    // As an expression: of those that were delivered there are many, of edits that are due few.
    .where((e) => e(e.fn.coalesce('m.state', e.val('')), '=', 'delivered'))
    .where('m.room', '=', room)
    .where((e) =>
      e.not(
        e.exists(
          e
            .selectFrom('messages as edit')
            .select('edit.id')
            .whereRef('edit.root_id', '=', 'm.id')
            .where('edit.kind', '=', 'edit')
            .where('edit.state', '=', 'waiting'),
        ),
      ),
    )
    .orderBy('m.edit_due_at')
    .limit(1)
    .executeTakeFirst();
}
