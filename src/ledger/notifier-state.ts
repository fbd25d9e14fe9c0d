import type { Kysely } from 'kysely';
import { ROOMS, type RoomName } from '../domain/severity.ts';
import { type NotificationCount, readNotificationCounts } from './notification-counts.ts';
import { upsertRows } from './rows.ts';
import type { Tables } from './tables.ts';

/** How the notifier stands, as last committed. Times in milliseconds since the epoch; null: never. */
export interface NotifierStatus {
  readonly counts: readonly NotificationCount[];
  readonly rooms: readonly RoomStatus[];
  readonly heartbeatAt: number | null;
}

export interface RoomStatus {
  readonly room: RoomName;
  /** Events that wait to be sent, and rows of the outbox that have none yet. */
  readonly pending: number;
  /** When the oldest of them was decided on; null when nothing waits. */
  readonly oldestAt: number | null;
  readonly lastDeliveryAt: number | null;
}

export async function setNotifierState(trx: Kysely<Tables>, key: string, value: unknown): Promise<void> {
  if (value === null) await trx.deleteFrom('notifier_state').where('key', '=', key).execute();
  else await upsertRows(trx, 'notifier_state', ['key'], [{ key, value: JSON.stringify(value) }]);
}

export async function readNotifierState(db: Kysely<Tables>): Promise<ReadonlyMap<string, unknown>> {
  const rows = await db.selectFrom('notifier_state').selectAll().execute();
  return new Map(rows.map(({ key, value }) => [key, JSON.parse(value) as unknown]));
}

export async function readNotifierStatus(db: Kysely<Tables>): Promise<NotifierStatus> {
  const state = await readNotifierState(db);
  const time = (key: string) => (state.get(key) as number | undefined) ?? null;
  const rooms: RoomStatus[] = [];
  for (const room of ROOMS) {
    const waiting = db.selectFrom('messages').where('state', '=', 'waiting').where('room', '=', room);
    const messages = {
      ...(await waiting.select((e) => e.fn.countAll<number>().as('count')).executeTakeFirstOrThrow()),
      oldest: (await waiting.select('created_at').orderBy('id').limit(1).executeTakeFirst())?.created_at ?? null,
    };
    const rows = await db
      .selectFrom('outbox')
      .select((e) => [e.fn.countAll<number>().as('count'), e.fn.min('decided_at').as('oldest')])
      .where('message_id', 'is', null)
      .where('room', '=', room)
      .executeTakeFirstOrThrow();
    const times = [messages.oldest, rows.oldest].filter((at) => at !== null);
    rooms.push({
      room,
      pending: Number(messages.count) + Number(rows.count),
      oldestAt: times.length === 0 ? null : Math.min(...times),
      lastDeliveryAt: time(`delivered ${room}`),
    });
  }
  return { counts: await readNotificationCounts(db), rooms, heartbeatAt: time('heartbeat delivered') };
}
