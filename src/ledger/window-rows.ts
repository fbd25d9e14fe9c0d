import { setImmediate } from 'node:timers/promises';
import type { Kysely, Selectable } from 'kysely';
import type { FailureCause } from '../domain/deployment.ts';
import type { WindowDeployment } from '../domain/deployment-timeline.ts';
import type { CloseOutcome } from '../domain/mttr.ts';
import type { Recovery } from '../domain/recovery-spans.ts';
import { inSlices, ROWS_PER_STATEMENT } from './rows.ts';
import type { DeploymentsTable, Tables } from './tables.ts';
import { NO_WINDOW_CHANGES, type OfTarget, type WindowChanges } from './window-log.ts';

/** After these ends the target is well: such an incident has a recovery time. */
export const WELL: readonly CloseOutcome[] = ['recovered', 'resolved', 'withdrawn'];

/** The columns that windows are taken over. */
export const WINDOW_COLUMNS = ['at', 'failures_seen', 'change_failure', 'rework'] as const;

export function windowDeployment(
  target: number,
  row: Pick<Selectable<DeploymentsTable>, (typeof WINDOW_COLUMNS)[number]>,
): OfTarget<WindowDeployment> {
  return {
    target,
    at: row.at,
    failuresSeen: row.failures_seen === 1,
    changeFailure: row.change_failure as FailureCause | null,
    isRework: row.rework !== null,
  };
}

/**
 * Incidents that have a recovery time and are change failures (counting.md §8), each with the deployment to blame and the
 * target of that: its own failure, or the deployment that its opening is attributed to, of whatever source that is.
 */
export function recoveries(db: Kysely<Tables>) {
  return (
    db
      .selectFrom('incidents')
      .innerJoin('targets', 'targets.id', 'incidents.target_id')
      .leftJoin('sightings', (join) =>
        join
          .onRef('sightings.source', '=', 'targets.source')
          .onRef('sightings.upstream_id', '=', 'incidents.opened_by'),
      )
      // The retention may have taken the deployment's row: it was one of the same target.
      .leftJoin('deployments', (join) =>
        join
          .onRef('deployments.source', '=', 'targets.source')
          .onRef('deployments.upstream_id', '=', 'sightings.blamed'),
      )
      .where('incidents.outcome', 'in', WELL)
      .where('incidents.recovery_ms', 'is not', null)
      .where((e) => e.or([e('incidents.kind', '=', 'deployment'), e('sightings.blamed', 'is not', null)]))
      .select((e) => [
        'incidents.id',
        'incidents.kind',
        'incidents.opened_at',
        'incidents.closed_at',
        e.fn.coalesce('sightings.blamed', 'incidents.opened_by').as('deployment'),
        e.fn.coalesce('deployments.target_id', 'incidents.target_id').as('target'),
      ])
  );
}

interface RecoveryRow {
  readonly id: number;
  readonly opened_at: number;
  readonly closed_at: number | null;
  readonly deployment: string;
  readonly target: number;
}

export function recoveryOf({ id, opened_at, closed_at, deployment, target }: RecoveryRow): OfTarget<Recovery> {
  // A person's word can come with a time before the failure: it took no time then.
  const closedAt = closed_at ?? opened_at;
  return { target, incident: id, deployment, openedAt: Math.min(opened_at, closedAt), closedAt };
}

/** These incidents as windows see them now: null where no recovery time is to be told. */
export async function recoveriesOf(
  db: Kysely<Tables>,
  incidents: readonly number[],
): Promise<WindowChanges['recoveries']> {
  const rows = await inSlices(incidents, (slice) => recoveries(db).where('incidents.id', 'in', slice).execute());
  const found = new Map(rows.map((row) => [row.id, recoveryOf(row)]));
  return incidents.map((incident) => ({ incident, recovery: found.get(incident) ?? null }));
}

/** Reads what windows are taken over that ended after `since`, in bounded parts, deployments in the order of their ends. */
export async function* readWindowRows(db: Kysely<Tables>, since: number): AsyncGenerator<WindowChanges> {
  let place = { at: since, id: Number.MAX_SAFE_INTEGER };
  for (;;) {
    const rows = await db
      .selectFrom('deployments')
      .select(['id', 'target_id', ...WINDOW_COLUMNS])
      .where((e) => e.or([e('at', '>', place.at), e.and([e('at', '=', place.at), e('id', '>', place.id)])]))
      .where('at', '>=', place.at)
      .orderBy('at')
      .orderBy('id')
      .limit(ROWS_PER_STATEMENT)
      .execute();
    yield { ...NO_WINDOW_CHANGES, added: rows.map((row) => windowDeployment(row.target_id, row)) };
    const last = rows.at(-1);
    if (last === undefined || rows.length < ROWS_PER_STATEMENT) break;
    place = last;
    await setImmediate();
  }
  place = { at: since, id: Number.MAX_SAFE_INTEGER };
  for (;;) {
    const rows = await recoveries(db)
      .where((e) =>
        e.or([
          e('incidents.closed_at', '>', place.at),
          e.and([e('incidents.closed_at', '=', place.at), e('incidents.id', '>', place.id)]),
        ]),
      )
      .where('incidents.closed_at', '>=', place.at)
      .orderBy('incidents.closed_at')
      .orderBy('incidents.id')
      .limit(ROWS_PER_STATEMENT)
      .execute();
    yield {
      ...NO_WINDOW_CHANGES,
      recoveries: rows.map((row) => ({ incident: row.id, recovery: recoveryOf(row) })),
    };
    const last = rows.at(-1);
    if (last === undefined || rows.length < ROWS_PER_STATEMENT) break;
    place = { at: last.closed_at ?? 0, id: last.id };
    await setImmediate();
  }
}
