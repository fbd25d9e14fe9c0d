import type { Selectable, Transaction } from 'kysely';
import type { Batch } from '../domain/batch.ts';
import type { Rules } from '../domain/mttr.ts';
import type { Transition } from '../domain/transition.ts';
import { type Applied, applyFold } from './apply-fold.ts';
import { type Blamed, blameErrors } from './blame-errors.ts';
import { addCounts, Counting } from './counts.ts';
import { deliveryOf, queueLookups } from './delivery.ts';
import { eventFactsOf } from './event-facts.ts';
import { evidenceOf } from './evidence.ts';
import { type Folded, foldTarget } from './fold-target.ts';
import { setIncidentTimes } from './gauges.ts';
import { type Judged, judge } from './judge.ts';
import { moveOn } from './places.ts';
import type { SourceCount } from './projection.ts';
import { inSlices, insertAndRead, insertRows, inTurns, upsertRows } from './rows.ts';
import { sightingRows } from './sightings.ts';
import type { Tables, TargetsTable } from './tables.ts';
import {
  capabilitiesOf,
  incidentColumns as columnsOf,
  type NewDeployment,
  rowOf,
  type TargetWork,
} from './target-work.ts';
import { type Logged, logDeployments, logRecoveries } from './window-changes.ts';
import type { WindowLog } from './window-log.ts';

/** What a fold made of one target's incidents of one kind, taken over into the target. */
export interface Fold {
  readonly work: TargetWork;
  readonly folded: Folded;
  readonly applied: Applied;
}

/** What folding and judging changed. */
export interface Settled {
  /** What became of the incidents. */
  readonly transitions: readonly Transition[];
  /** Other targets of the services: errors are blamed on their deployments. Written already. */
  readonly others: readonly TargetWork[];
  /** What was counted for the sources of those. */
  readonly counts: readonly SourceCount[];
}

/** Folds and judges what is new of each target, and what errors are blamed on, and writes all of it. */
export async function foldAndWrite(
  trx: Transaction<Tables>,
  works: readonly TargetWork[],
  batch: Pick<Batch, 'source' | 'origin' | 'now' | 'commits'>,
  rules: Rules,
  counting: Counting,
  log: WindowLog,
  arrived?: ReadonlySet<TargetWork>,
): Promise<Settled> {
  const folds: Fold[] = [];
  await inTurns(works, async (work) => {
    for (const kind of capabilitiesOf(work.row).kinds) {
      const folded = await foldTarget(trx, work, kind, batch.origin, rules);
      folds.push({ work, folded, applied: applyFold(work, folded) });
    }
  });
  await writeFolds(trx, folds);
  const blamed = await blameErrors(trx, works, folds, arrived);
  const foldsOf = Map.groupBy(folds, ({ work }) => work);
  const logged: Logged[] = [];
  await inTurns(works, async (work) => {
    const folded = foldsOf.get(work)?.map((fold) => fold.folded) ?? [];
    const judged = judge(work, await evidenceOf(trx, work, folded, blamed.services.get(work.row.id) ?? null));
    counting.add('corrections', {}, await writeVerdicts(trx, judged));
    logDeployments(log, work, judged);
    logged.push({ work, folded, judged });
  });
  const counts = await judgeOthers(trx, blamed, log, logged);
  await insertRows(trx, 'deployments', deploymentRows(works, batch));
  log.awaited(await queueLookups(trx, works, batch, counting));
  await insertRows(trx, 'sightings', sightingRows(works, batch.now));
  await logRecoveries(trx, log, logged, blamed.incidents);

  const transitions: Transition[] = [];
  await inTurns(folds, async ({ work, folded, applied }) => {
    await setIncidentTimes(trx, work, folded);
    counting.add('corrections', {}, applied.corrections);
    counting.add(
      'transitions',
      { kind: folded.kind, operation: 'close', outcome: 'noop', origin: folded.origin },
      folded.refused,
    );
    const facts = await eventFactsOf(trx, work, applied.transitions);
    for (const { incident, transition } of applied.transitions) {
      const { kind, operation, outcome, origin } = transition;
      counting.add('transitions', { kind, operation, outcome, origin });
      const openedBy = facts.get(incident.incident.openedBy) ?? null;
      const closedBy = facts.get(incident.closed?.ref ?? '') ?? null;
      transitions.push({ ...transition, incident: incident.id ?? 0, openedBy, closedBy });
    }
  });
  await writeTargets(trx, [...works, ...blamed.others]);
  return { transitions, others: blamed.others, counts };
}

