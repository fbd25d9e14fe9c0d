import type { Kysely, Selectable } from 'kysely';
import type { Totals } from '../../domain/totals.ts';
import { awaitedNow } from '../awaited-lead-times.ts';
import type { ChangesTable } from '../change-tables.ts';
import type {
  DeploymentsTable,
  IncidentsTable,
  MarksTable,
  ResolutionsTable,
  SightingsTable,
  Tables,
} from '../tables.ts';
import { NO_WINDOW_CHANGES, type WindowChanges } from '../window-log.ts';
import { recoveries, recoveryOf, WINDOW_COLUMNS, windowDeployment } from '../window-rows.ts';

const DEPLOYMENT = [
  'id',
  'upstream_id',
  'outcome',
  'sequence',
  'ord',
  'duration_ms',
  'is_rollback',
  'recorded_at',
  'change_failure_counted',
  'rework_counted',
  ...WINDOW_COLUMNS,
] as const;

/** All that is kept of one target's history, as far as its past on `/metrics` goes. */
export interface PastRows {
  readonly target: { readonly id: number; readonly born_live_at: number | null; readonly totals: Totals };
  /** In the order of their moments. */
  readonly deployments: readonly Pick<Selectable<DeploymentsTable>, (typeof DEPLOYMENT)[number]>[];
  readonly sightings: readonly Pick<Selectable<SightingsTable>, 'upstream_id' | 'at' | 'blamed' | 'recorded_at'>[];
  readonly incidents: readonly Selectable<IncidentsTable>[];
  readonly resolutions: readonly Selectable<ResolutionsTable>[];
  /** When each deployment was first said to be a change failure, by its number. */
  readonly accused: ReadonlyMap<number, number>;
  readonly marks: readonly Pick<Selectable<MarksTable>, 'kind' | 'at'>[];
  readonly changes: readonly Pick<Selectable<ChangesTable>, 'upstream_id' | 'at' | 'recorded_at' | 'lead_ms'>[];
}

export async function readPastRows(db: Kysely<Tables>, target: PastRows['target']): Promise<PastRows> {
  const { id } = target;
  const verdicts = await db
    .selectFrom('verdicts')
    .innerJoin('deployments', 'deployments.id', 'verdicts.deployment_id')
    .where('deployments.target_id', '=', id)
    .where('verdicts.verdict', '=', 'failure')
    .groupBy('deployments.id')
    .select((e) => ['deployments.id', e.fn.min('verdicts.decided_at').as('at')])
    .execute();
  return {
    target,
    deployments: await db
      .selectFrom('deployments')
      .select(DEPLOYMENT)
      .where('target_id', '=', id)
      .orderBy('at')
      .orderBy('sequence')
      .orderBy('ord')
      .orderBy('upstream_id')
      .execute(),
    sightings: await db
      .selectFrom('sightings')
      .select(['upstream_id', 'at', 'blamed', 'recorded_at'])
      .where('target_id', '=', id)
      .orderBy('at')
      .execute(),
    incidents: await db.selectFrom('incidents').selectAll().where('target_id', '=', id).orderBy('opened_at').execute(),
    resolutions: await db.selectFrom('resolutions').selectAll().where('target_id', '=', id).execute(),
    accused: new Map(verdicts.map((row) => [row.id, row.at])),
    marks: await db.selectFrom('marks').select(['kind', 'at']).where('target_id', '=', id).orderBy('at').execute(),
    changes: await db
      .selectFrom('changes')
      .select(['upstream_id', 'at', 'recorded_at', 'lead_ms'])
      .where('target_id', '=', id)
      .where('lead_ms', 'is not', null)
      .execute(),
  };
}

/** What windows of the target are taken over. */
export async function windowsOf(
  db: Kysely<Tables>,
  { target, deployments, changes }: PastRows,
): Promise<WindowChanges> {
  const incidents = await recoveries(db).where('incidents.target_id', '=', target.id).execute();
  return {
    ...NO_WINDOW_CHANGES,
    added: deployments.map((row) => windowDeployment(target.id, row)),
    recoveries: incidents.map((row) => ({ incident: row.id, recovery: recoveryOf(row) })),
    changes: changes.map(({ at, lead_ms }) => ({ target: target.id, at, leadMs: lead_ms ?? 0 })),
    awaited: await awaitedNow(db, [target.id]),
  };
}
