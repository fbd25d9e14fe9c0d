import type { ExpressionBuilder, Kysely, Selectable, Transaction } from 'kysely';
import { awaitedNow } from './awaited-lead-times.ts';
import { insertRows, ROWS_PER_STATEMENT } from './rows.ts';
import { sweepMessages } from './sweep-messages.ts';
import type { DeploymentsTable, Tables } from './tables.ts';
import { NO_WINDOW_CHANGES, type WindowChanges } from './window-log.ts';
import { WINDOW_COLUMNS, windowDeployment } from './window-rows.ts';

/** The tables whose old rows go. */
export const SWEPT_TABLES = [
  'deployments',
  'sightings',
  'incidents',
  'marks',
  'resolutions',
  'verdicts',
  'messages',
] as const;

/** How many rows of which table one step of a sweep took away. */
export interface Swept {
  readonly table: (typeof SWEPT_TABLES)[number];
  readonly rows: number;
  /** Where the retention is shorter than a window, its rows go too. */
  readonly windows: WindowChanges;
}

/**
 * Takes away a bounded number of rows older than `before` (milliseconds since the epoch); nothing once all are gone.
 * Totals stay, and so do the ids, with their verdict: a row is decided once and for ever. What an incident needs
 * that was still open then, that a gauge still shows, or that the next deployment's commits are compared with, stays;
 * so does a deployment that a person says is no change failure, while an incident that is blamed on it is kept.
 * Changes stay for ever: they are what says which commits a target has had. What waits to be looked up stays where it
 * belongs to one of `lookedUp`, which somebody works on; undefined: all.
 */
export async function sweepStep(
  trx: Transaction<Tables>,
  before: number,
  lookedUp?: readonly string[],
): Promise<Swept | null> {
  const deployments = await oldDeployments(trx, before, lookedUp).execute();
  if (deployments.length > 0) {
    const decided = deployments.map(({ source, upstream_id, outcome }) => ({ source, upstream_id, verdict: outcome }));
    await insertRows(trx, 'decided', decided);
    const ended = await endLookups(trx, deployments);
    await remove(trx, 'deployments', deployments);
    const removed = deployments.map((row) => windowDeployment(row.target_id, row));
    const windows = { ...NO_WINDOW_CHANGES, removed, awaited: await awaitedNow(trx, ended) };
    return { table: 'deployments', rows: deployments.length, windows };
  }
  const sightings = await oldSightings(trx, before).execute();
  if (sightings.length > 0) {
    const decided = sightings.map(({ source, upstream_id, kind }) => ({ source, upstream_id, verdict: kind }));
    await insertRows(trx, 'decided', decided);
    await remove(trx, 'sightings', sightings);
    return { table: 'sightings', rows: sightings.length, windows: NO_WINDOW_CHANGES };
  }
  const incidents = await oldIncidents(trx, before).execute();
  if (incidents.length > 0) {
    await remove(trx, 'incidents', incidents);
    const recoveries = incidents.map(({ id: incident }) => ({ incident, recovery: null }));
    return { table: 'incidents', rows: incidents.length, windows: { ...NO_WINDOW_CHANGES, recoveries } };
  }
  const marks = await trx.selectFrom('marks').select('id').where('at', '<', before).limit(ROWS_PER_STATEMENT).execute();
  if (marks.length > 0) {
    await remove(trx, 'marks', marks);
    return { table: 'marks', rows: marks.length, windows: NO_WINDOW_CHANGES };
  }
  const resolutions = await oldResolutions(trx, before).execute();
  if (resolutions.length > 0) {
    await remove(trx, 'resolutions', resolutions);
    return { table: 'resolutions', rows: resolutions.length, windows: NO_WINDOW_CHANGES };
  }
  const verdicts = await verdictsOnNothing(trx).execute();
  if (verdicts.length > 0) {
    await remove(trx, 'verdicts', verdicts);
    return { table: 'verdicts', rows: verdicts.length, windows: NO_WINDOW_CHANGES };
  }
  const messages = await sweepMessages(trx, before);
  return messages === 0 ? null : { table: 'messages', rows: messages, windows: NO_WINDOW_CHANGES };
}