/** Judges the deployments of the targets that nothing new was told of, but for the errors of their services. */
async function judgeOthers(
  trx: Transaction<Tables>,
  { others, services }: Blamed,
  log: WindowLog,
  logged: Logged[],
): Promise<readonly SourceCount[]> {
  const counts: SourceCount[] = [];
  await inTurns(others, async (work) => {
    const judged = judge(work, await evidenceOf(trx, work, [], services.get(work.row.id) ?? null));
    const counting = new Counting(work.row.source);
    counting.add('corrections', {}, await writeVerdicts(trx, judged));
    counts.push(...(await addCounts(trx, counting)));
    logDeployments(log, work, judged);
    logged.push({ work, folded: [], judged });
  });
  return counts;
}

/** Writes what folds made of incidents; those that are new have their number afterwards. */
export async function writeFolds(trx: Transaction<Tables>, folds: readonly Fold[]): Promise<void> {
  const vanished = folds.flatMap(({ folded }) => folded.vanished.flatMap(({ id }) => id ?? []));
  await inSlices(vanished, (slice) => trx.deleteFrom('incidents').where('id', 'in', slice).execute());

  const changed = folds.flatMap(({ work, folded }) => folded.changed.map(({ now }) => ({ target: work.row.id, now })));
  const known = changed.flatMap(({ target, now }) =>
    now.id === null ? [] : { id: now.id, ...columnsOf(target, now) },
  );
  await upsertRows(trx, 'incidents', ['id'], known);
  const fresh = changed.filter(({ now }) => now.id === null);
  const rows = await insertAndRead(
    trx,
    'incidents',
    fresh.map(({ target, now }) => columnsOf(target, now)),
    ['id', 'target_id', 'kind', 'opened_by'],
  );
  const ids = new Map(rows.map((row) => [`${row.target_id} ${row.kind} ${row.opened_by}`, row.id]));
  for (const { target, now } of fresh) now.id = ids.get(`${target} ${now.kind} ${now.incident.openedBy}`) ?? null;
}

/** Writes what verdicts changed of recorded rows, and returns how many totals had counted something else. */
export async function writeVerdicts(trx: Transaction<Tables>, judged: Judged): Promise<number> {
  for (const {
    now: { id, ...row },
  } of judged.deployments)
    await trx.updateTable('deployments').set(row).where('id', '=', id).execute();
  for (const { id, blamed } of judged.degradations)
    await trx.updateTable('sightings').set({ blamed }).where('id', '=', id).execute();
  return judged.corrections;
}

/** Writes the rows of targets, the place of each in history being that of its latest signal. */
export async function writeTargets(trx: Transaction<Tables>, works: readonly TargetWork[]): Promise<void> {
  const rows: Selectable<TargetsTable>[] = [];
  await inTurns(works, (work) => {
    for (const { about, signal } of work.signals) moveOn(work.places, about, signal.moment);
    rows.push(rowOf(work));
  });
  await upsertRows(trx, 'targets', ['id'], rows);
}

function* deploymentRows(works: readonly TargetWork[], batch: Pick<Batch, 'now' | 'commits'>) {
  for (const work of works) for (const fresh of work.fresh) yield deploymentRow(work, fresh, batch);
}

function deploymentRow(
  work: TargetWork,
  { deployment, changeFailure, rework }: NewDeployment,
  batch: Pick<Batch, 'now' | 'commits'>,
) {
  const { commit, link, rule, details, lookup } = deployment;
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
    started_at: deployment.startedAt ?? null,
    is_rollback: Number(deployment.rollback === true),
    failures_seen: Number(deployment.failuresSeen !== false),
    facts: JSON.stringify({ commit, link, rule, details, lookup }),
    recorded_at: batch.now,
    change_failure: changeFailure?.cause ?? null,
    change_failure_why: changeFailure?.why ?? null,
    change_failure_counted: changeFailure?.cause ?? null,
    rework,
    rework_counted: rework,
    delivery: deliveryOf(deployment, batch),
    verdict: null,
  };
}
