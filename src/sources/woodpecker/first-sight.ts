import type { Listed } from './listing.ts';
import type { RepositoryMemory } from './memory.ts';
import { blankMemory } from './read-history.ts';
import type { WoodpeckerSettings } from './settings.ts';
import { isWanted } from './target-of.ts';

/** What to do with a listed repository before its news are looked at. */
export type FirstSight =
  | { readonly kind: 'known' }
  /** Its history is to be read first. */
  | { readonly kind: 'unread' }
  /** There is nothing to read: it is known from now on as this. */
  | { readonly kind: 'begin'; readonly memory: RepositoryMemory };

/** `date` is the upstream's time of the listing, in milliseconds since the epoch. */
export function firstSight(
  listed: Listed,
  memory: RepositoryMemory | undefined,
  settings: WoodpeckerSettings,
  date: number,
): FirstSight {
  const { repository } = listed;
  if (repository === null) return { kind: memory === undefined ? 'unread' : 'known' };
  const excluded = !isWanted(repository, settings);
  if (memory !== undefined && memory.excluded === excluded) return { kind: 'known' };
  if (excluded) {
    const begun = memory ?? blankMemory(listed, date, { repository });
    return { kind: 'begin', memory: { ...begun, excluded } };
  }
  if (listed.newest !== null) return { kind: 'unread' };
  const begun = blankMemory(listed, date - settings.backfillMs, { repository });
  return { kind: 'begin', memory: { ...begun, targets: memory?.targets ?? [] } };
}
