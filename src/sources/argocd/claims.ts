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

/** Of the applications that map to one target the first by namespace and name is it (counting.md §3). */
export function claimTargets(listed: readonly Listed[], settings: ArgocdSettings): Claims {
  const claims = new Map<string, Claim>();
  const byTarget = new Map<string, Claim>();
  const filtered: Listed[] = [];
  const duplicates: { listed: Listed; taken: Claim }[] = [];
  const places = listed.map((one) => [placeOf(one), one] as const).sort(([a], [b]) => (a < b ? -1 : Number(a > b)));
  for (const [place, one] of places) {
    const mapped = targetOf(one, settings);
    if (mapped === null) {
      filtered.push(one);
      continue;
    }
    const id = targetId(mapped.target);
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
