import type { Transaction } from 'kysely';
import type { Batch } from '../domain/batch.ts';
import { type TargetKey, targetId } from '../domain/deployment.ts';
import { momentOfSight } from '../domain/moment.ts';
import type { Rules } from '../domain/mttr.ts';
import type { Plan, Transition } from '../domain/transition.ts';
import { addCounts, Counting } from './counts.ts';
import { dropKnown } from './decided.ts';
import { loadTargets } from './load-targets.ts';
import { moveTargets } from './moves.ts';
import { writeOutbox } from './outbox.ts';
import type { Changes, TargetProjection } from './projection.ts';
import { inSlices, insertRows, inTurns, upsertRows } from './rows.ts';
import { foldAndWrite } from './settle-targets.ts';
import type { Tables } from './tables.ts';
import { createTargets, takeDeployment, takeFacts, takePosted, takeSighting } from './take.ts';
import { projectionOf, type TargetWork } from './target-work.ts';
import { WindowLog } from './window-log.ts';

export interface Recorded {
  readonly changes: Changes;
  readonly transitions: readonly Transition[];
}

/**
 * Records a batch inside the caller's transaction (design.md §2): drops what is known, folds the rest, and writes
 * deployments, sightings, incidents, totals, the collector's state and the messages that `plan` decides on.
 */
export async function recordBatch(trx: Transaction<Tables>, batch: Batch, plan: Plan, rules: Rules): Promise<Recorded> {
  const counting = new Counting(batch.source);
  const log = new WindowLog();
  const moved = await moveTargets(trx, batch, rules, counting, log);
  const { deployments, sightings, ignored } = await dropKnown(trx, batch);

  const named = [...batch.targets.map(({ target }) => target), ...batch.listings.map(({ target }) => target)];
  const works = await loadTargets(trx, [...named, ...moved.changed]);
  const created = await createTargets(trx, batch, [...deployments, ...sightings], works);
  const touched = new Set<TargetWork>(moved.changed.flatMap((key) => works.get(targetId(key)) ?? []));
  const arrived = new Set(touched);
  for (const work of created) touched.add(work);

  const capabilities = JSON.stringify(batch.capabilities);
  for (const facts of batch.targets) {
    const work = works.get(targetId(facts.target));
    if (work !== undefined && takeFacts(work, facts, capabilities)) touched.add(work);
  }
  const workOf = ({ target }: { readonly target: TargetKey }) => {
    const work = works.get(targetId(target));
    if (work === undefined) throw new Error(`an event of ${targetId(target)} came without the facts of its target`);
    touched.add(work);
    return work;
  };
  await inTurns(deployments, (deployment) => takeDeployment(workOf(deployment), deployment));
  await inTurns(sightings, (sighting) => takeSighting(workOf(sighting), sighting));
  for (const posted of batch.posted ?? []) takePosted(workOf(posted), posted);
  const gone: number[] = [...moved.gone];
  for (const { target, change } of batch.listings) {
    const work = works.get(targetId(target));
    if (work === undefined || (work.row.removed_at !== null) === (change === 'removed')) continue;
    work.row.removed_at = change === 'removed' ? batch.now : null;
    work.signals.push({ about: null, signal: { kind: change, moment: momentOfSight(batch.now) } });
    await trx.insertInto('marks').values({ target_id: work.row.id, kind: change, at: batch.now }).execute();
    touched.add(work);
    if (change === 'removed') gone.push(work.row.id);
  }

  const settled = await foldAndWrite(trx, [...touched], batch, rules, counting, log, arrived);
  const { transitions } = settled;
  await insertRows(
    trx,
    'decided',
    ignored.map(({ id, reason }) => ({ source: batch.source, upstream_id: id, verdict: reason })),
  );
  // What a first read of history ignored is no news to anybody.
  if (batch.origin !== 'backfill') for (const { reason } of ignored) counting.add('ignored', { reason });
  counting.add('gaps', {}, batch.gaps);

  const counts = [...settled.counts, ...(await addCounts(trx, counting))];
  await writeState(trx, batch);
  await writeOutbox(trx, plan(transitions, batch.news ?? [], batch.now), batch.now);
  const targets: TargetProjection[] = [];
  await inTurns([...touched, ...settled.others], (work) => {
    if (work.row.removed_at === null) targets.push(projectionOf(work));
  });
  return {
    changes: {
      targets,
      gone,
      counts,
      windows: log.changes,
      successes: batch.complete ? [{ source: batch.source, at: batch.now }] : [],
    },
    transitions,
  };
}

async function writeState(trx: Transaction<Tables>, { source, state, complete, now }: Batch): Promise<void> {
  const forgotten = [...state].flatMap(([key, value]) => (value === null ? key : []));
  await inSlices(forgotten, (slice) =>
    trx.deleteFrom('collector_state').where('source', '=', source).where('key', 'in', slice).execute(),
  );
  const kept = [...state].flatMap(([key, value]) =>
    value === null ? [] : { source, key, value: JSON.stringify(value) },
  );
  await upsertRows(trx, 'collector_state', ['source', 'key'], kept);
  if (complete) await upsertRows(trx, 'collectors', ['source'], [{ source, last_success_at: now }]);
}
