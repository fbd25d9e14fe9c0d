import type { Totals } from '../domain/totals.ts';

/**
 * Whether a target's lead times can be told: not while commits of what its first read brought are still to be looked up,
 * as those that are known would stand for all.
 */
export function leadTimesWhole({ leadTimes }: Totals): boolean {
  return leadTimes === undefined || leadTimes.shownSince !== null;
}
