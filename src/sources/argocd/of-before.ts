import type { Application } from './application.ts';
import type { Counted } from './counting-attempts.ts';

/**
 * Whether an attempt that ended at `at` (milliseconds since the epoch) is none of the target's that is still to be told.
 * `argocd admin import`, and whatever else restores an object from a copy of it, brings its history and its last
 * operation back under another time of creation: of a target that was known then they have been told. And where another
 * application takes a target over (`tookOver`), what it did beside the one before is not the target's.
 */
export function isOfBefore(
  at: number,
  { createdAt }: Pick<Application, 'createdAt'>,
  { latest }: Counted,
  tookOver: boolean,
): boolean {
  if (latest === null) return false;
  // What was remembered before it had a time says no more than that there was something.
  return at <= (latest.at ?? createdAt) && (tookOver || at < createdAt);
}
