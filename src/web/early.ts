import type { CollectorRecord } from '../ledger/records.ts';

/** Why no target is known, in words. */
export function whyNothing(collectors: readonly CollectorRecord[], workspaces: readonly string[]): string {
  if (collectors.length + workspaces.length === 0) return 'Not known: no source is configured.';
  if (collectors.some(({ up }) => up === null)) return 'Not known yet: the first poll has not ended.';
  if (collectors.some(({ backfill }) => (backfill?.pending ?? 0) > 0))
    return 'Not known yet: the history is still being read.';
  if (collectors.some(({ up }) => up === false)) return 'Not known: a source cannot be read.';
  return 'Not known: no deployment was seen.';
}
