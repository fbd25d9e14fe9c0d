import type { Application } from './application.ts';
import type { Counted } from './counting-attempts.ts';

/**
 * Whether an attempt that ended at `at` (milliseconds since the epoch) is one of an application that was before this one.
 * `argocd admin import`, and whatever else restores an object from a copy of it, brings its history and its last
 * operation back under another time of creation: of a target that was known then they have been told.
 */
export function isRestored(at: number, { createdAt }: Pick<Application, 'createdAt'>, { latest }: Counted): boolean {
  // What was remembered before it had a time says no more than that there was something.
  return latest !== null && at < createdAt && at <= (latest.at ?? createdAt);
}
