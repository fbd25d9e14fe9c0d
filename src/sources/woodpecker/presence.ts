import type { Batch } from '../../domain/batch.ts';
import { targetId } from '../../domain/deployment.ts';
import { Missing } from '../missing.ts';
import { type KnownTarget, memoryKey, type RepositoryMemory } from './memory.ts';
import { isMapped } from './rename.ts';
import type { WoodpeckerSettings } from './settings.ts';

/** What changed about which targets are there. */
export interface PresenceNews {
  readonly listings: Batch['listings'];
  readonly memories: readonly RepositoryMemory[];
}

/**
 * Which targets the listing still has. One that a complete good poll lacks is removed once `forget_after` has
 * passed since the first such poll after the start (counting.md §2.8); one that is there again is back at once.
 */
export class Presence {
  readonly #settings: WoodpeckerSettings;
  readonly #missing: Missing;
  /** By repository, the memory that was looked at and which of its targets are still mapped to. */
  readonly #mapped = new Map<
    string,
    { readonly memory: RepositoryMemory; readonly targets: ReadonlySet<KnownTarget> }
  >();

  constructor(settings: WoodpeckerSettings) {
    this.#settings = settings;
    this.#missing = new Missing(settings.forgetAfterMs);
  }

  /**
   * `listed` are ids with names; a name is null where only the id is known, or the repository is left out. `good`: the poll was complete and good;
   * `now` in milliseconds that never go back.
   */
  look(
    memories: Iterable<RepositoryMemory>,
    listed: ReadonlyMap<number, string | null>,
    good: boolean,
    now: number,
  ): PresenceNews {
    const all = [...memories];
    const present = new Set<string>();
    const names = new Set(listed.values());
    for (const memory of all) {
      const name = listed.get(memory.repository.id);
      // One that was left out and is wanted again is there, though its history is yet to be read.
      if (name === undefined || (memory.excluded && name === null)) continue;
      for (const known of this.#mappedTargets(memory)) present.add(targetId(known.target));
    }
    const listings: Batch['listings'][number][] = [];
    const changed: RepositoryMemory[] = [];
    for (const memory of all) {
      // Removed and added again, it comes with a new id, and goes on.
      const goesOn = !listed.has(memory.repository.id) && names.has(memory.repository.fullName);
      const targets = memory.targets.map((known): KnownTarget => {
        const id = targetId(known.target);
        const there = present.has(id) || goesOn;
        if (there) this.#missing.found(id);
        if (there && !known.gone) return known;
        if (there) {
          listings.push({ target: known.target, change: 'listed' });
          return { ...known, gone: false };
        }
        if (known.gone || !good || !this.#missing.isOverdue(id, now)) return known;
        listings.push({ target: known.target, change: 'removed' });
        return { ...known, gone: true };
      });
      if (targets.some((known, i) => known !== memory.targets[i])) changed.push({ ...memory, targets });
    }
    return { listings, memories: changed };
  }

  #mappedTargets(memory: RepositoryMemory): ReadonlySet<KnownTarget> {
    const key = memoryKey(memory.repository.id);
    const before = this.#mapped.get(key);
    if (before?.memory === memory) return before.targets;
    const targets = new Set(memory.targets.filter((known) => isMapped(known, memory.repository, this.#settings)));
    this.#mapped.set(key, { memory, targets });
    return targets;
  }
}
