import type { Outcome } from '../trouble.ts';

/** A commit as every forge tells it. */
export interface Commit {
  /** In full. */
  readonly sha: string;
  /** The author's date, in milliseconds since the epoch; null: none, or nonsense. */
  readonly at: number | null;
  /** It has more than one parent. */
  readonly merge: boolean;
}

/** The commits that a head has and a base has not. */
export interface Comparison {
  /** The oldest first, at most `MOST_COMMITS`. */
  readonly commits: readonly Commit[];
  /** How many more there are. */
  readonly more: number;
}

/** Most commits of one comparison that are looked at (counting.md §6). */
export const MOST_COMMITS = 250;

/** A forge, as a lookup sees it. What was told once is not asked for again. Throws `stop.reason`. */
export interface Forge {
  /** `ref`: a SHA, at least seven digits of it. */
  commit(repository: string, ref: string, stop: AbortSignal): Promise<Outcome<Commit>>;
  /** `not_found` also where only the base is gone. Both are whole SHAs. */
  compare(repository: string, base: string, head: string, stop: AbortSignal): Promise<Outcome<Comparison>>;
}
