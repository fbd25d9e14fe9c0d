import type { Transaction } from 'kysely';
import type { Batch } from '../domain/batch.ts';
import { type TargetKey, targetId } from '../domain/deployment.ts';
import { momentOfSight } from '../domain/moment.ts';
import type { Rules } from '../domain/mttr.ts';
import { addTotals } from '../domain/totals.ts';
import { applyFold } from './apply-fold.ts';
import type { Counting } from './counts.ts';
import { evidenceOf } from './evidence.ts';
import { type Folded, foldAgain } from './fold-target.ts';
import { readIncidentTimes } from './gauges.ts';
import { judge } from './judge.ts';
import { loadTargets } from './load-targets.ts';
import { joinPlaces, moveOn, NEVER } from './places.ts';
import { readServices } from './services.ts';
import { writeFolds, writeTargets, writeVerdicts } from './settle-targets.ts';
import type { Tables } from './tables.ts';
import { capabilitiesOf, type TargetWork } from './target-work.ts';
import { logDeployments, logRecoveries } from './window-changes.ts';
import type { WindowLog } from './window-log.ts';

/** What moving changed: names to be shown anew, and numbers of targets that are no more. */
export interface Moved {
  readonly changed: readonly TargetKey[];
  readonly gone: readonly number[];
}

/**
 * Gives targets another name, with their rows, incidents and totals. A name that is taken by a target that stays
 * makes the two one. All moves count as done at once, so that two targets can change names.
 */
export async function moveTargets(
  trx: Transaction<Tables>,
  { moves, now }: Pick<Batch, 'moves' | 'now'>,
  rules: Rules,
  counting: Counting,
  log: WindowLog,
): Promise<Moved> {
  if (moves.length === 0) return { changed: [], gone: [] };
  const works = await loadTargets(
    trx,
    moves.map(({ from }) => from),
  );
  const moving = moves.flatMap(({ from, to }) => {
    const work = works.get(targetId(from));
    return work === undefined || targetId(from) === targetId(to) ? [] : [{ work, to }];
  });
  // Nothing upstream has such a name: it only frees the old ones.
  for (const { work } of moving) await rename(trx, work, { ...work.row, app: `\u0001moving ${work.row.id}` });

  const gone: number[] = [];
  for (const { work, to } of moving) {
    const there = (await loadTargets(trx, [to])).get(targetId(to));
    if (there === undefined) {
      await rename(trx, work, to);
      continue;
    }
    await joinListings(trx, there, work, now);
    await merge(trx, there, work, rules, counting, log);
    gone.push(work.row.id);
  }
  return { changed: moving.map(({ to }) => to), gone };
}

async function rename(
  trx: Transaction<Tables>,
  work: TargetWork,
  { app, environment }: Omit<TargetKey, 'source'>,
): Promise<void> {
  await trx.updateTable('targets').set({ app, environment }).where('id', '=', work.row.id).execute();
}

/** Two become one: where one of them is listed, the absence of the other was none, or ends now. */
async function joinListings(trx: Transaction<Tables>, into: TargetWork, from: TargetWork, now: number): Promise<void> {
  if (into.row.removed_at === null) {
    if (from.row.removed_at !== null) await trx.deleteFrom('marks').where('target_id', '=', from.row.id).execute();
    return;
  }
  if (from.row.removed_at !== null) return;
  await trx.insertInto('marks').values({ target_id: into.row.id, kind: 'listed', at: now }).execute();
  into.row.removed_at = null;
  moveOn(into.places, null, momentOfSight(now));
}

async function merge(
  trx: Transaction<Tables>,
  into: TargetWork,
  from: TargetWork,
  rules: Rules,
  counting: Counting,
  log: WindowLog,
): Promise<void> {
  log.moved(from.row.id, into.row.id);
  for (const table of [
    'deployments',
    'sightings',
    'incidents',
    'marks',
    'lookups',
    'changes',
    'resolutions',
  ] as const) {
    await trx.updateTable(table).set({ target_id: into.row.id }).where('target_id', '=', from.row.id).execute();
  }
  await trx
    .updateTable('sightings')
    .set({ blamed_target: into.row.id })
    .where('blamed_target', '=', from.row.id)
    .execute();
  await trx.deleteFrom('targets').where('id', '=', from.row.id).execute();
  addTotals(into.totals, from.totals);
  const { row } = into;
  row.observed_since = Math.max(row.observed_since, from.row.observed_since);
  row.last_active_at = Math.max(row.last_active_at, from.row.last_active_at);
  row.last_success_at = Math.max(row.last_success_at ?? 0, from.row.last_success_at ?? 0) || null;
  joinPlaces(into.places, from.places);
  const folds: Folded[] = [];
  for (const kind of capabilitiesOf(row).kinds) {
    const folded = await foldAgain(trx, into, kind, [], NEVER, rules);
    const applied = applyFold(into, folded);
    await writeFolds(trx, [{ work: into, folded, applied }]);
    counting.add('corrections', {}, applied.corrections);
    folds.push(folded);
  }
  const service = (await readServices(trx, [into])).get(row.id) ?? null;
  const judged = judge(into, await evidenceOf(trx, into, folds, service, true));
  counting.add('corrections', {}, await writeVerdicts(trx, judged));
  logDeployments(log, into, judged);
  await logRecoveries(trx, log, [{ work: into, folded: folds, judged }]);
  await readIncidentTimes(trx, into);
  await writeTargets(trx, [into]);
}
