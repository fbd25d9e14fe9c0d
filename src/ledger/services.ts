import type { Kysely } from 'kysely';
import type { Accusation } from '../domain/attribution.ts';
import type { ServiceAttempt } from '../domain/service-errors.ts';
import { inSlices } from './rows.ts';
import type { DeploymentsTable, Tables, TargetsTable } from './tables.ts';
import { capabilitiesOf, type TargetWork } from './target-work.ts';

/** One (app, environment) that a sink tells errors of, over all sources, while a transaction works on it. */
export interface Service {
  /** Numbers of the targets whose deployments count. */
  readonly deploying: readonly number[];
  /** Numbers of the targets that errors are told of. */
  readonly failing: readonly number[];
  /** Deployments that this transaction adds and has not written yet. */
  readonly fresh: readonly ServiceAttempt[];
  /** What the sightings that this transaction adds blame, by the number of the culprit's target. */
  readonly accusations: (Accusation & { readonly target: number })[];
  /** Deployments that were to blame until now, by `attemptKey`. */
  readonly released: Set<string>;
  /** From when on the errors may bear on other deployments than before; null: nothing about them changed. */
  from: number | null;
}

/** The services of targets, by the target's number: of those where one source deploys and another tells errors. */
export async function readServices(
  trx: Kysely<Tables>,
  works: readonly TargetWork[],
): Promise<ReadonlyMap<number, Service>> {
  const apps = [...new Set(works.map(({ row }) => row.app))];
  const rows = await inSlices(apps, (slice) =>
    trx.selectFrom('targets').select(['id', 'app', 'environment', 'capabilities']).where('app', 'in', slice).execute(),
  );
  const worksOf = Map.groupBy(works, ({ row }) => serviceId(row));
  const services = new Map<number, Service>();
  for (const [id, members] of Map.groupBy(rows, serviceId)) {
    const ofService = worksOf.get(id);
    if (ofService === undefined) continue;
    const numbersOf = (kind: 'deployment' | 'errors') =>
      members.filter((row) => capabilitiesOf(row).kinds.includes(kind)).map((row) => row.id);
    const deploying = numbersOf('deployment');
    const failing = numbersOf('errors');
    if (deploying.length === 0 || failing.length === 0) continue;
    const service = {
      deploying,
      failing,
      fresh: ofService.flatMap(freshOf),
      accusations: [],
      released: new Set<string>(),
      from: null,
    };
    for (const { row } of ofService) services.set(row.id, service);
  }
  return services;
}

/**
 * The latest deployment of each of a service's targets that ended from `after` (not included) to `until`, and all that
 * are not written yet.
 */
export async function candidates(
  trx: Kysely<Tables>,
  { deploying, fresh }: Service,
  { after, until, successes }: { readonly after: number; readonly until: number; readonly successes: boolean },
): Promise<ServiceAttempt[]> {
  const found = [...fresh];
  for (const target of deploying) {
    const row = await trx
      .selectFrom('deployments')
      .select(ATTEMPT_COLUMNS)
      .where('target_id', '=', target)
      .where('at', '>', after)
      .where('at', '<=', until)
      .$if(successes, (q) => q.where('outcome', '=', 'success'))
      .orderBy('at', 'desc')
      .orderBy('sequence', 'desc')
      .orderBy('ord', 'desc')
      .orderBy('upstream_id', 'desc')
      .limit(1)
      .executeTakeFirst();
    if (row !== undefined) found.push(serviceAttempt(row));
  }
  return found;
}

export const ATTEMPT_COLUMNS = ['target_id', 'upstream_id', 'outcome', 'at', 'sequence', 'ord'] as const;

export function serviceAttempt(row: Pick<DeploymentsTable, (typeof ATTEMPT_COLUMNS)[number]>): ServiceAttempt {
  const { at, sequence, ord: order } = row;
  const outcome = row.outcome === 'failure' ? 'failure' : 'success';
  return { target: row.target_id, id: row.upstream_id, outcome, at, sequence, order };
}

/** A text that is the same for the same deployment of a target. */
export function attemptKey(target: number, id: string): string {
  return `${target} ${id}`;
}

function freshOf({ row, fresh }: TargetWork): ServiceAttempt[] {
  return fresh.map(({ deployment: { id, outcome, at, sequence, order } }) => ({
    target: row.id,
    id,
    outcome,
    at,
    sequence,
    order,
  }));
}

function serviceId({ app, environment }: Pick<TargetsTable, 'app' | 'environment'>): string {
  return JSON.stringify([app, environment]);
}
