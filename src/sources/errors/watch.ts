import type { Sighting } from '../../domain/batch.ts';
import { type TargetKey, targetId } from '../../domain/deployment.ts';

/** What is remembered of a target between polls, committed with what was read of it. Times in ms since the epoch. */
export interface TargetMemory {
  readonly target: TargetKey;
  readonly team: string;
  /** Its first poll. */
  readonly observedSince: number;
  /** The incident that was told of and has not ended: its first and its latest poll above the threshold. */
  readonly open: { readonly since: number; readonly lastAbove: number } | null;
  /** When it was told that it is no longer there; null: it is there. */
  readonly goneAt: number | null;
}

/** A subsystem that is over its threshold. */
export interface Above {
  readonly subsystem: string;
  readonly count: number;
  readonly threshold: number;
}

/**
 * What a poll at `at` makes of a target (counting.md §9): an incident opens at the first poll above and ends at the
 * last one above, once it was not above for `holdMs`. `above`: its worst subsystem, null where none is over.
 */
export function watch(
  before: TargetMemory,
  above: Above | null,
  at: number,
  {
    holdMs,
    window,
    blameWithinMs,
  }: { readonly holdMs: number; readonly window: string; readonly blameWithinMs: number },
): { readonly open: TargetMemory['open']; readonly sightings: readonly Sighting[] } {
  const { open } = before;
  const sight = (kind: 'failure' | 'recovery', when: number, details: Sighting['details']): Sighting => ({
    id: `${kind} ${targetId(before.target)} ${when}`,
    target: before.target,
    about: 'errors',
    kind,
    at: when,
    blameWithinMs: kind === 'failure' ? blameWithinMs : null,
    details,
  });
  if (above !== null) {
    if (open !== null) return { open: { since: open.since, lastAbove: Math.max(at, open.lastAbove) }, sightings: [] };
    const details = { subsystem: above.subsystem, events: above.count, threshold: above.threshold, window };
    return { open: { since: at, lastAbove: at }, sightings: [sight('failure', at, details)] };
  }
  if (open === null || at - open.lastAbove < holdMs) return { open, sightings: [] };
  return { open: null, sightings: [sight('recovery', open.lastAbove, { window })] };
}
