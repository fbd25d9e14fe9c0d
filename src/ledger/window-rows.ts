import type { Kysely, Selectable } from 'kysely';
import type { FailureCause } from '../domain/deployment.ts';
import type { WindowDeployment } from '../domain/deployment-timeline.ts';
import type { CloseOutcome } from '../domain/mttr.ts';
import type { Recovery } from '../domain/recovery-spans.ts';
import type { Span } from '../domain/windows.ts';
import { awaitedPages } from './awaited-lead-times.ts';
import { inSlices, ROWS_PER_STATEMENT } from './rows.ts';
import type { DeploymentsTable, Tables } from './tables.ts';
import { NO_WINDOW_CHANGES, type OfTarget, type WindowChanges } from './window-log.ts';
import { deploymentPages, type Place, pages } from './window-pages.ts';

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
 * Incidents, each with the deployment to blame and the target of that: its own failure, or the deployment that its opening
 * is attributed to, of whatever source that is; `blamed` is null where none is to blame.
 */
export function blamedIncidents(db: Kysely<Tables>) {
  return (
    db
      .selectFrom('incidents')
      .innerJoin('targets', 'targets.id', 'incidents.target_id')
      .leftJoin('sightings', (join) =>
        join
          .onRef('sightings.source', '=', 'targets.source')
          .onRef('sightings.upstream_id', '=', 'incidents.opened_by'),
      )
      // What errors are blamed on is another source's.
      .innerJoin('targets as culprits', (join) =>
        join.on((e) => e('culprits.id', '=', e.fn.coalesce('sightings.blamed_target', 'incidents.target_id'))),
      )
      // The retention may have taken the deployment's row: its target is known all the same.
      .leftJoin('deployments', (join) =>
        join
          .onRef('deployments.source', '=', 'culprits.source')
          .on((e) => e('deployments.upstream_id', '=', e.fn.coalesce('sightings.blamed', 'incidents.opened_by'))),
      )
      .select((e) => [
        'incidents.id',
        'incidents.kind',
        'incidents.opened_at',
        'incidents.closed_at',
        'sightings.blamed',
        e.fn.coalesce('sightings.blamed', 'incidents.opened_by').as('deployment'),
        'culprits.id as target',
      ])
  );
}

/** Those that have a recovery time and are change failures (counting.md §8). */
export function recoveries(db: Kysely<Tables>) {
  return (
    blamedIncidents(db)
      // What a person says is no change failure has no part in its recovery times.
      .where((e) => e(e.fn.coalesce('deployments.verdict', e.val('')), '!=', 'not_a_failure'))
      .where('incidents.outcome', 'in', WELL)
      .where('incidents.recovery_ms', 'is not', null)
      .where((e) => e.or([e('incidents.kind', '=', 'deployment'), e('sightings.blamed', 'is not', null)]))
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

/** The incidents of these targets that give a recovery time, and were closed in a span. */
export async function recoveriesWithin(
  db: Kysely<Tables>,
  targets: readonly number[],
  { after, until }: Span,
): Promise<readonly OfTarget<Recovery>[]> {
  const wanted = new Set(targets);
  const closed = recoveries(db).where('incidents.closed_at', '>', after).where('incidents.closed_at', '<=', until);
  const own = await inSlices(targets, (slice) => closed.where('incidents.target_id', 'in', slice).execute());
  // Of all kinds only these can be attributed to the deployment of another target.
  const others = await closed.where('incidents.kind', '=', 'errors').execute();
  const found = new Map([...own, ...others].map((row) => [row.id, recoveryOf(row)]));
  return [...found.values()].filter(({ target }) => wanted.has(target));
}

/** A target's deployments that ended in a span, in the order of their ends. */
export async function* readWindow(db: Kysely<Tables>, target: number, { after, until }: Span) {
  const read = (place: Place) =>
    db
      .selectFrom('deployments')
      .select(['id', 'sequence', 'outcome', 'change_failure_why', ...WINDOW_COLUMNS])
      .where('target_id', '=', target)
      .where('at', '>=', place.at)
      .where((e) => e.or([e('at', '>', place.at), e('id', '>', place.id)]))
      .where('at', '<=', until)
      .orderBy('at')
      .orderBy('id')
      .limit(ROWS_PER_STATEMENT)
      .execute();
  for await (const rows of pages(after, read)) {
    for (const row of rows) yield { row, window: windowDeployment(target, row) };
  }
}

/** Reads what windows are taken over that ended after `since`, in bounded parts, in the order of their ends. */
export async function* readWindowRows(db: Kysely<Tables>, since: number): AsyncGenerator<WindowChanges> {
  for await (const added of deploymentPages(db, since)) yield { ...NO_WINDOW_CHANGES, added };

  const incidents = async (after: Place) => {
    const rows = await recoveries(db)
      .where('incidents.closed_at', '>=', after.at)
      .where((e) => e.or([e('incidents.closed_at', '>', after.at), e('incidents.id', '>', after.id)]))
      .orderBy('incidents.closed_at')
      .orderBy('incidents.id')
      .limit(ROWS_PER_STATEMENT)
      .execute();
    return rows.map((row) => ({ ...row, at: row.closed_at ?? 0 }));
  };
  for await (const rows of pages(since, incidents)) {
    const found = rows.map((row) => ({ incident: row.id, recovery: recoveryOf(row) }));
    yield { ...NO_WINDOW_CHANGES, recoveries: found };
  }

  const changes = (after: Place) =>
    db
      .selectFrom('changes')
      .select(['id', 'target_id', 'at', 'lead_ms'])
      .where('lead_ms', 'is not', null)
      .where('at', '>=', after.at)
      .where((e) => e.or([e('at', '>', after.at), e('id', '>', after.id)]))
      .orderBy('at')
      .orderBy('id')
      .limit(ROWS_PER_STATEMENT)
      .execute();
  for await (const rows of pages(since, changes)) {
    const found = rows.map((row) => ({ target: row.target_id, at: row.at, leadMs: row.lead_ms ?? 0 }));
    yield { ...NO_WINDOW_CHANGES, changes: found };
  }
  for await (const awaited of awaitedPages(db)) yield { ...NO_WINDOW_CHANGES, awaited };
}
