import type { Kysely, Selectable } from 'kysely';
import type { Folded } from './fold-target.ts';
import type { Judged } from './judge.ts';
import { inSlices } from './rows.ts';
import type { DeploymentsTable, Tables } from './tables.ts';
import type { TargetWork } from './target-work.ts';
import type { WindowLog } from './window-log.ts';
import { recoveriesOf, WELL, windowDeployment } from './window-rows.ts';

/** What folding and judging made of one target. */
export interface Logged {
  readonly work: TargetWork;
  readonly folded: readonly Folded[];
  readonly judged: Judged;
}

/** Logs the deployments that are new, and those that are judged anew. */
export function logDeployments(log: WindowLog, { row: { id: target }, fresh }: TargetWork, judged: Judged): void {
  for (const { deployment, changeFailure, rework } of fresh) {
    log.added({
      target,
      at: deployment.at,
      failuresSeen: deployment.failuresSeen !== false,
      changeFailure: changeFailure?.cause ?? null,
      isRework: rework !== null,
    });
  }
  for (const { before, now } of judged.deployments) {
    log.removed(windowDeployment(target, before));
    log.added(windowDeployment(target, now));
  }
}

/**
 * Logs the incidents that changed, and those whose opening is now attributed to another deployment, `reblamed`
 * among them. Call it once they, and what opened them, are written.
 */
export async function logRecoveries(
  trx: Kysely<Tables>,
  log: WindowLog,
  all: readonly Logged[],
  reblamed: readonly number[] = [],
): Promise<void> {
  const asked = new Set(reblamed);
  const excused = await excusedOf(trx, all);
  for (const { work, folded, judged } of all) {
    for (const { changed, vanished, kind } of folded) {
      for (const { id } of vanished) if (id !== null) log.recovery(id, null);
      for (const { now, before } of changed) {
        const { id, incident, closed } = now;
        if (id === null) continue;
        const isWell = closed !== null && closed.recoveryMs !== null && WELL.includes(closed.outcome);
        // One that was not well and is not well now is news to nobody.
        if (!isWell && (before === null || before.closed === null)) continue;
        // What a deployment opened is blamed on itself: most incidents need not be read.
        if (kind !== 'deployment') asked.add(id);
        else if (!isWell || excused.has(incident.openedBy)) log.recovery(id, null);
        else {
          const closedAt = closed.moment.at;
          const openedAt = Math.min(incident.opened.at, closedAt);
          log.recovery(id, { target: work.row.id, incident: id, deployment: incident.openedBy, openedAt, closedAt });
        }
      }
    }
    for (const id of await openedBy(trx, work, judged)) asked.add(id);
  }
  for (const { incident, recovery } of await recoveriesOf(trx, [...asked])) log.recovery(incident, recovery);
}

/** Logs the recoveries of the incidents that a deployment is to blame for: a verdict on it decides whether they count. */
export async function logRecoveriesBlamedOn(
  trx: Kysely<Tables>,
  log: WindowLog,
  { target_id: target, upstream_id: id }: Pick<Selectable<DeploymentsTable>, 'target_id' | 'upstream_id'>,
): Promise<void> {
  const own = trx.selectFrom('incidents').select('id').where('target_id', '=', target).where('opened_by', '=', id);
  const attributed = trx
    .selectFrom('incidents')
    .innerJoin('sightings', (join) =>
      join
        .onRef('sightings.target_id', '=', 'incidents.target_id')
        .onRef('sightings.upstream_id', '=', 'incidents.opened_by'),
    )
    .select('incidents.id')
    .where('sightings.blamed', '=', id);
  const rows = [
    ...(await own.execute()),
    ...(await attributed.where('sightings.target_id', '=', target).execute()),
    ...(await attributed.where('sightings.blamed_target', '=', target).execute()),
  ];
  const numbers = rows.map((row) => row.id);
  for (const { incident, recovery } of await recoveriesOf(trx, numbers)) log.recovery(incident, recovery);
}

/** Upstream ids of the deployments of these targets that a person says are no change failures: few, if any. */
async function excusedOf(trx: Kysely<Tables>, all: readonly Logged[]): Promise<ReadonlySet<string>> {
  const targets = all
    .filter(({ folded }) => folded.some(({ changed }) => changed.some(({ now }) => now.closed !== null)))
    .map(({ work }) => work.row.id);
  const rows = await inSlices(targets, (slice) =>
    trx
      .selectFrom('deployments')
      .select('upstream_id')
      .where('target_id', 'in', slice)
      .where('verdict', '=', 'not_a_failure')
      .execute(),
  );
  return new Set(rows.map((row) => row.upstream_id));
}

/** Numbers of the incidents that were opened by what is attributed anew. */
async function openedBy(
  trx: Kysely<Tables>,
  { row }: TargetWork,
  { degradations }: Judged,
): Promise<readonly number[]> {
  const openers = degradations.map(({ upstream_id }) => upstream_id);
  const rows = await inSlices(openers, (slice) =>
    trx.selectFrom('incidents').select('id').where('target_id', '=', row.id).where('opened_by', 'in', slice).execute(),
  );
  return rows.map(({ id }) => id);
}
