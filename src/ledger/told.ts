import type { Kysely, Selectable } from 'kysely';
import { factOf, type OutboxFact } from './outgoing.ts';
import type { MessagesTable, Tables } from './tables.ts';

/** Alerts that a message names one by one. */
export const NAMED_ALERTS = 10;
/** More do not fit into an event, however short they are. */
const REFS = 1000;

/** The rows of one message with one key. */
export interface ToldAlert {
  /** They are alike but for links and times, of which the latest serve best. */
  readonly latest: OutboxFact;
  readonly count: number;
  /** What ended the latest; null while one of them goes on. */
  readonly ending: OutboxFact | null;
}

/** What a message or a notice tells: of a size of its own, however many rows it accounts for. */
export interface Told {
  /** Without those that end something. */
  readonly rows: number;
  /** Different ones among them. */
  readonly alerts: number;
  readonly critical: boolean;
  /** The first `NAMED_ALERTS` of these, in the order of their first rows. */
  readonly named: readonly ToldAlert[];
  /** By which whoever made it known accounts for it: of all rows in order, as many as could fit into an event. */
  readonly refs: readonly string[];
}

/** The row that a message or an edit accounts for first, or a notice at all; null where it was swept. */
export async function firstFact(db: Kysely<Tables>, message: Selectable<MessagesTable>): Promise<OutboxFact | null> {
  const row = await rowsOf(db, message).selectAll().orderBy('id').limit(1).executeTakeFirst();
  return row === undefined ? null : factOf(row);
}

export async function toldBy(db: Kysely<Tables>, message: Selectable<MessagesTable>): Promise<Told> {
  const all = rowsOf(db, message);
  const refs = (await all.select('ref').orderBy('id').limit(REFS).execute()).map(({ ref }) => ref);
  if (message.kind === 'notice') {
    const latest = await firstFact(db, message);
    return {
      rows: 1,
      alerts: 1,
      critical: false,
      named: latest === null ? [] : [{ latest, count: 1, ending: null }],
      refs,
    };
  }
  const told = all.where('role', '!=', 'ends');
  const sums = await told
    .select((e) => [
      e.fn.countAll<number>().as('rows'),
      e.fn.count<number>('key').distinct().as('alerts'),
      e.fn.max(e.case().when('severity', '=', 'critical').then(1).else(0).end()).as('critical'),
    ])
    .executeTakeFirstOrThrow();
  const named = await told
    .select((e) => ['key', e.fn.countAll<number>().as('rows'), e.fn.max('id').as('latest')])
    .groupBy('key')
    .orderBy((e) => e.fn.min('id'))
    .limit(NAMED_ALERTS)
    .execute();
  const alerts: ToldAlert[] = [];
  for (const { key, rows, latest } of named) {
    const row = await all.selectAll().where('id', '=', latest).executeTakeFirstOrThrow();
    const ending = (await goesOn(db, message, key)) ? null : await endingOf(db, message, factOf(row));
    alerts.push({ latest: factOf(row), count: Number(rows), ending });
  }
  return {
    rows: Number(sums.rows),
    alerts: Number(sums.alerts),
    critical: Number(sums.critical) === 1,
    named: alerts,
    refs,
  };
}

function rowsOf(db: Kysely<Tables>, { kind, id, root_id, row_id }: Selectable<MessagesTable>) {
  const all = db.selectFrom('outbox');
  return kind === 'notice' ? all.where('id', '=', row_id ?? 0) : all.where('message_id', '=', root_id ?? id);
}

/** Whether one of the rows with this key is not ended, as none can be that is about nothing. */
async function goesOn(db: Kysely<Tables>, { id, root_id }: Selectable<MessagesTable>, key: string): Promise<boolean> {
  const row = await db
    .selectFrom('outbox as o')
    .select('o.id')
    .where('o.message_id', '=', root_id ?? id)
    .where('o.role', '!=', 'ends')
    .where('o.key', '=', key)
    .where((e) =>
      e.not(
        e.exists(
          e
            .selectFrom('outbox as end')
            .select('end.id')
            .whereRef('end.about', '=', 'o.about')
            .whereRef('end.message_id', '=', 'o.message_id')
            .whereRef('end.id', '>', 'o.id')
            .where('end.role', '=', 'ends'),
        ),
      ),
    )
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** Of rows that all have ended, what did so last. */
async function endingOf(
  db: Kysely<Tables>,
  message: Selectable<MessagesTable>,
  { about }: OutboxFact,
): Promise<OutboxFact | null> {
  const row = await rowsOf(db, message)
    .selectAll()
    .where('role', '=', 'ends')
    .where('about', '=', about)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row === undefined ? null : factOf(row);
}
