import type { Transaction } from 'kysely';
import type { Batch, Capabilities } from '../domain/batch.ts';
import type { Rules } from '../domain/mttr.ts';
import type { Transition } from '../domain/transition.ts';
import { type Applied, applyFold } from './apply-fold.ts';
import type { Counting } from './counts.ts';
import { type Folded, foldTarget } from './fold-target.ts';
import { setIncidentTimes } from './gauges.ts';
import { insertRows } from './rows.ts';
import type { Tables } from './tables.ts';
import { incidentColumns, type NewDeployment, placeAt, type TargetWork } from './target-work.ts';

/** Folds what is new of each target, writes all of it, and tells what became of the incidents. */
export async function foldAndWrite(
  trx: Transaction<Tables>,
  works: readonly TargetWork[],
  batch: Pick<Batch, 'source' | 'origin' | 'now'>,
  rules: Rules,
  counting: Counting,
): Promise<readonly Transition[]> {
  const folds: { readonly work: TargetWork; readonly folded: Folded; readonly applied: Applied }[] = [];
  for (const work of works) {
    for (const kind of (JSON.parse(work.row.capabilities) as Capabilities).kinds) {
      const folded = await foldTarget(trx, work, kind, batch.origin, rules);
      folds.push({ work, folded, applied: applyFold(work, folded) });
    }
  }

  await insertRows(
    trx,
    'deployments',
    works.flatMap((work) => work.fresh.map((fresh) => deploymentRow(work, fresh, batch.now))),
  );
  for (const { work, folded } of folds) await writeIncidents(trx, work, folded);
  const transitions: Transition[] = [];
  for (const { work, folded, applied } of folds) {
    await writeRework(trx, applied);
    await setIncidentTimes(trx, work, folded);
    counting.add('corrections', {}, applied.corrections);
    counting.add(
      'transitions',
      { kind: folded.kind, operation: 'close', outcome: 'noop', origin: folded.origin },
      folded.refused,
    );
    for (const { incident, transition } of applied.transitions) {
      const { kind, operation, outcome, origin } = transition;
      counting.add('transitions', { kind, operation, outcome, origin });
      transitions.push({ ...transition, incident: incident.id ?? 0 });
    }
  }
  for (const work of works) await writeTarget(trx, work);
  return transitions;
}

/** Writes the incidents of one fold; those that are new have their number afterwards. */
export async function writeIncidents(trx: Transaction<Tables>, work: TargetWork, folded: Folded): Promise<void> {
  for (const { id } of folded.vanished)
    if (id !== null) await trx.deleteFrom('incidents').where('id', '=', id).execute();
  for (const { now } of folded.changed) {
    const columns = incidentColumns(work.row.id, now);
    if (now.id === null) {
      const { id } = await trx.insertInto('incidents').values(columns).returning('id').executeTakeFirstOrThrow();
      now.id = id;
    } else await trx.updateTable('incidents').set(columns).where('id', '=', now.id).execute();
  }
}

/** Writes which recorded deployments are rework now. */
export async function writeRework(trx: Transaction<Tables>, { reworked }: Applied): Promise<void> {
  for (const { id, rework } of reworked) {
    await trx
      .updateTable('deployments')
      .set((e) => ({ rework, rework_counted: e.fn.coalesce('rework_counted', e.val(rework)) }))
      .where('id', '=', id)
      .execute();
  }
}

/** Writes the target's row, its place in history being that of the latest signal. */
export async function writeTarget(trx: Transaction<Tables>, work: TargetWork): Promise<void> {
  const { row } = work;
  for (const { signal } of work.signals) placeAt(work, signal.moment);
  const { id, ...columns } = row;
  await trx
    .updateTable('targets')
    .set({ ...columns, totals: JSON.stringify(work.totals) })
    .where('id', '=', id)
    .execute();
}

function deploymentRow(work: TargetWork, { deployment, rework }: NewDeployment, now: number) {
  const { commit, link, rule, details } = deployment;
  return {
    source: deployment.target.source,
    upstream_id: deployment.id,
    target_id: work.row.id,
    outcome: deployment.outcome,
    at: deployment.at,
    sequence: deployment.sequence,
    ord: deployment.order,
    duration_ms: deployment.durationMs,
    beginning_known: Number(deployment.beginningKnown),
    identity: deployment.identity,
    facts: JSON.stringify({ commit, link, rule, details }),
    recorded_at: now,
    change_failure: deployment.outcome === 'failure' ? 'deployment' : null,
    rework,
    rework_counted: rework,
  };
}
