import type { Kysely } from 'kysely';
import type { Tables } from './tables.ts';

/** What the notifier has counted of one kind, for ever. */
export interface NotificationCount {
  readonly counter: 'delivered' | 'parked' | 'suppressed';
  /** Empty for `suppressed`. */
  readonly room: string;
  /** Empty for `delivered`. */
  readonly reason: string;
  readonly value: number;
}

/** Adds to one of the notifier's counters, in the transaction of what it counts. */
export async function addNotificationCount(
  trx: Kysely<Tables>,
  counter: NotificationCount['counter'],
  room: string,
  reason: string,
  by = 1,
): Promise<void> {
  if (by === 0) return;
  await trx
    .insertInto('notification_counts')
    .values({ counter, room, reason, value: by })
    .onConflict((c) =>
      c.columns(['counter', 'room', 'reason']).doUpdateSet((e) => ({ value: e('notification_counts.value', '+', by) })),
    )
    .execute();
}

/** All that the notifier has ever counted. */
export async function readNotificationCounts(db: Kysely<Tables>): Promise<readonly NotificationCount[]> {
  const rows = await db.selectFrom('notification_counts').selectAll().execute();
  return rows.map((row) => ({ ...row, counter: row.counter as NotificationCount['counter'] }));
}
