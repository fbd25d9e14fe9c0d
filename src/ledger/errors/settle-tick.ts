import type { Transaction } from 'kysely';
import { targetId } from '../../domain/deployment.ts';
import { SINK_CAPABILITIES } from '../../domain/error-event.ts';
import type { Rules } from '../../domain/mttr.ts';
import type { Plan } from '../../domain/transition.ts';
import type { Changes } from '../projection.ts';
import { recordBatch } from '../record.ts';
import type { Tables } from '../tables.ts';
import { type Findings, factsOf } from './findings.ts';
import { joined } from './joined.ts';
import { settleSpans } from './settle.ts';

/** Lets time pass for the sink's rules: what has stood not above its threshold for long enough is over. */
export async function settleTick(trx: Transaction<Tables>, now: number, plan: Plan, rules: Rules): Promise<Changes> {
  const found = new Map<string, Findings>();
  const findingsOf = (source: string): Findings => {
    const findings = found.get(source) ?? { sightings: [], news: [] };
    found.set(source, findings);
    return findings;
  };
  await settleSpans(trx, now, findingsOf, null);
  const changes: Changes[] = [];
  for (const [source, { sightings, news }] of found) {
    const targets = new Map(sightings.map(({ target }) => [targetId(target), target]));
    const recorded = await recordBatch(
      trx,
      {
        source,
        origin: 'tick',
        now,
        capabilities: SINK_CAPABILITIES,
        deployments: [],
        sightings,
        ignored: [],
        // They exist since the incident began: what is known of them since stays.
        targets: [...targets.values()].map((target) => factsOf(target, 0)),
        moves: [],
        listings: [],
        state: new Map(),
        gaps: 0,
        complete: false,
        news,
      },
      plan,
      rules,
    );
    changes.push(recorded.changes);
  }
  return joined(changes);
}
