import type { Kysely, Selectable, Transaction } from 'kysely';
import type { DeployedCommit, Lookup, UnknownLeadTime } from '../domain/change.ts';
import type { DeploymentsTable, Tables } from './tables.ts';
import { keyOf } from './target-work.ts';

/** What is looked up next, and what was told of commits. Each throws `StoreFailure` when the store cannot do it. */
export interface Lookups {
  /**
   * The lookups of a source that are due, at most `limit`: what is new before what a first read brought, and of each
   * target the oldest alone, so that a commit counts with the deployment that brought it first. Those of `besides`
   * are under way.
   */
  due(source: string, now: number, limit: number, besides: readonly number[]): Promise<readonly Lookup[]>;
  /** When the next lookup of a source is due, in milliseconds since the epoch; null: none waits. */
  nextAt(source: string): Promise<number | null>;
  /** An attempt was in vain: the next one is not before `nextAt`. */
  postpone(id: number, reason: UnknownLeadTime, nextAt: number): Promise<void>;
  /** What was kept under these refs of a repository, by ref. */
  known(repository: string, refs: readonly string[]): Promise<ReadonlyMap<string, unknown>>;
  /** Keeps what never changes, for good. */
  keep(repository: string, values: ReadonlyMap<string, unknown>): Promise<void>;
}

export async function dueLookups(
  db: Kysely<Tables>,
  source: string,
  now: number,
  limit: number,
  besides: readonly number[],
): Promise<readonly Lookup[]> {
  const rows = await db
    .selectFrom('lookups')
    .innerJoin('targets', 'targets.id', 'lookups.target_id')
    .innerJoin('deployments', (join) =>
      join
        .onRef('deployments.source', '=', 'lookups.source')
        .onRef('deployments.upstream_id', '=', 'lookups.upstream_id'),
    )
    .select(['lookups.id as lookup_id', 'lookups.queued_at', 'lookups.attempts'])
    .select(['targets.source', 'targets.app', 'targets.environment'])
    .select(['deployments.upstream_id', 'deployments.target_id', 'deployments.facts'])
    .select(['deployments.at', 'deployments.sequence', 'deployments.ord'])
    .where('lookups.source', '=', source)
    .where('lookups.next_at', '<=', now)
    .$if(besides.length > 0, (q) => q.where('lookups.id', 'not in', besides))
    .where((e) =>
      e.not(
        e.exists(
          e
            .selectFrom('lookups as earlier')
            .select('earlier.id')
            .whereRef('earlier.target_id', '=', 'lookups.target_id')
            .whereRef('earlier.at', '<=', 'lookups.at')
            .where((i) => i.or([i('earlier.at', '<', i.ref('lookups.at')), i('earlier.id', '<', i.ref('lookups.id'))])),
        ),
      ),
    )
    .orderBy('lookups.backfill')
    .orderBy('lookups.target_id')
    .limit(limit)
    .execute();
  const found: Lookup[] = [];
  for (const row of rows) {
    found.push({
      id: row.lookup_id,
      target: keyOf(row),
      at: row.at,
      queuedAt: row.queued_at,
      attempts: row.attempts,
      ...commitOf(row),
      predecessor: await predecessorOf(db, row),
    });
  }
  return found;
}

/** The target's last success before a deployment, a rollback among them. */
async function predecessorOf(
  db: Kysely<Tables>,
  { target_id: target, at, sequence, ord }: Pick<DeploymentsTable, 'target_id' | 'at' | 'sequence' | 'ord'>,
): Promise<DeployedCommit | null> {
  const row = await db
    .selectFrom('deployments')
    .select(['upstream_id', 'facts'])
    .where('target_id', '=', target)
    .where('outcome', '=', 'success')
    .where('at', '<=', at)
    .where((e) =>
      e.or([e('at', '<', at), e('sequence', '<', sequence), e.and([e('sequence', '=', sequence), e('ord', '<', ord)])]),
    )
    .orderBy('at', 'desc')
    .orderBy('sequence', 'desc')
    .orderBy('ord', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row === undefined ? null : commitOf(row);
}

function commitOf({ upstream_id, facts }: Pick<Selectable<DeploymentsTable>, 'upstream_id' | 'facts'>): DeployedCommit {
  const { commit, details, lookup = {} } = JSON.parse(facts);
  return { upstreamId: upstream_id, commit, details, lookup };
}

export async function nextLookupAt(db: Kysely<Tables>, source: string): Promise<number | null> {
  const row = await db
    .selectFrom('lookups')
    .select((e) => e.fn.min('next_at').as('at'))
    .where('source', '=', source)
    .executeTakeFirst();
  return row?.at ?? null;
}

export async function postponeLookup(
  trx: Transaction<Tables>,
  id: number,
  reason: UnknownLeadTime,
  nextAt: number,
): Promise<void> {
  await trx
    .updateTable('lookups')
    .set((e) => ({ attempts: e('attempts', '+', 1), reason, next_at: nextAt }))
    .where('id', '=', id)
    .execute();
}
