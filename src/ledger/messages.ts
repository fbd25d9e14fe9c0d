import { randomUUID } from 'node:crypto';
import type { Kysely, Transaction } from 'kysely';
import type { News } from '../domain/news.ts';
import type { Plan } from '../domain/transition.ts';
import { addNotificationCount } from './notification-counts.ts';
import { type NotifierStatus, readNotifierState, readNotifierStatus, setNotifierState } from './notifier-state.ts';
import { writeOutbox } from './outbox.ts';
import type { Outgoing } from './outgoing.ts';
import { type Placed, placeRows } from './place-rows.ts';
import { editIsDue, nextOutgoing, outgoingById, type QueueQuery, queueDueEdit } from './send-queue.ts';
import type { Tables } from './tables.ts';
import type { Told } from './told.ts';

/**
 * The outbox and the messages that account for it: what the sender works from. Every method that writes is one
 * transaction, and throws `StoreFailure` when the store did not take it. Times in milliseconds since the epoch.
 */
export interface Messages {
  /** Writes what the plan makes of the news, together with what is to be remembered. */
  announce(news: readonly News[], remember: ReadonlyMap<string, unknown>, now: number): Promise<void>;
  /** What is remembered, by key. */
  remembered(): Promise<ReadonlyMap<string, unknown>>;
  /** Gives rows that have no message one, a bounded number of them. */
  place(decide: Parameters<typeof placeRows>[1], now: number): Promise<Placed>;
  /** The next event of a room's queue; null when there is none that may be sent now. */
  next(query: QueueQuery): Promise<Outgoing | null>;
  /** Words an event that was never tried, and keeps the words before they are sent; others stay as they are. */
  seal(
    id: number,
    throttleMs: number,
    word: (outgoing: Outgoing, told: Told) => string,
    now: number,
  ): Promise<Outgoing>;
  /** The homeserver took it, `heartbeat` telling whether it was the daily self-test. */
  delivered(
    message: Outgoing,
    event: { readonly roomId: string; readonly eventId: string },
    heartbeat: boolean,
    now: number,
  ): Promise<void>;
  /** Another attempt met an error of the server's own. */
  serverError(id: number): Promise<void>;
  /** It can never be sent: what stands behind it goes on. */
  park(message: Outgoing, reason: string, detail: string): Promise<void>;
  /** Goes on as `content`, as if never tried: under a new transaction id, in its old place. */
  reword(id: number, content: string): Promise<void>;
  status(): Promise<NotifierStatus>;
}

/** How the ledger lends its connections out. */
interface Store {
  write<T>(work: (trx: Transaction<Tables>) => Promise<T>): Promise<T>;
  read<T>(work: (db: Kysely<Tables>) => Promise<T>): Promise<T>;
  readonly plan: Plan;
}

export function openMessages({ write, read, plan }: Store): Messages {
  return {
    announce: (news, remember, now) =>
      write(async (trx) => {
        await writeOutbox(trx, plan([], news, now), now);
        for (const [key, value] of remember) await setNotifierState(trx, key, value);
      }),
    remembered: () => read(readNotifierState),
    async place(decide, now) {
      const waiting = await read((db) =>
        db.selectFrom('outbox').select('id').where('message_id', 'is', null).limit(1).executeTakeFirst(),
      );
      if (waiting === undefined) return { rows: 0, suppressed: { dedupe: 0, throttle: 0 } };
      return await write((trx) => placeRows(trx, decide, now));
    },
    async next(query) {
      const { room, now } = query;
      if (await read((db) => editIsDue(db, room, now))) await write((trx) => queueDueEdit(trx, room, now));
      return await read((db) => nextOutgoing(db, query));
    },
    seal: (id, throttleMs, word, now) =>
      write(async (trx) => {
        const found = await outgoingById(trx, id, throttleMs);
        if (found === null) throw new Error(`there is no message ${id}`);
        const { outgoing, told } = found;
        if (told === null) return outgoing;
        const content = word(outgoing, told);
        await trx.updateTable('messages').set({ content, sealed_at: now }).where('id', '=', id).execute();
        return { ...outgoing, content };
      }),
    delivered: ({ id, room, kind }, { roomId, eventId }, heartbeat, now) =>
      write(async (trx) => {
        const set = { state: 'delivered', room_id: roomId, event_id: eventId, delivered_at: now };
        await trx.updateTable('messages').set(set).where('id', '=', id).execute();
        await setNotifierState(trx, `delivered ${room}`, now);
        if (heartbeat) await setNotifierState(trx, 'heartbeat delivered', now);
        if (kind !== 'edit') await addNotificationCount(trx, 'delivered', room, '');
      }),
    serverError: (id) =>
      write(async (trx) => {
        await trx
          .updateTable('messages')
          .set((e) => ({ server_errors: e('server_errors', '+', 1) }))
          .where('id', '=', id)
          .execute();
      }),
    park: ({ id, room }, reason, detail) =>
      write(async (trx) => {
        await trx.updateTable('messages').set({ state: 'parked', reason, detail }).where('id', '=', id).execute();
        await addNotificationCount(trx, 'parked', room, reason);
      }),
    reword: (id, content) =>
      write(async (trx) => {
        const set = { txn_id: randomUUID(), content, server_errors: 0 };
        await trx.updateTable('messages').set(set).where('id', '=', id).execute();
      }),
    status: () => read(readNotifierStatus),
  };
}
