import { type TargetKey, targetId } from '../../domain/deployment.ts';
import type { KnownTarget, RepositoryMemory } from './memory.ts';
import type { Repository } from './pipeline.ts';
import type { WoodpeckerSettings } from './settings.ts';
import { targetOf } from './target-of.ts';

/** A repository known by its id that comes with another name: its targets go on under the new one (counting.md §2.7). */
export function rename(
  memory: RepositoryMemory,
  repository: Repository,
  settings: WoodpeckerSettings,
): { readonly memory: RepositoryMemory; readonly moves: readonly { from: TargetKey; to: TargetKey }[] } {
  const moves: { from: TargetKey; to: TargetKey }[] = [];
  const targets = memory.targets.map((known): KnownTarget => {
    const mapped = mapping(known, repository, settings);
    if (mapped === null || !isMapped(known, memory.repository, settings)) return known;
    if (targetId(mapped.target) !== targetId(known.target)) moves.push({ from: known.target, to: mapped.target });
    return { ...known, ...mapped };
  });
  return { memory: { ...memory, repository, targets }, moves };
}

/** Whether the configuration maps what the target was mapped from to it still. */
export function isMapped(known: KnownTarget, repository: Repository, settings: WoodpeckerSettings): boolean {
  const mapped = mapping(known, repository, settings);
  return mapped !== null && targetId(mapped.target) === targetId(known.target);
}

/** Where the configuration maps a known target to now; null: nowhere. */
export function mapping(known: KnownTarget, repository: Repository, settings: WoodpeckerSettings) {
  const mapped = targetOf(known.whence, repository, settings);
  return 'ignored' in mapped ? null : mapped;
}