function oldDeployments(trx: Kysely<Tables>, before: number, lookedUp: readonly string[] | undefined) {
  return (
    trx
      .selectFrom('deployments')
      .select(['id', 'source', 'upstream_id', 'outcome', 'target_id', 'delivery', ...WINDOW_COLUMNS])
      .where('at', '<', before)
      .$if(lookedUp === undefined || lookedUp.length > 0, (q) =>
        q.where((e) => e.not(e.exists(waitingLookup(e, lookedUp)))),
      )
      .where((e) =>
        e.or([
          e('outcome', '=', 'failure'),
          e('delivery', 'is', null),
          e('delivery', '=', 'no_forge'),
          e('at', '<', lastSuccess(e)),
        ]),
      )
      .where((e) =>
        e.not(
          e.exists(
            e
              .selectFrom('incidents')
              .select('incidents.id')
              .whereRef('incidents.target_id', '=', 'deployments.target_id')
              .whereRef('incidents.opened_at', '<=', 'deployments.at')
              .where((i) => i.or([i('incidents.closed_at', 'is', null), i('incidents.closed_at', '>=', before)])),
          ),
        ),
      )
      // Without its row nobody would know that the recovery is not to be counted.
      .where((e) =>
        e.or([e(e.fn.coalesce('verdict', e.val('')), '!=', 'not_a_failure'), e.not(e.exists(attributed(e, before)))]),
      )
      .orderBy('at')
      .limit(ROWS_PER_STATEMENT)
  );
}

/** Incidents that are kept, and whose opening is attributed to the deployment: it may have ended long before they began. */
function attributed(e: ExpressionBuilder<Tables, 'deployments'>, before: number) {
  return e
    .selectFrom('sightings')
    .innerJoin('incidents', (join) =>
      join
        .onRef('incidents.target_id', '=', 'sightings.target_id')
        .onRef('incidents.opened_by', '=', 'sightings.upstream_id'),
    )
    .select('incidents.id')
    .whereRef('sightings.blamed', '=', 'deployments.upstream_id')
    .where((s) =>
      s.or([
        s('sightings.blamed_target', '=', s.ref('deployments.target_id')),
        s.and([
          s('sightings.blamed_target', 'is', null),
          s('sightings.target_id', '=', s.ref('deployments.target_id')),
        ]),
      ]),
    )
    .where((i) => i.or([i('incidents.closed_at', 'is', null), i('incidents.closed_at', '>=', before)]));
}

function waitingLookup(e: ExpressionBuilder<Tables, 'deployments'>, lookedUp: readonly string[] | undefined) {
  const waiting = e
    .selectFrom('lookups')
    .select('lookups.id')
    .whereRef('lookups.source', '=', 'deployments.source')
    .whereRef('lookups.upstream_id', '=', 'deployments.upstream_id');
  return lookedUp === undefined ? waiting : waiting.where('lookups.source', 'in', lookedUp);
}

/** Nobody worked on them. The numbers of their targets. */
async function endLookups(
  trx: Kysely<Tables>,
  deployments: readonly Pick<Selectable<DeploymentsTable>, 'source' | 'upstream_id' | 'delivery' | 'target_id'>[],
): Promise<readonly number[]> {
  const queued = deployments.filter(({ delivery }) => delivery === 'queued');
  for (const [source, rows] of Map.groupBy(queued, (row) => row.source)) {
    const ids = rows.map((row) => row.upstream_id);
    await trx.deleteFrom('lookups').where('source', '=', source).where('upstream_id', 'in', ids).execute();
  }
  return [...new Set(queued.map((row) => row.target_id))];
}

function lastSuccess(e: ExpressionBuilder<Tables, 'deployments'>) {
  return e
    .selectFrom('targets')
    .select((t) => t.fn.coalesce('targets.last_success_at', t.lit(0)).as('at'))
    .whereRef('targets.id', '=', 'deployments.target_id');
}

