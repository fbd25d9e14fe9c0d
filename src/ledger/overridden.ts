import type { Changes, SourceCount } from './projection.ts';
import { projectionOf, type TargetWork } from './target-work.ts';
import type { WindowLog } from './window-log.ts';

/** What came of a person's word, and what it changed. */
export type Overridden<R> =
  | { readonly kind: 'done'; readonly record: R; readonly changes: Changes }
  /** There is no such record. */
  | { readonly kind: 'unknown' }
  /** Nothing changed; `field` is what is wrong, `why` says how. */
  | { readonly kind: 'refused'; readonly field: string; readonly why: string };

export const unknown = { kind: 'unknown' } as const;

export function refused(field: string, why: string) {
  return { kind: 'refused', field, why } as const;
}

/** The record as it is now; what `works` does not hold is as it was. */
export function settled<R>(
  record: R,
  works: readonly TargetWork[],
  counts: readonly SourceCount[],
  log: WindowLog,
): Overridden<R> {
  const targets = works.filter(({ row }) => row.removed_at === null).map(projectionOf);
  return { kind: 'done', record, changes: { targets, gone: [], counts, successes: [], windows: log.changes } };
}
