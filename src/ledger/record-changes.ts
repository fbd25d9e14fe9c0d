import type { Selectable, Transaction } from 'kysely';
import type { FoundChange } from '../domain/change.ts';
import { emptyLeadTimes, observe, RECOVERY_BOUNDS } from '../domain/totals.ts';
import { awaitedNow } from './awaited-lead-times.ts';
import type { LookupsTable } from './change-tables.ts';
import { addCounts, Counting } from './counts.ts';
import { loadTargetsById } from './load-targets.ts';
import type { Changes } from './projection.ts';
import { inSlices, insertRows } from './rows.ts';
import { writeTargets } from './settle-targets.ts';
import type { Tables } from './tables.ts';
import { projectionOf, type TargetWork } from './target-work.ts';
import { NO_WINDOW_CHANGES } from './window-log.ts';

/** What the lookup of a deployment's commits found. */
export interface Findings {
  /** The ledger's number of the lookup. */
  readonly lookup: number;
  readonly changes: readonly FoundChange[];
  /** Milliseconds since the epoch. */
  readonly now: number;
}

const NOTHING: Changes = { targets: [], gone: [], counts: [], windows: NO_WINDOW_CHANGES, successes: [] };

/**
 * Records what a lookup found and ends it, in the caller's transaction; one that has ended already changes nothing. A
 * commit that the target has had before is not counted again, whichever deployment brings it.
 */
export async function recordChanges(trx: Transaction<Tables>, findings: Findings): Promise<Changes> {
  const lookup = await trx.selectFrom('lookups').selectAll().where('id', '=', findings.lookup).executeTakeFirst();
  if (lookup === undefined) return NOTHING;
  const works = await loadTargetsById(trx, [lookup.target_id]);
  const [work] = works.values();
  if (work === undefined) throw new Error(`the target of the lookup of ${lookup.upstream_id} is missing`);

  const rows = (await newOf(trx, lookup, findings.changes)).map((change) => rowOf(change, lookup, findings.now));
  await insertRows(trx, 'changes', rows);
  await trx.deleteFrom('lookups').where('id', '=', lookup.id).execute();
  await trx
    .updateTable('deployments')
    .set({ delivery: rows.length === 0 ? 'nothing' : 'looked_up' })
    .where('source', '=', lookup.source)
    .where('upstream_id', '=', lookup.upstream_id)
    .execute();

  const counting = new Counting(lookup.source);
  for (const { lead_ms: leadMs, unknown, number } of rows) {
    if (leadMs !== null) count(work, lookup, leadMs);
    else if (unknown !== null) counting.add('lead_time_unknown', { reason: unknown }, number);
  }
  const awaited = await awaitedNow(trx, [lookup.target_id]);
  const isWhole = awaited.every(({ until }) => until === null);
  const shown = isWhole && showFirst(work, findings.now);
  const counts = await addCounts(trx, counting);
  const nothing = { ...NOTHING, counts, windows: { ...NO_WINDOW_CHANGES, awaited } };
  if (!shown && rows.every(({ lead_ms: leadMs }) => leadMs === null)) return nothing;
  await writeTargets(trx, [work]);
  const changes = rows.flatMap(({ target_id: target, at, lead_ms: leadMs }) =>
    leadMs === null ? [] : { target, at, leadMs },
  );
  const targets = work.row.removed_at === null ? [projectionOf(work)] : [];
  return { ...NOTHING, targets, counts, windows: { ...NO_WINDOW_CHANGES, changes, awaited } };
}

/** Each commit once: of those found, and of all that the target ever got. */
async function newOf(
  trx: Transaction<Tables>,
  { target_id: target }: Pick<LookupsTable, 'target_id'>,
  changes: readonly FoundChange[],
): Promise<readonly FoundChange[]> {
  const shas = changes.map(({ sha }) => sha).filter((sha) => sha !== '');
  const known = await inSlices(shas, (slice) =>
    trx.selectFrom('changes').select('sha').where('target_id', '=', target).where('sha', 'in', slice).execute(),
  );
  const seen = new Set(known.map(({ sha }) => sha));
  return changes.filter(({ sha }) => {
    if (sha === '') return true;
    const isNew = !seen.has(sha);
    seen.add(sha);
    return isNew;
  });
}

/** A commit that is younger than its deployment tells no time (rewritten, or by a clock that is wrong). */
function rowOf(change: FoundChange, lookup: Selectable<LookupsTable>, now: number) {
  const leadMs = change.known ? lookup.at - change.committedAt : null;
  const negative = leadMs !== null && leadMs < 0;
  return {
    source: lookup.source,
    upstream_id: lookup.upstream_id,
    target_id: lookup.target_id,
    at: lookup.at,
    repository: change.repository,
    sha: change.sha,
    committed_at: change.known ? change.committedAt : null,
    lead_ms: negative ? null : leadMs,
    origin: change.known ? change.origin : null,
    unknown: change.known ? (negative ? 'negative' : null) : change.reason,
    number: change.known ? 1 : change.number,
    recorded_at: now,
  };
}

function count({ totals }: TargetWork, lookup: Selectable<LookupsTable>, leadMs: number): void {
  totals.leadTimes ??= emptyLeadTimes();
  const { all, prior, shownSince } = totals.leadTimes;
  const exemplar = { id: lookup.upstream_id, at: lookup.at };
  observe(all, RECOVERY_BOUNDS, leadMs, exemplar);
  if (lookup.backfill === 1 && shownSince === null) observe(prior, RECOVERY_BOUNDS, leadMs, exemplar);
}

/** Whether the target's lead times, of which nothing that its first read brought waits, are shown from now on. */
function showFirst({ totals: { leadTimes } }: TargetWork, now: number): boolean {
  if (leadTimes === undefined || leadTimes.shownSince !== null) return false;
  leadTimes.shownSince = now;
  return true;
}
