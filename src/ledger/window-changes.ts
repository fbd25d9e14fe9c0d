import type { Kysely } from 'kysely';
import type { Folded } from './fold-target.ts';
import type { Judged } from './judge.ts';
import { inSlices } from './rows.ts';
import type { Tables } from './tables.ts';
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
 * Logs the incidents that changed, and those whose opening is now attributed to another deployment. Call it once they,
 * and what opened them, are written.
 */
export async function logRecoveries(trx: Kysely<Tables>, log: WindowLog, all: readonly Logged[]): Promise<void> {
  const asked = new Set<number>();
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
        else if (!isWell) log.recovery(id, null);
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
