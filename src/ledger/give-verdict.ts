import type { Transaction } from 'kysely';
import type { Decision, Verdict } from '../domain/override.ts';
import { addCounts, Counting } from './counts.ts';
import { readEvidence } from './evidence.ts';
import { judge } from './judge.ts';
import { loadTargetsById } from './load-targets.ts';
import { type Overridden, settled, unknown } from './overridden.ts';
import { readDeployment } from './read-deployments.ts';
import type { DeploymentRecord } from './records.ts';
import { readServices } from './services.ts';
import { writeTargets, writeVerdicts } from './settle-targets.ts';
import type { Tables } from './tables.ts';
import { logDeployments, logRecoveriesBlamedOn } from './window-changes.ts';
import { WindowLog } from './window-log.ts';

/** A person says whether a deployment was a change failure. */
export interface Judging extends Decision {
  /** The ledger's number of the deployment. */
  readonly deployment: number;
  /** Null takes back what was said before. */
  readonly verdict: Verdict | null;
}

/**
 * Takes a person's verdict down and judges the deployment by it. Its outcome, and the incidents that it had to do
 * with, stay: the verdict is about the change. Saying the same again changes nothing.
 */
export async function giveVerdict(
  trx: Transaction<Tables>,
  { deployment: id, verdict, ...decision }: Judging,
): Promise<Overridden<DeploymentRecord>> {
  const row = await trx
    .selectFrom('deployments')
    .select(['source', 'upstream_id', 'target_id', 'at', 'verdict'])
    .where('id', '=', id)
    .executeTakeFirst();
  if (row === undefined) return unknown;
  const latest = await trx
    .selectFrom('verdicts')
    .select('reason')
    .where('deployment_id', '=', id)
    .orderBy('id', 'desc')
    .executeTakeFirst();
  const isSaid = row.verdict === verdict && (verdict === null || latest?.reason === decision.reason);
  if (isSaid) return settled(await recordOf(trx, id), [], [], new WindowLog());

  await trx
    .insertInto('verdicts')
    .values({
      deployment_id: id,
      verdict,
      decided_by: decision.by,
      reason: decision.reason,
      decided_at: decision.decidedAt,
    })
    .execute();
  await trx.updateTable('deployments').set({ verdict }).where('id', '=', id).execute();
  const [work] = (await loadTargetsById(trx, [row.target_id])).values();
  if (work === undefined) throw new Error(`deployment ${id} has no target`);
  const counting = new Counting(row.source);
  const service = (await readServices(trx, [work])).get(row.target_id) ?? null;
  const judged = judge(work, await readEvidence(trx, work, row.at, service));
  counting.add('corrections', {}, await writeVerdicts(trx, judged));
  await writeTargets(trx, [work]);
  const log = new WindowLog();
  logDeployments(log, work, judged);
  await logRecoveriesBlamedOn(trx, log, row);
  return settled(await recordOf(trx, id), [work], await addCounts(trx, counting), log);
}

async function recordOf(trx: Transaction<Tables>, id: number): Promise<DeploymentRecord> {
  const record = await readDeployment(trx, id);
  if (record === null) throw new Error(`deployment ${id} is gone`);
  return record;
}
