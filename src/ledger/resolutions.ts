import type { Kysely, Selectable } from 'kysely';
import { momentOfSight } from '../domain/moment.ts';
import type { Signal } from '../domain/mttr.ts';
import type { Resolution } from '../domain/override.ts';
import type { ResolutionsTable, Tables } from './tables.ts';

const REF = 'resolution ';

/** What a person's word says to the incident machine: after the deployments of its time. */
export function signalOfResolution({ id, at }: Pick<Selectable<ResolutionsTable>, 'id' | 'at'>): Signal {
  return { kind: 'resolved', moment: momentOfSight(at), ref: `${REF}${id}` };
}

/** The ledger's number of the resolution that closed an incident; null when something else did, or nothing. */
export function resolutionId(incident: { readonly outcome: string | null; readonly closed_by: string | null }) {
  if (incident.outcome !== 'resolved' || incident.closed_by === null) return null;
  return Number(incident.closed_by.slice(REF.length));
}

/** Who ended an incident, and why; null when no person did. */
export async function readResolution(
  db: Kysely<Tables>,
  incident: Parameters<typeof resolutionId>[0],
): Promise<Resolution | null> {
  const id = resolutionId(incident);
  if (id === null) return null;
  const row = await db.selectFrom('resolutions').selectAll().where('id', '=', id).executeTakeFirst();
  return row === undefined ? null : { at: row.at, by: row.decided_by, reason: row.reason, decidedAt: row.decided_at };
}
