import type { Selectable, Transaction } from 'kysely';
import { type IngestRules, ingest, type Post } from '../errors/ingest.ts';
import { giveVerdict, type Judging } from '../give-verdict.ts';
import type { Overridden } from '../overridden.ts';
import type { Changes } from '../projection.ts';
import { type Reopening, type Resolving, reopenIncident, resolveIncident } from '../resolve.ts';
import type { InboxTable, Tables } from '../tables.ts';
import { NO_WINDOW_CHANGES } from '../window-log.ts';
import type { Answered } from './inbox.ts';

/** For so long whoever asked may come for the answer, in milliseconds. */
const ANSWER_KEPT_MS = 60 * 60_000;

const NOTHING: Changes = { targets: [], gone: [], counts: [], windows: NO_WINDOW_CHANGES, successes: [] };

/** The next that waits, at most `limit`: several posts, or one word of a person. They keep the order in which they came. */
export async function nextOfInbox(trx: Transaction<Tables>, limit: number): Promise<readonly Selectable<InboxTable>[]> {
  const rows = await trx
    .selectFrom('inbox')
    .selectAll()
    .where('answer', 'is', null)
    .orderBy('id')
    .limit(limit)
    .execute();
  const word = rows.findIndex(({ kind }) => kind !== 'post');
  return word === -1 ? rows : rows.slice(0, Math.max(1, word));
}

/** Does what `nextOfInbox` gave, in the same transaction: it is done once, whatever befalls the process. */
export async function takeOfInbox(
  trx: Transaction<Tables>,
  rows: readonly Selectable<InboxTable>[],
  rules: IngestRules,
  now: number,
): Promise<Changes> {
  const [first] = rows;
  if (first === undefined) return NOTHING;
  await trx
    .deleteFrom('inbox')
    .where('answer', 'is not', null)
    .where('at', '<', now - ANSWER_KEPT_MS)
    .execute();
  if (first.kind === 'post') {
    const posts = rows.map(({ body }) => JSON.parse(body) as Post);
    const ids = rows.map(({ id }) => id);
    await trx.deleteFrom('inbox').where('id', 'in', ids).execute();
    return (await ingest(trx, posts, rules, now)).changes;
  }
  const overridden = await doWord(trx, first, rules);
  await answerInInbox(trx, first.id, answerOf(overridden));
  return overridden.kind === 'done' ? overridden.changes : NOTHING;
}

/** Takes a row out of the way, with what became of it. */
export async function answerInInbox(trx: Transaction<Tables>, id: number, answer: Answered): Promise<void> {
  await trx
    .updateTable('inbox')
    .set({ answer: JSON.stringify(answer) })
    .where('id', '=', id)
    .execute();
}

async function doWord(
  trx: Transaction<Tables>,
  { kind, body }: Selectable<InboxTable>,
  { plan, incidents }: IngestRules,
): Promise<Overridden<unknown>> {
  const said: unknown = JSON.parse(body);
  switch (kind) {
    case 'resolve':
      return await resolveIncident(trx, said as Resolving, plan, incidents);
    case 'reopen':
      return await reopenIncident(trx, said as Reopening, plan, incidents);
    case 'verdict':
      return await giveVerdict(trx, said as Judging);
    default:
      throw new Error(`the inbox: ${kind} is not known to this version`);
  }
}

function answerOf(overridden: Overridden<unknown>): Answered {
  if (overridden.kind !== 'refused') return { kind: overridden.kind };
  return { kind: 'refused', field: overridden.field, why: overridden.why };
}
