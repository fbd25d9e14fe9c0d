import { randomUUID } from 'node:crypto';
import type { Kysely, Selectable } from 'kysely';
import type { RoomName } from '../domain/severity.ts';
import { addNotificationCount } from './notification-counts.ts';
import { factOf, type OutboxFact, type Role } from './outgoing.ts';
import type { MessagesTable, OutboxTable, Tables } from './tables.ts';

/** Rows that one transaction places. */
const ROWS_PER_STEP = 100;

/** A message that a row could join. */
export interface Joinable {
  readonly id: number;
  /** It can still take in more before it is sent. */
  readonly open: boolean;
  readonly parked: boolean;
}

/** What the ledger knows that decides where a row goes. */
export interface Candidates {
  /** The message that announced what the row ends; null where the row ends nothing, or nothing announced it. */
  readonly announced: Joinable | null;
  /** The latest row with the same key and room that no other had repeated, and its message. */
  readonly same: (Joinable & { readonly decidedAt: number }) | null;
  /** The message of the same origin and room that still waits and can take in more. */
  readonly waiting: Joinable | null;
}

/** Where a row goes: into a message that there is, or into one of its own. */
export type Placement =
  | { readonly role: 'first' }
  | {
      readonly role: Exclude<Role, 'first'>;
      readonly message: number;
      /** How soon a message that was sent already must show it, and how long after its last edit, in milliseconds. */
      readonly editWithinMs: number;
      readonly editEveryMs: number;
    };

/** How many rows of each kind found a place. */
export interface Placed {
  readonly rows: number;
  readonly suppressed: { readonly dedupe: number; readonly throttle: number };
}

/** Gives a bounded number of the rows that have no message one, in their order. `now` in milliseconds since the epoch. */
export async function placeRows(
  trx: Kysely<Tables>,
  decide: (row: OutboxFact, candidates: Candidates) => Placement,
  now: number,
): Promise<Placed> {
  const rows = await trx
    .selectFrom('outbox')
    .selectAll()
    .where('message_id', 'is', null)
    .orderBy('id')
    .limit(ROWS_PER_STEP)
    .execute();
  const suppressed = { dedupe: 0, throttle: 0 };
  for (const row of rows) {
    const placement = decide(factOf(row), await candidatesOf(trx, row));
    if (placement.role === 'repeated') suppressed.dedupe += 1;
    if (placement.role === 'summed') suppressed.throttle += 1;
    await place(trx, row, placement, now);
  }
  for (const [reason, by] of Object.entries(suppressed)) await addNotificationCount(trx, 'suppressed', '', reason, by);
  return { rows: rows.length, suppressed };
}

async function candidatesOf(trx: Kysely<Tables>, row: Selectable<OutboxTable>): Promise<Candidates> {
  const ofRow = () =>
    trx
      .selectFrom('outbox')
      .innerJoin('messages', 'messages.id', 'outbox.message_id')
      .select(['messages.id', 'messages.state', 'messages.content', 'outbox.decided_at', 'outbox.id as row'])
      .where('outbox.ends', '=', 0)
      .orderBy('outbox.id', 'desc')
      .limit(1);
  const announced =
    row.ends === 1 && row.about !== null
      ? await ofRow().where('outbox.about', '=', row.about).executeTakeFirst()
      : undefined;
  // Each role by itself: the index then gives the latest, however many there are.
  const sameAs = (role: Role) =>
    ofRow()
      .where('outbox.key', '=', row.key)
      .where('outbox.room', '=', row.room)
      .where('outbox.role', '=', role)
      .executeTakeFirst();
  const [first, summed] = [await sameAs('first'), await sameAs('summed')];
  const same = (first?.row ?? 0) > (summed?.row ?? 0) ? first : summed;
  const waiting = await trx
    .selectFrom('messages')
    .select(['id', 'state', 'content'])
    .where('state', '=', 'waiting')
    .where('room', '=', row.room)
    .where('kind', '=', 'message')
    .where('origin', '=', row.origin)
    // It says no more than that it waits, but an origin has few such.
    .where('delivered_at', 'is', null)
    .where('content', 'is', null)
    .executeTakeFirst();
  return {
    announced: announced === undefined ? null : joinable(announced),
    same: same === undefined ? null : { ...joinable(same), decidedAt: same.decided_at },
    waiting: waiting === undefined ? null : joinable(waiting),
  };
}

function joinable({ id, state, content }: Pick<Selectable<MessagesTable>, 'id' | 'state' | 'content'>): Joinable {
  return { id, open: content === null, parked: state === 'parked' };
}

async function place(
  trx: Kysely<Tables>,
  row: Selectable<OutboxTable>,
  placement: Placement,
  now: number,
): Promise<void> {
  if (placement.role === 'first') {
    const id = await insertMessage(
      trx,
      { room: row.room, kind: 'message', origin: row.origin, root: null, row: null },
      now,
    );
    await trx.updateTable('outbox').set({ message_id: id, role: 'first' }).where('id', '=', row.id).execute();
    return;
  }
  const { role, message: messageId, editWithinMs, editEveryMs } = placement;
  await trx.updateTable('outbox').set({ message_id: messageId, role }).where('id', '=', row.id).execute();
  const message = await trx.selectFrom('messages').selectAll().where('id', '=', messageId).executeTakeFirstOrThrow();
  if (message.content !== null) {
    // A clock that was set back must not put it off.
    const editedAt = Math.min(message.edited_at ?? 0, now);
    const due = Math.max(now + editWithinMs, editedAt + editEveryMs);
    const edit_due_at = Math.min(message.edit_due_at ?? due, due);
    await trx.updateTable('messages').set({ edit_due_at }).where('id', '=', messageId).execute();
  }
  if (role !== 'ends') return;
  await insertMessage(
    trx,
    { room: message.room, kind: 'notice', origin: row.origin, root: messageId, row: row.id },
    now,
  );
}

/** Adds a message that waits to be sent, and returns its number. */
export async function insertMessage(
  trx: Kysely<Tables>,
  message: Pick<MessagesTable, 'kind' | 'origin'> & {
    room: RoomName | string;
    root: number | null;
    row: number | null;
  },
  now: number,
): Promise<number> {
  const { id } = await trx
    .insertInto('messages')
    .values({
      txn_id: randomUUID(),
      room: message.room,
      kind: message.kind,
      root_id: message.root,
      row_id: message.row,
      origin: message.origin,
      state: 'waiting',
      content: null,
      server_errors: 0,
      created_at: now,
      sealed_at: null,
      delivered_at: null,
      room_id: null,
      event_id: null,
      reason: null,
      detail: null,
      edit_due_at: null,
      edited_at: null,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return id;
}