function oldSightings(trx: Kysely<Tables>, before: number) {
  return trx
    .selectFrom('sightings')
    .select(['id', 'source', 'upstream_id', 'kind'])
    .where('at', '<', before)
    .where((e) =>
      e.not(
        e.exists(
          e
            .selectFrom('incidents')
            .select('incidents.id')
            .whereRef('incidents.target_id', '=', 'sightings.target_id')
            .whereRef('incidents.kind', '=', 'sightings.about')
            .whereRef('incidents.opened_at', '<=', 'sightings.at')
            .where((i) => i.or([i('incidents.closed_at', 'is', null), i('incidents.closed_at', '>=', before)])),
        ),
      ),
    )
    .orderBy('at')
    .limit(ROWS_PER_STATEMENT);
}

/** Those that closed an incident go after it. */
function oldResolutions(trx: Kysely<Tables>, before: number) {
  return trx
    .selectFrom('resolutions')
    .select('id')
    .where('at', '<', before)
    .where((e) =>
      e.not(
        e.exists(
          e
            .selectFrom('incidents')
            .select('incidents.id')
            .whereRef('incidents.target_id', '=', 'resolutions.target_id')
            .whereRef('incidents.kind', '=', 'resolutions.about')
            .whereRef('incidents.opened_at', '<=', 'resolutions.at')
            .where((i) =>
              i.or([i('incidents.closed_at', 'is', null), i('incidents.closed_at', '>=', i.ref('resolutions.at'))]),
            ),
        ),
      ),
    )
    .limit(ROWS_PER_STATEMENT);
}

function verdictsOnNothing(trx: Kysely<Tables>) {
  return trx
    .selectFrom('verdicts')
    .select('id')
    .where((e) =>
      e.not(
        e.exists(
          e
            .selectFrom('deployments')
            .select('deployments.id')
            .whereRef('deployments.id', '=', 'verdicts.deployment_id'),
        ),
      ),
    )
    .limit(ROWS_PER_STATEMENT);
}

/**
 * The incidents that a target's two timestamps come from stay: they are read again after a late event. So do those
 * that a verdict on a deployment rests on which is still there.
 */
function oldIncidents(trx: Kysely<Tables>, before: number) {
  return trx
    .selectFrom('incidents')
    .innerJoin('targets', 'targets.id', 'incidents.target_id')
    .select('incidents.id')
    .where('incidents.closed_at', '<', before)
    .where((e) => e.not(e.exists(deploymentsWithin(e))))
    .where((e) => e.or([e('incidents.kind', '!=', 'errors'), e.not(e.exists(serviceDeploymentsWithin(e)))]))
    .where((e) =>
      e.or([
        e('incidents.kind', '!=', 'deployment'),
        e.and([
          e('incidents.opened_at', '!=', e.fn.coalesce('targets.failure_at', e.lit(0))),
          e('incidents.closed_at', '!=', e.fn.coalesce('targets.recovery_at', e.lit(0))),
        ]),
      ]),
    )
    .limit(ROWS_PER_STATEMENT);
}

function deploymentsWithin(e: ExpressionBuilder<Tables, 'incidents'>) {
  return e
    .selectFrom('deployments')
    .select('deployments.id')
    .whereRef('deployments.target_id', '=', 'incidents.target_id')
    .whereRef('deployments.at', '>=', 'incidents.opened_at')
    .whereRef('deployments.at', '<=', 'incidents.closed_at');
}

/** Errors are repaired by the deployments of another target of their service. */
function serviceDeploymentsWithin(e: ExpressionBuilder<Tables, 'incidents' | 'targets'>) {
  return e
    .selectFrom('deployments')
    .innerJoin('targets as deploying', 'deploying.id', 'deployments.target_id')
    .select('deployments.id')
    .whereRef('deploying.app', '=', 'targets.app')
    .whereRef('deploying.environment', '=', 'targets.environment')
    .whereRef('deployments.at', '>=', 'incidents.opened_at')
    .whereRef('deployments.at', '<=', 'incidents.closed_at');
}

async function remove(
  trx: Kysely<Tables>,
  table: Swept['table'],
  rows: readonly { readonly id: number }[],
): Promise<void> {
  await trx
    .deleteFrom(table)
    .where(
      'id',
      'in',
      rows.map(({ id }) => id),
    )
    .execute();
}
