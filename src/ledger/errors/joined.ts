import type { Changes, TargetProjection } from '../projection.ts';
import { joinedWindows } from '../window-log.ts';

/** What several steps of one transaction changed: of a target that more than one did, the last word. */
export function joined(parts: readonly Changes[]): Changes {
  const targets = new Map<number, TargetProjection>();
  for (const part of parts) for (const target of part.targets) targets.set(target.id, target);
  return {
    targets: [...targets.values()],
    gone: parts.flatMap(({ gone }) => gone),
    counts: parts.flatMap(({ counts }) => counts),
    windows: joinedWindows(parts.map(({ windows }) => windows)),
    successes: parts.flatMap(({ successes }) => successes),
  };
}
