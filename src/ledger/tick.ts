import type { Transaction } from 'kysely';
import type { Rules } from '../domain/mttr.ts';
import type { Plan, Transition } from '../domain/transition.ts';
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
    .select('target_id')
    .distinct()
    .where('outcome', 'is', null)
    .where('opened_at', '<', now - rules.expiryMs)
    .execute();
  const works = [
    ...(
      await loadTargetsById(
        trx,
        due.map((row) => row.target_id),
      )
    ).values(),
  ];
  const transitions: Transition[] = [];
  const counts: SourceCount[] = [];
  const log = new WindowLog();
  for (const [source, ofSource] of Map.groupBy(works, ({ row }) => row.source)) {
    for (const work of ofSource) pushTicks(work, now, rules);
    const counting = new Counting(source);
    const batch = { source, origin: 'tick', now } as const;
    const found = await foldAndWrite(trx, ofSource, batch, rules, counting, log);
    counts.push(...(await addCounts(trx, counting)));
    transitions.push(...found);
    await writeOutbox(trx, plan(found, [], now), now);
  }
  const listed = works.filter(({ row }) => row.removed_at === null);
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
