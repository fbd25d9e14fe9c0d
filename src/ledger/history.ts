import type { Kysely } from 'kysely';
import type { IncidentKind } from '../domain/deployment.ts';
import { compareMoments, type Moment, momentOfSight } from '../domain/moment.ts';
import type { Signal } from '../domain/mttr.ts';
import type { Tables } from './tables.ts';
import { type IncidentWork, incidentOf } from './target-work.ts';

/** The part of a target's recorded history that a late event can change. */
export interface History {
  readonly signals: readonly Signal[];
  readonly incidents: readonly IncidentWork[];
  readonly deployments: readonly RecordedDeployment[];
}

/** A deployment that was recorded before, as far as a fold can change it. */
export interface RecordedDeployment {
  readonly id: number;
  readonly upstreamId: string;
  readonly rework: string | null;
  /** The cause under which the totals count it as rework. */
  readonly reworkCounted: string | null;
}

/** An abandoned incident can go on, so its close is no place to begin from. */
const FINAL = ['recovered', 'resolved', 'withdrawn', 'expired'];

/** Before every event. */
const NEVER: Moment = { at: 0, sequence: 0, order: 0 };

/** Reads what follows the last final close before `moment`: there the target was healthy, whatever comes late. */
export async function historyAfter(
  trx: Kysely<Tables>,
  targetId: number,
  kind: IncidentKind,
  moment: Moment,
): Promise<History> {
  const rest = await trx
    .selectFrom('incidents')
    .select(['closed_at', 'closed_sequence', 'closed_ord'])
    .where('target_id', '=', targetId)
    .where('kind', '=', kind)
    .where('outcome', 'in', FINAL)
    .where('closed_at', '<', moment.at)
    .orderBy('closed_at', 'desc')
    .orderBy('closed_sequence', 'desc')
    .limit(1)
    .executeTakeFirst();
  const from = rest?.closed_at ?? 0;

  const deployments = await trx
    .selectFrom('deployments')
    .select([
      'id',
      'upstream_id',
      'outcome',
      'at',
      'sequence',
      'ord',
      'identity',
      'beginning_known',
      'rework',
      'rework_counted',
    ])
    .where('target_id', '=', targetId)
    .where('at', '>=', from)
    .execute();
  const marks = await trx
    .selectFrom('marks')
    .select(['kind', 'at'])
    .where('target_id', '=', targetId)
    .where('at', '>=', from)
    .execute();
  const rows = await trx
    .selectFrom('incidents')
    .selectAll()
    .where('target_id', '=', targetId)
    .where('kind', '=', kind)
    .where('opened_at', '>=', from)
    .execute();
  const incidents = rows.map(incidentOf);

  const readable = new Set(deployments.map((row) => row.upstream_id));
  const ends = incidents.filter((one) => isSwept(one, readable)).map(({ closed }) => closed?.moment ?? NEVER);
  if (rest !== undefined) ends.push({ at: from, sequence: rest.closed_sequence ?? 0, order: rest.closed_ord ?? 0 });
  const after = (at: Moment) => ends.every((end) => compareMoments(at, end) > 0);
  const kept = deployments.filter((row) => after({ at: row.at, sequence: row.sequence, order: row.ord }));
  return {
    signals: [
      ...(kind === 'deployment' ? kept.map(signalOf) : []),
      ...marks
        .map((mark) => ({ kind: mark.kind as 'removed' | 'listed', moment: momentOfSight(mark.at) }))
        .filter((mark) => after(mark.moment)),
    ],
    incidents: incidents.filter(({ incident }) => after(incident.opened)),
    deployments: kept.map((row) => ({
      id: row.id,
      upstreamId: row.upstream_id,
      rework: row.rework,
      reworkCounted: row.rework_counted,
    })),
  };
}

/** What the retention took cannot be folded again: such an incident stands as it was recorded. */
function isSwept({ kind, incident }: IncidentWork, readable: ReadonlySet<string>): boolean {
  return kind === 'deployment' && !readable.has(incident.openedBy);
}

function signalOf(row: {
  readonly upstream_id: string;
  readonly outcome: string;
  readonly at: number;
  readonly sequence: number;
  readonly ord: number;
  readonly identity: string;
  readonly beginning_known: number;
}): Signal {
  const moment = { at: row.at, sequence: row.sequence, order: row.ord };
  return row.outcome === 'failure'
    ? {
        kind: 'failure',
        moment,
        ref: row.upstream_id,
        identity: row.identity,
        beginningKnown: row.beginning_known === 1,
      }
    : { kind: 'recovery', moment, ref: row.upstream_id, identity: row.identity };
}
