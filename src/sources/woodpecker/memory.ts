import { type TargetKey, targetId } from '../../domain/deployment.ts';
import type { Repository } from './pipeline.ts';
import type { Whence } from './target-of.ts';

/** What the collector remembers of one repository between polls: committed with what was read of it. */
export interface RepositoryMemory {
  readonly repository: Repository;
  /** The newest row as the listing last showed it; null: none. */
  readonly newest: NewestRow | null;
  readonly open: readonly OpenRow[];
  /** Targets that its pipelines have counted for. */
  readonly targets: readonly KnownTarget[];
  /** Milliseconds since the epoch: from when on its history is known whole. Rows created before are not looked at. */
  readonly observedSince: number;
  /** Left out by `repositories`: its history was not read. */
  readonly excluded: boolean;
}

/** Only what both the kept and the listed row have is compared; a feed has no `updated`. */
export interface NewestRow {
  readonly id: number;
  readonly status: string;
  readonly updated: number | null;
  readonly finished: number;
}

/** A row that is not decided yet. Times in milliseconds since the epoch. */
export interface OpenRow {
  readonly id: number;
  readonly number: number;
  readonly created: number;
  /** When it can be decided at the earliest; null: when its state changes. */
  readonly until: number | null;
  /** Since when it is asked for by its number; null: the listing shows it. */
  readonly askedSince: number | null;
  /** When it is asked for next. */
  readonly nextAsk: number;
}

export interface KnownTarget {
  readonly target: TargetKey;
  readonly team: string;
  /** Of its latest deployment: what it was mapped from. */
  readonly whence: Whence;
  /** No longer listed, and told so. */
  readonly gone: boolean;
}

/** The key of a repository's memory in the collector's state. */
export function memoryKey(repositoryId: number): string {
  return `repository:${repositoryId}`;
}

/** One entry for each target: as it is mapped now, and `gone` as it was told before. */
export function mergeTargets(before: readonly KnownTarget[], now: readonly KnownTarget[]): readonly KnownTarget[] {
  const merged = new Map(before.map((known) => [targetId(known.target), known]));
  for (const known of now) {
    const id = targetId(known.target);
    merged.set(id, { ...known, gone: merged.get(id)?.gone ?? known.gone });
  }
  return [...merged.values()];
}

/** Whether the listing shows the row that is kept. */
export function sameNewest(kept: NewestRow | null, listed: NewestRow | null): boolean {
  if (kept === null || listed === null) return kept === listed;
  if (kept.id !== listed.id || kept.status !== listed.status) return false;
  if (kept.updated !== null && listed.updated !== null) return kept.updated === listed.updated;
  return kept.finished === listed.finished;
}
