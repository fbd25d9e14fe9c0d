import type { Kysely } from 'kysely';
import type { Clock } from '../../domain/clock.ts';
import { knownIds } from '../errors/event-rows.ts';
import type { Post } from '../errors/ingest.ts';
import type { Judging } from '../give-verdict.ts';
import type { Reopening, Resolving } from '../resolve.ts';
import { insertRows } from '../rows.ts';
import type { Tables } from '../tables.ts';
import { asStoreFailure, inTransaction, type Store } from '../transaction.ts';

/** What a person said to a replica that follows. */
export type Said =
  | { readonly kind: 'resolve'; readonly said: Resolving }
  | { readonly kind: 'reopen'; readonly said: Reopening }
  | { readonly kind: 'verdict'; readonly said: Judging };

/** What the leader made of it; what it failed at is for its log. */
export type Answered =
  | { readonly kind: 'done' | 'unknown' | 'failed' }
  | { readonly kind: 'refused'; readonly field: string; readonly why: string };

/** Where a replica that follows leaves what it was told, for the leader to take. Every method throws `StoreFailure`. */
export interface Inbox {
  /**
   * Stores posts, all of them or none; for each, the places of its events that are new as far as the ledger goes by now.
   * One that is posted twice within a moment is told as new twice, and counted once.
   */
  append(posts: readonly Post[]): Promise<readonly ReadonlySet<number>[]>;
  /** Leaves a person's word; the number to ask for its answer with. */
  ask(said: Said): Promise<number>;
  /** Null while it waits. */
  answer(id: number): Promise<Answered | null>;
  /** Takes a word back that waits, so that nothing will come of it; false: it was taken already. */
  withdraw(id: number): Promise<boolean>;
}

/** Over a store that several processes write to. */
export function openInbox(store: Store, clock: Clock): Inbox {
  const { reader } = store;
  return {
    async append(posts) {
      const rows = posts.map((post) => ({ kind: 'post' as const, body: JSON.stringify(post), at: clock.now() }));
      // Before it is stored: the leader may take it at once.
      const fresh = await reading(() => freshOf(reader, posts));
      await inTransaction(store, clock, (trx) => insertRows(trx, 'inbox', rows));
      return fresh;
    },
    ask: ({ kind, said }) =>
      inTransaction(store, clock, async (trx) => {
        const row = { kind, body: JSON.stringify(said), at: clock.now() };
        return (await trx.insertInto('inbox').values(row).returning('id').executeTakeFirstOrThrow()).id;
      }),
    answer: (id) =>
      reading(async () => {
        const row = await reader.selectFrom('inbox').select('answer').where('id', '=', id).executeTakeFirst();
        return row?.answer == null ? null : (JSON.parse(row.answer) as Answered);
      }),
    withdraw: (id) =>
      inTransaction(store, clock, async (trx) => {
        const gone = trx.deleteFrom('inbox').where('id', '=', id).where('answer', 'is', null);
        return Number((await gone.executeTakeFirstOrThrow()).numDeletedRows) === 1;
      }),
  };
}

async function freshOf(db: Kysely<Tables>, posts: readonly Post[]): Promise<readonly ReadonlySet<number>[]> {
  const known = new Map<string, Set<string>>();
  for (const [workspace, ofWorkspace] of Map.groupBy(posts, (post) => post.workspace.id)) {
    const ids = ofWorkspace.flatMap(({ events }) => events.flatMap(({ id }) => id ?? []));
    known.set(workspace, await knownIds(db, workspace, ids));
  }
  return posts.map(({ workspace, events }) => {
    const seen = known.get(workspace.id) ?? new Set();
    const isNew = (id: string | null) => id === null || (!seen.has(id) && seen.add(id).has(id));
    return new Set(events.flatMap(({ id }, place) => (isNew(id) ? place : [])));
  });
}

async function reading<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw asStoreFailure(error);
  }
}
