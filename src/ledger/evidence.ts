import type { Kysely, Selectable } from 'kysely';
import type { Repaired } from '../domain/rework.ts';
import type { Folded } from './fold-target.ts';
import { RECORDED_COLUMNS, type RecordedDeployment } from './recorded-deployment.ts';
import { NO_ERRORS, readServiceEvidence, type ServiceEvidence } from './service-evidence.ts';
import type { Service } from './services.ts';
import type { SightingsTable, Tables } from './tables.ts';
import { capabilitiesOf, type IncidentWork, incidentOf, type TargetWork } from './target-work.ts';
import { WELL } from './window-rows.ts';

/** What was recorded before and bears on a verdict that this transaction can change. */
export interface Evidence extends ServiceEvidence {
  readonly deployments: readonly RecordedDeployment[];
  readonly degradations: readonly RecordedDegradation[];
  readonly repaired: readonly Repaired[];
}

/** What the target's own events say. */
type OwnEvidence = Omit<Evidence, keyof ServiceEvidence>;

export type RecordedDegradation = Pick<
  Selectable<SightingsTable>,
  'id' | 'upstream_id' | 'at' | 'blame_within_ms' | 'blamed'
>;

/**
 * Collects what the verdicts on a target's deployments rest on, once its incidents are written. Where a deployment can
 * be blamed only for having failed, that is what was folded. Otherwise what is new can reach back: a span of Degraded
 * to the deployment before it, a rollback to its predecessor, a success to another within the same incident; with
 * `all`, everything bears on it. `service` has the errors of its service, null where no sink tells any.
 */
export async function evidenceOf(
  trx: Kysely<Tables>,
  work: TargetWork,
  folds: readonly Folded[],
  service: Service | null,
  all = false,
): Promise<Evidence> {
  const own = await ownEvidence(trx, work, folds, service?.from ?? Number.POSITIVE_INFINITY, all);
  return await withService(trx, work, own, service);
}

/** Adds what the errors of a target's service say of these deployments, and of those that are new. */
async function withService(
  trx: Kysely<Tables>,
  { row, fresh }: TargetWork,
  own: OwnEvidence,
  service: Service | null,
): Promise<Evidence> {
  if (own.deployments.length === 0 && (service === null || fresh.length === 0)) return { ...own, ...NO_ERRORS };
  let [from, until] = [Number.POSITIVE_INFINITY, 0];
  for (const { at } of [...own.deployments, ...fresh.map(({ deployment }) => deployment)]) {
    from = Math.min(from, at);
    until = Math.max(until, at);
  }
  return { ...own, ...(await readServiceEvidence(trx, row.id, service, { from, until })) };
}

async function ownEvidence(
  trx: Kysely<Tables>,
  work: TargetWork,
  folds: readonly Folded[],
  reach: number,
  all: boolean,
): Promise<OwnEvidence> {
  const isBlamable = capabilitiesOf(work.row).causes.some((cause) => cause === 'degraded' || cause === 'rollback');
  if ((!isBlamable && !all && reach === Number.POSITIVE_INFINITY) || work.created) {
    const repaired = folds.flatMap(({ changed }) => changed.flatMap(({ now }) => repairedOf(now)));
    return { deployments: folds.flatMap(({ refolded }) => refolded), degradations: [], repaired };
  }
  const from = all ? 0 : Math.min(reach, earliestOf(work, folds));
  if (from === Number.POSITIVE_INFINITY) return { deployments: [], degradations: [], repaired: [] };
  return await readOwnEvidence(trx, work.row.id, from);
}

/** Everything that bears on the verdicts on a target's deployments from `from` on, and on that before them. */
export async function readEvidence(
  trx: Kysely<Tables>,
  work: TargetWork,
  from: number,
  service: Service | null,
): Promise<Evidence> {
  return await withService(trx, work, await readOwnEvidence(trx, work.row.id, from), service);
}

function earliestOf({ fresh, sightings }: TargetWork, folds: readonly Folded[]): number {
  const incidents = folds.flatMap(({ changed, vanished }) => [
    ...changed.flatMap(({ now, before }) => (before === null ? [now] : [now, before])),
    ...vanished,
  ]);
  return Math.min(
    ...fresh.map(({ deployment }) => Math.min(deployment.startedAt ?? deployment.at, deployment.at)),
    ...sightings.map(({ sighting }) => sighting.at),
    ...incidents.map(({ incident }) => incident.opened.at),
  );
}

async function readOwnEvidence(trx: Kysely<Tables>, target: number, from: number): Promise<OwnEvidence> {
  const around = await trx
    .selectFrom('incidents')
    .where('target_id', '=', target)
    .where('opened_at', '<=', from)
    .where((e) => e.or([e('closed_at', 'is', null), e('closed_at', '>=', from)]))
    .select((e) => e.fn.min('opened_at').as('at'))
    .executeTakeFirst();
  const within = await trx
    .selectFrom('sightings')
    .where('target_id', '=', target)
    .where('about', '=', 'degraded')
    .select((e) => e.fn.max('blame_within_ms').as('ms'))
    .executeTakeFirst();
  const deployments = await deploymentsFrom(trx, target, Math.min(around?.at ?? from, from - (within?.ms ?? 0)));

  const starts = deployments.map((row) => row.started_at ?? row.at);
  const degradations = await trx
    .selectFrom('sightings')
    .select(['id', 'upstream_id', 'at', 'blame_within_ms', 'blamed'])
    .where('target_id', '=', target)
    .where('about', '=', 'degraded')
    .where('kind', '=', 'failure')
    .where('at', '>=', Math.min(from, ...starts))
    .execute();
  const incidents = await trx
    .selectFrom('incidents')
    .selectAll()
    .where('target_id', '=', target)
    .where('closed_at', '>=', Math.min(from, ...deployments.map(({ at }) => at)))
    .where('outcome', 'in', WELL)
    .execute();
  return { deployments, degradations, repaired: incidents.map(incidentOf).flatMap(repairedOf) };
}

/** Those that ended from then on, and the one before them, which the first may have rolled back. */
async function deploymentsFrom(trx: Kysely<Tables>, target: number, from: number): Promise<RecordedDeployment[]> {
  const all = trx.selectFrom('deployments').select(RECORDED_COLUMNS).where('target_id', '=', target);
  const predecessor = await all
    .where('at', '<', from)
    .orderBy('at', 'desc')
    .orderBy('sequence', 'desc')
    .orderBy('ord', 'desc')
    .orderBy('upstream_id', 'desc')
    .limit(1)
    .execute();
  return [...predecessor, ...(await all.where('at', '>=', from).execute())];
}

function repairedOf({ kind, incident, closed }: IncidentWork): Repaired[] {
  if (closed === null || !WELL.includes(closed.outcome)) return [];
  const { opened, failedIdentity } = incident;
  return [{ kind, opened, failedIdentity, closed: closed.moment, closedBy: closed.ref }];
}
