import { setImmediate } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import type { Tables } from '../tables.ts';
import { type EventPlace, eventsBetween } from './events-between.ts';

/** Most events that one statement counts: it reads an index alone, so each costs little. */
const EVENTS_PER_STATEMENT = 5000;

/** Counts a workspace's events from `since` on by subsystem, letting others run in between. */
export async function countBySubsystem(
  db: Kysely<Tables>,
  workspace: string,
  since: number,
): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  let from: EventPlace | null = { at: since, id: 0 };
  while (from !== null) {
    const next: EventPlace | undefined = await eventsBetween(db, workspace, from, null)
      .select(['at', 'id'])
      .orderBy('at')
      .orderBy('id')
      .offset(EVENTS_PER_STATEMENT)
      .limit(1)
      .executeTakeFirst();
    const rows = await eventsBetween(db, workspace, from, next ?? null)
      .select(['subsystem', (e) => e.fn.countAll<number>().as('events')])
      .groupBy('subsystem')
      .execute();
    for (const { subsystem, events } of rows) counts.set(subsystem, (counts.get(subsystem) ?? 0) + Number(events));
    from = next ?? null;
    if (from !== null) await setImmediate();
  }
  return counts;
}
