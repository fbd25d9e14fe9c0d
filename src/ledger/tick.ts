import type { Transaction } from 'kysely';
import type { Rules } from '../domain/mttr.ts';
import type { Plan } from '../domain/transition.ts';
import { addCounts, Counting } from './counts.ts';
import { loadTargetsById } from './load-targets.ts';
import { writeOutbox } from './outbox.ts';
import type { Changes, SourceCount } from './projection.ts';
import { foldAndWrite } from './settle-targets.ts';
import type { Tables } from './tables.ts';
import { projectionOf, type TargetWork } from './target-work.ts';
import { WindowLog } from './window-log.ts';

/** Lets time pass: closes the incidents that have grown too old. */
export async function recordTick(
  trx: Transaction<Tables>,
  now: number,
  plan: Plan,
  rules: Rules,
): Promise<Pick<Changes, 'targets' | 'counts' | 'windows'>> {
  const due = await trx
    .selectFrom('incidents')
    .innerJoin('targets', 'targets.id', 'incidents.target_id')
    .select(['incidents.target_id', 'targets.source'])
    .distinct()
    .where('outcome', 'is', null)
    .where('opened_at', '<', now - rules.expiryMs)
    .execute();
  const shown = new Map<number, TargetWork>();
  const counts: SourceCount[] = [];
  const log = new WindowLog();
  for (const [source, ofSource] of Map.groupBy(due, (row) => row.source)) {
    // Not before: what was done for another source can have changed them.
    const ids = ofSource.map((row) => row.target_id);
    const works = [...(await loadTargetsById(trx, ids)).values()];
    for (const work of works) pushTicks(work, now, rules);
    const counting = new Counting(source);
    const found = await foldAndWrite(trx, works, { source, origin: 'tick', now }, rules, counting, log);
    counts.push(...found.counts, ...(await addCounts(trx, counting)));
    await writeOutbox(trx, plan(found.transitions, [], now), now);
    for (const work of [...works, ...found.others]) shown.set(work.row.id, work);
  }
  const listed = [...shown.values()].filter(({ row }) => row.removed_at === null);
  return { targets: listed.map(projectionOf), counts, windows: log.changes };
}

/** The tick stands just behind the expiry, not at `now`: an event from between then and now is not late. */
function pushTicks(work: TargetWork, now: number, rules: Rules): void {
  for (const [kind, { incident, closed }] of work.current) {
    const at = incident.opened.at + rules.expiryMs + 1;
    if (closed !== null || at > now) continue;
    work.signals.push({ about: kind, signal: { kind: 'tick', moment: { at, sequence: 0, order: 0 } } });
  }
}
