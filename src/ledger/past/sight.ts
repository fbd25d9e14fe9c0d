import type { PastRows } from './past-rows.ts';

/** When a scrape would have shown a row first, in milliseconds since the epoch. */
export interface Sight {
  /** Of what was recorded at a time, and was at another. */
  of(row: { readonly at: number; readonly recorded_at: number }): number;
  /** Of a deployment or a sighting by its upstream id; undefined where its row was swept. */
  byId(upstreamId: string | null): number | undefined;
  /** Of a change whose lead time was found. */
  ofLeadTime(row: { readonly upstream_id: string; readonly at: number; readonly recorded_at: number }): number;
}

/**
 * What came with the first read of a history, the rows that were recorded first, is shown at its own time: nobody saw it
 * come. All else was there once it was recorded, and, where the target was born live, not before its counters were let go
 * after `birthHoldMs` (design.md §5, birth).
 */
export function sightOf({ target, deployments, sightings }: PastRows, birthHoldMs: number): Sight {
  const { born_live_at: bornLiveAt } = target;
  const first = Math.min(...[...deployments, ...sightings].map((row) => row.recorded_at));
  const released = bornLiveAt === null ? 0 : bornLiveAt + birthHoldMs;
  const isHistory = (recordedAt: number) => bornLiveAt === null && recordedAt <= first;
  const of: Sight['of'] = (row) =>
    isHistory(row.recorded_at) ? Math.min(row.at, row.recorded_at) : Math.max(row.recorded_at, released);
  const rows = new Map([...deployments, ...sightings].map((row) => [row.upstream_id, row]));
  const leadTimesSince = target.totals.leadTimes?.shownSince ?? 0;
  return {
    of,
    byId(upstreamId) {
      const row = rows.get(upstreamId ?? '');
      return row === undefined ? undefined : of(row);
    },
    ofLeadTime(row) {
      const deployment = rows.get(row.upstream_id);
      const wasRead = deployment === undefined || isHistory(deployment.recorded_at);
      if (wasRead && row.recorded_at <= leadTimesSince) return row.at;
      return Math.max(row.recorded_at, leadTimesSince + birthHoldMs);
    },
  };
}
