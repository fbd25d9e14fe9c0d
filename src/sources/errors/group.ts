import { targetId } from '../../domain/deployment.ts';
import type { ErrorsSettings } from './settings.ts';
import { type Mapped, targetOf } from './target-of.ts';
import type { Above } from './watch.ts';

/** The subsystems that are one target. */
export interface Group extends Mapped {
  /** Of all of them. */
  readonly events: number;
  /** The one that is furthest over its own threshold; null where none is over. */
  readonly above: Above | null;
}

/** The counts by target, by `targetId`; what relabelling leaves out is left out. */
export function groupByTarget(
  bySubsystem: ReadonlyMap<string, number>,
  settings: ErrorsSettings,
): ReadonlyMap<string, Group> {
  const groups = new Map<string, Group>();
  // In the order of names: which team and which of two equal subsystems are shown must not depend on the answer's.
  for (const [subsystem, count] of [...bySubsystem].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const mapped = targetOf(subsystem, settings);
    if (mapped === null) continue;
    const id = targetId(mapped.target);
    const threshold = thresholdOf(subsystem, settings);
    const own = count > threshold ? { subsystem, count, threshold } : null;
    const group = groups.get(id);
    groups.set(id, {
      ...mapped,
      ...group,
      events: (group?.events ?? 0) + count,
      above: worse(group?.above ?? null, own),
    });
  }
  return groups;
}

function thresholdOf(subsystem: string, { thresholds }: ErrorsSettings): number {
  return Object.hasOwn(thresholds, subsystem) ? (thresholds[subsystem] ?? thresholds.default) : thresholds.default;
}

function worse(a: Above | null, b: Above | null): Above | null {
  if (a === null || b === null) return a ?? b;
  return b.count - b.threshold > a.count - a.threshold ? b : a;
}
