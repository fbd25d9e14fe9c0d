import type { Selectable } from 'kysely';
import type { Attempt } from '../domain/attribution.ts';
import type { DeploymentsTable } from './tables.ts';

/** What a verdict needs of a deployment's row. */
export const RECORDED_COLUMNS = [
  'id',
  'upstream_id',
  'outcome',
  'at',
  'sequence',
  'ord',
  'identity',
  'started_at',
  'is_rollback',
  'beginning_known',
  'failures_seen',
  'change_failure',
  'change_failure_why',
  'change_failure_counted',
  'rework',
  'rework_counted',
  'verdict',
] as const satisfies readonly (keyof DeploymentsTable)[];

/** A deployment that was recorded before, as far as a fold or a verdict goes. */
export type RecordedDeployment = Pick<Selectable<DeploymentsTable>, (typeof RECORDED_COLUMNS)[number]>;

export function attemptOf(row: RecordedDeployment): Attempt {
  return {
    id: row.upstream_id,
    outcome: row.outcome === 'failure' ? 'failure' : 'success',
    at: row.at,
    sequence: row.sequence,
    order: row.ord,
    identity: row.identity,
    startedAt: row.started_at,
    rollback: row.is_rollback === 1,
  };
}
