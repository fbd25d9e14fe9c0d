import { targetId } from '../../domain/deployment.ts';
import { type Listed, placeOf } from './application.ts';
import type { ArgocdSettings } from './settings.ts';
import { type Mapped, targetOf } from './target-of.ts';

/** A listed application that is a target. */
export interface Claim extends Mapped {
  readonly listed: Listed;
}

/** Which of the listed applications are targets. */
export interface Claims {
  /** By place. */
  readonly claims: ReadonlyMap<string, Claim>;
  readonly filtered: readonly Listed[];
  /** Applications that map to a target which another one is. */
  readonly duplicates: readonly { readonly listed: Listed; readonly taken: Claim }[];
}

/** Where a listed application is, and what it is mapped to. */
export interface Placed {
  readonly listed: Listed;
  readonly place: string;
  readonly mapped: Mapped | null;
  /** Of the target; empty where there is none. */
  readonly id: string;
}

/** What was found out of the same item before still holds: the settings of a collector never change. */
function placedBy(listed: Listed, settings: ArgocdSettings, known: WeakMap<Listed, Placed>): Placed {
  const before = known.get(listed);
  if (before !== undefined) return before;
  const mapped = targetOf(listed, settings);
  const found = { listed, place: placeOf(listed), mapped, id: mapped === null ? '' : targetId(mapped.target) };
  known.set(listed, found);
  return found;
}

function byPlace(a: Placed, b: Placed): number {
  return a.place < b.place ? -1 : Number(a.place > b.place);
}

/** Of the applications that map to one target the first by namespace and name is it (counting.md §3). */
export function claimTargets(
  listed: readonly Listed[],
  settings: ArgocdSettings,
  known: WeakMap<Listed, Placed> = new WeakMap(),
): Claims {
  const claims = new Map<string, Claim>();
  const byTarget = new Map<string, Claim>();
  const filtered: Listed[] = [];
  const duplicates: { listed: Listed; taken: Claim }[] = [];
  const placed = listed.map((one) => placedBy(one, settings, known)).sort(byPlace);
  for (const { place, listed: one, mapped, id } of placed) {
    if (mapped === null) {
      filtered.push(one);
      continue;
    }
    const taken = byTarget.get(id);
    if (taken !== undefined) {
      duplicates.push({ listed: one, taken });
      continue;
    }
    const claim = { ...mapped, listed: one };
    byTarget.set(id, claim);
    claims.set(place, claim);
  }
  return { claims, filtered, duplicates };
}
