import { type Kysely, sql } from 'kysely';
import type { Tables } from '../tables.ts';

/** A place among a workspace's events: by time, then by the ledger's number. */
export interface EventPlace {
  readonly at: number;
  readonly id: number;
}

/** A workspace's events with `from` <= place < `to`; null: no bound. */
export function eventsBetween(db: Kysely<Tables>, workspace: string, from: EventPlace | null, to: EventPlace | null) {
  return db
    .selectFrom('error_events')
    .where('workspace', '=', workspace)
    .$if(from !== null, (q) => q.where(sql<boolean>`(at, id) >= (${from?.at}, ${from?.id})`))
    .$if(to !== null, (q) => q.where(sql<boolean>`(at, id) < (${to?.at}, ${to?.id})`));
}
