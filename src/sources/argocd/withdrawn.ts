import { type Application, hasFailed } from './application.ts';
import { isBelieved } from './health.ts';

/** A commit, or an OCI digest's hexadecimal part; never a branch or a chart's version. */
const SHA = /^(?:sha\d+:)?[0-9a-f]{7,64}$/i;

/**
 * Whether the change that failed was taken back without a deployment (counting.md §4): the application is Synced and
 * Healthy at another SHA than the one that failed, and no operation has followed. To be asked only when sync has just
 * become Synced: later the branch may move on under a change that is live. `date` in milliseconds since the epoch.
 */
export function isWithdrawn({ operation, sync, health, comparedTo }: Application, date: number): boolean {
  if (operation === null || !hasFailed(operation) || sync !== 'Synced' || health.status !== 'Healthy') return false;
  if (!isBelieved(health, { ...health, date, operation })) return false;
  const moved = comparedTo.filter((revision, index) => revision !== operation.revisions[index]);
  return operation.revisions.length > 0 && moved.length > 0 && moved.every((revision) => SHA.test(revision));
}
