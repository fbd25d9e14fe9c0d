import type { Transaction } from 'kysely';
import type { Batch } from '../domain/batch.ts';
import type { Deployment } from '../domain/deployment.ts';
import { compareMoments } from '../domain/moment.ts';
import { awaitedNow } from './awaited-lead-times.ts';
import type { Counting } from './counts.ts';
import { insertRows } from './rows.ts';
import type { Tables } from './tables.ts';
import type { TargetWork } from './target-work.ts';
import type { WindowChanges } from './window-log.ts';

/**
 * What becomes of the commits of a deployment: they wait to be looked up; they were; it brought none (a failure, a
 * rollback, what the target had already); there is no forge to ask.
 */
export const DELIVERIES = ['queued', 'looked_up', 'nothing', 'no_forge'] as const;

export type Delivery = (typeof DELIVERIES)[number];

type Frame = Pick<Batch, 'source' | 'origin' | 'now' | 'commits'>;

/** A failed deployment delivers nothing: its commits count with the next success. Neither does a rollback. */
export function deliveryOf(
  { outcome, rollback }: Pick<Deployment, 'outcome' | 'rollback'>,
  { commits }: Pick<Frame, 'commits'>,
): Delivery | null {
  if (commits === undefined) return null;
  if (outcome === 'failure' || rollback === true) return 'nothing';
  return commits === 'lookup' ? 'queued' : 'no_forge';
}

/** Queues the lookups of what is new, or counts that nobody can be asked; returns the lead times that are awaited now. */
export async function queueLookups(
  trx: Transaction<Tables>,
  works: readonly TargetWork[],
  batch: Frame,
  counting: Counting,
): Promise<WindowChanges['awaited']> {
  const rows = works.flatMap(({ row, fresh }) =>
    fresh
      .map(({ deployment }) => deployment)
      .filter((deployment) => deliveryOf(deployment, batch) === 'queued')
      // Numbered in the order of history, which two of one second would not keep otherwise.
      .toSorted(compareMoments)
      .map(({ id, at }) => ({ upstream_id: id, target_id: row.id, at })),
  );
  const { source, origin, now } = batch;
  const common = { source, backfill: Number(origin === 'backfill'), queued_at: now, attempts: 0, next_at: now };
  await insertRows(
    trx,
    'lookups',
    rows.map((row) => ({ ...row, ...common, reason: null })),
  );
  for (const { fresh } of works) {
    const unknown = fresh.filter(({ deployment }) => deliveryOf(deployment, batch) === 'no_forge').length;
    counting.add('lead_time_unknown', { reason: 'no_forge' }, unknown);
  }
  const waiting = origin === 'backfill' ? new Set(rows.map((row) => row.target_id)) : [];
  return await awaitedNow(trx, [...waiting]);
}
