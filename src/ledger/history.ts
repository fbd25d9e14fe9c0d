import type { Kysely } from 'kysely';
import type { Sighting } from '../domain/batch.ts';
import type { IncidentKind } from '../domain/deployment.ts';
import { compareMoments, type Moment, momentOfSight } from '../domain/moment.ts';
import type { Signal } from '../domain/mttr.ts';
import { NEVER } from './places.ts';
import { RECORDED_COLUMNS, type RecordedDeployment } from './recorded-deployment.ts';
import { signalOfResolution } from './resolutions.ts';
import { signalOfSighting } from './sightings.ts';
import type { Tables } from './tables.ts';
import { type IncidentWork, incidentOf } from './target-work.ts';

/** The part of a target's recorded history that a late event can change. */
export interface History {
  readonly signals: readonly Signal[];
  readonly incidents: readonly IncidentWork[];
  /** Those that were folded: none where the incidents are not about deployments. */
  readonly deployments: readonly RecordedDeployment[];
}

/** An abandoned incident can go on, so its close is no place to begin from. */
const FINAL = ['recovered', 'resolved', 'withdrawn', 'expired'];

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

  const deployments = kind === 'deployment' ? await deploymentsFrom(trx, targetId, from) : [];
  const sightings = await trx
    .selectFrom('sightings')
    .select(['upstream_id', 'kind', 'at'])
    .where('target_id', '=', targetId)
    .where('about', '=', kind)
    .where('at', '>=', from)
    .execute();
  const marks = await trx
    .selectFrom('marks')
    .select(['kind', 'at'])
    .where('target_id', '=', targetId)
    .where('at', '>=', from)
    .execute();
  const resolutions = await trx
    .selectFrom('resolutions')
    .select(['id', 'at'])
    .where('target_id', '=', targetId)
    .where('about', '=', kind)
    .where('at', '>=', from)
    .where('taken_back_at', 'is', null)
    .execute();
  const rows = await trx
    .selectFrom('incidents')
    .selectAll()
    .where('target_id', '=', targetId)
    .where('kind', '=', kind)
    .where('opened_at', '>=', from)
    .execute();
  const incidents = rows.map(incidentOf);

  const readable = new Set([...deployments, ...sightings].map((row) => row.upstream_id));
  const ends = incidents.filter((one) => isSwept(one, readable)).map(({ closed }) => closed?.moment ?? NEVER);
  if (rest !== undefined) ends.push({ at: from, sequence: rest.closed_sequence ?? 0, order: rest.closed_ord ?? 0 });
  const after = (at: Moment) => ends.every((end) => compareMoments(at, end) > 0);
  const kept = deployments.filter((row) => after({ at: row.at, sequence: row.sequence, order: row.ord }));
  return {
    signals: [
      ...kept.map(signalOf),
      ...sightings
        .map((row) =>
          signalOfSighting({ id: row.upstream_id, about: kind, kind: row.kind as Sighting['kind'], at: row.at }),
        )
        .filter((signal) => after(signal.moment)),
      ...marks
        .map((mark) => ({ kind: mark.kind as 'removed' | 'listed', moment: momentOfSight(mark.at) }))
        .filter((mark) => after(mark.moment)),
      ...resolutions.map(signalOfResolution).filter((signal) => after(signal.moment)),
    ],
    incidents: incidents.filter(({ incident }) => after(incident.opened)),
    deployments: kept,
  };
}

/** What the retention took cannot be folded again: such an incident stands as it was recorded. */
function isSwept({ incident }: IncidentWork, readable: ReadonlySet<string>): boolean {
  return !readable.has(incident.openedBy);
}

async function deploymentsFrom(trx: Kysely<Tables>, targetId: number, from: number): Promise<RecordedDeployment[]> {
  return await trx
    .selectFrom('deployments')
    .select(RECORDED_COLUMNS)
    .where('target_id', '=', targetId)
    .where('at', '>=', from)
    .execute();
}

function signalOf(row: RecordedDeployment): Signal {
  const moment = { at: row.at, sequence: row.sequence, order: row.ord };
  return row.outcome === 'failure'
    ? {
        kind: 'failure',
        moment,
        ref: row.upstream_id,
        identity: row.identity,
        beginningKnown: row.beginning_known === 1,
      }
    : { kind: 'recovery', moment, ref: row.upstream_id };
}
