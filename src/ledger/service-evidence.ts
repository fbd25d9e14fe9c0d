import type { Kysely } from 'kysely';
import type { Accusation } from '../domain/attribution.ts';
import { repairOfErrors } from '../domain/service-errors.ts';
import { attemptKey, candidates, type Service } from './services.ts';
import type { Tables } from './tables.ts';
import { incidentOf } from './target-work.ts';
import { WELL } from './window-rows.ts';

/** What the errors of its service say of a target's deployments. */
export interface ServiceEvidence {
  readonly accusations: readonly Accusation[];
  /** Whether a deployment was to blame until now, by its id. */
  released(id: string): boolean;
  /** Ids of the successes that repaired the service. */
  readonly repairs: ReadonlySet<string>;
}

export const NO_ERRORS: ServiceEvidence = { accusations: [], released: () => false, repairs: new Set() };

/**
 * Reads what bears on the deployments of a target that ended from `from` to `until`. Without a service, which a target
 * that has changed its name may have left, it is still to blame for what it was.
 */
export async function readServiceEvidence(
  trx: Kysely<Tables>,
  target: number,
  service: Service | null,
  { from, until }: { readonly from: number; readonly until: number },
): Promise<ServiceEvidence> {
  const rows = await trx
    .selectFrom('sightings')
    .select(['source', 'at', 'blamed', 'blame_within_ms'])
    .where('blamed_target', '=', target)
    .where('at', '>=', from)
    .execute();
  const accusations = rows.map(({ source, at, blamed, blame_within_ms }) => ({
    deployment: blamed ?? '',
    source,
    at,
    blameWithinMs: blame_within_ms ?? 0,
  }));
  if (service === null) return { ...NO_ERRORS, accusations };
  const fresh = service.accusations.filter((one) => one.target === target);
  const repairs = await repairsOf(trx, target, service, from, until);
  const released = (id: string) => service.released.has(attemptKey(target, id));
  return { accusations: [...accusations, ...fresh], released, repairs };
}

async function repairsOf(
  trx: Kysely<Tables>,
  target: number,
  service: Service,
  from: number,
  until: number,
): Promise<ReadonlySet<string>> {
  const incidents = await trx
    .selectFrom('incidents')
    .selectAll()
    .where('target_id', 'in', service.failing)
    .where('kind', '=', 'errors')
    .where('outcome', 'in', WELL)
    .where('closed_at', '>=', from)
    .where('opened_at', '<=', until)
    .execute();
  const found = new Set<string>();
  for (const { incident, closed } of incidents.map(incidentOf)) {
    if (closed === null) continue;
    const span = { after: incident.opened.at, until: closed.moment.at, successes: true };
    const repair = repairOfErrors(await candidates(trx, service, span), incident.opened, closed.moment);
    if (repair !== null && repair.target === target) found.add(repair.id);
  }
  return found;
}
