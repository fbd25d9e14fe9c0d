import type { Kysely } from 'kysely';
import type { Folded } from './fold-target.ts';
import type { Tables } from './tables.ts';
import type { TargetWork } from './target-work.ts';

/**
 * Sets the two timestamps of a target's deployment incidents. In order, the latest incident decides; after a late
 * event the incidents are asked, as one that was shown may be gone. Call it once their rows are written.
 */
export async function setIncidentTimes(trx: Kysely<Tables>, work: TargetWork, folded: Folded): Promise<void> {
  if (folded.kind !== 'deployment') return;
  if (folded.again) return await readIncidentTimes(trx, work);
  for (const { now } of folded.changed) {
    if (!now.incident.beginningKnown) continue;
    work.row.failure_at = now.incident.opened.at;
    if (now.closed?.outcome === 'recovered') work.row.recovery_at = now.closed.moment.at;
  }
}

export async function readIncidentTimes(trx: Kysely<Tables>, work: TargetWork): Promise<void> {
  const known = trx
    .selectFrom('incidents')
    .where('target_id', '=', work.row.id)
    .where('kind', '=', 'deployment')
    .where('beginning_known', '=', 1);
  const latest = await known.select((e) => e.fn.max('opened_at').as('at')).executeTakeFirst();
  const recovered = await known
    .where('outcome', '=', 'recovered')
    .select((e) => e.fn.max('closed_at').as('at'))
    .executeTakeFirst();
  work.row.failure_at = latest?.at ?? null;
  work.row.recovery_at = recovered?.at ?? null;
}
