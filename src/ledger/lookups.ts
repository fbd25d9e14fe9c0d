import { setImmediate } from 'node:timers/promises';
import type { Kysely, Selectable, Transaction } from 'kysely';
import type { DeployedCommit, Lookup, UnknownLeadTime } from '../domain/change.ts';
import type { LookupsTable } from './change-tables.ts';
import type { DeploymentsTable, Tables } from './tables.ts';
import { keyOf } from './target-work.ts';

/** Most targets that one statement looks at: each is a few steps in an index. */
const TARGETS_PER_STATEMENT = 200;

/** What is looked up next, and what was told of commits. Each throws `StoreFailure` when the store cannot do it. */
export interface Lookups {
  /**
   * The lookups of a source that are due, at most `limit`: what is new before what a first read brought, and of each
   * target the oldest alone, so that a commit counts with the deployment that brought it first.
   */
  due(source: string, now: number, limit: number): Promise<DueLookups>;
  /** An attempt was in vain: the next one is not before `nextAt`. */
  postpone(id: number, reason: UnknownLeadTime, nextAt: number): Promise<void>;
  /** What was kept under these refs of a repository, by ref. */
  known(repository: string, refs: readonly string[]): Promise<ReadonlyMap<string, unknown>>;
  /** Keeps what never changes, for good. */
  keep(repository: string, values: ReadonlyMap<string, unknown>): Promise<void>;
}

export interface DueLookups {
  readonly lookups: readonly Lookup[];
  /** Where none is due: when the first will be, in milliseconds since the epoch; null: none waits. */
  readonly nextAt: number | null;
}

/** What it costs grows with the targets that have something waiting, whatever waits of each. */
export async function dueLookups(db: Kysely<Tables>, source: string, now: number, limit: number): Promise<DueLookups> {
  const lookups: Lookup[] = [];
  let nextAt = Number.POSITIVE_INFINITY;
  for (const backfill of [0, 1]) {
    for await (const oldest of oldestLookups(db, source, backfill)) {
      if (oldest.next_at > now) {
        nextAt = Math.min(nextAt, oldest.next_at);
        continue;
      }
      const lookup = await lookupOf(db, oldest);
      if (lookup !== null) lookups.push(lookup);
      if (lookups.length === limit) return { lookups, nextAt: null };
    }
  }
  return { lookups, nextAt: lookups.length > 0 || nextAt === Number.POSITIVE_INFINITY ? null : nextAt };
}

/** Of each target of a source the oldest lookup, where that is new, or where a first read brought it. */
async function* oldestLookups(db: Kysely<Tables>, source: string, backfill: number) {
  let after = 0;
  for (;;) {
    const rows = await oldestOfTargets(db, { source, backfill }, after);
    for (const row of rows) if (row.backfill === backfill) yield row;
    const last = rows.at(-1);
    if (last === undefined || rows.length < TARGETS_PER_STATEMENT) return;
    after = last.target_id;
    await setImmediate();
  }
}

/**
 * The oldest lookup of each of the next targets that have such a one waiting, be it of that kind or not. Goes from one
 * target's number to the next by the index: neither SQLite nor PostgreSQL would skip what waits of one for `distinct`.
 */
async function oldestOfTargets(
  db: Kysely<Tables>,
  { source, backfill }: Pick<LookupsTable, 'source' | 'backfill'>,
  after: number,
): Promise<readonly Selectable<LookupsTable>[]> {
  return await db
    .withRecursive('walk(target_id, place)', (walk) =>
      walk
        .selectFrom('lookups')
        .select((e) => [e.fn.min<number | null>('target_id').as('target_id'), e.lit(1).$castTo<number>().as('place')])
        .where('source', '=', source)
        .where('backfill', '=', backfill)
        .where('target_id', '>', after)
        .unionAll(
          walk
            .selectFrom('walk')
            .select((e) => [
              e
                .selectFrom('lookups as next')
                .select((n) => n.fn.min<number | null>('next.target_id').as('target_id'))
                .where('next.source', '=', source)
                .where('next.backfill', '=', backfill)
                .whereRef('next.target_id', '>', 'walk.target_id')
                .as('target_id'),
              e('walk.place', '+', 1).as('place'),
            ])
            .where('walk.target_id', 'is not', null)
            .where('walk.place', '<', TARGETS_PER_STATEMENT),
        ),
    )
    .selectFrom('walk')
    .innerJoin('lookups', (join) =>
      join.on((e) =>
        e(
          'lookups.id',
          '=',
          e
            .selectFrom('lookups as oldest')
            .select('oldest.id')
            .whereRef('oldest.target_id', '=', 'walk.target_id')
            .orderBy('oldest.at')
            .orderBy('oldest.id')
            .limit(1),
        ),
      ),
    )
    .selectAll('lookups')
    .orderBy('walk.place')
    .execute();
}

/** Null where another has ended it meanwhile. */
async function lookupOf(db: Kysely<Tables>, lookup: Selectable<LookupsTable>): Promise<Lookup | null> {
  const row = await db
    .selectFrom('deployments')
    .innerJoin('targets', 'targets.id', 'deployments.target_id')
    .select(['targets.source', 'targets.app', 'targets.environment'])
    .select(['deployments.upstream_id', 'deployments.target_id', 'deployments.facts'])
    .select(['deployments.at', 'deployments.sequence', 'deployments.ord'])
    .where('deployments.source', '=', lookup.source)
    .where('deployments.upstream_id', '=', lookup.upstream_id)
    .executeTakeFirst();
  if (row === undefined) return null;
  return {
    id: lookup.id,
    target: keyOf(row),
    at: row.at,
    queuedAt: lookup.queued_at,
    attempts: lookup.attempts,
    ...commitOf(row),
    predecessor: await predecessorOf(db, row),
  };
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
