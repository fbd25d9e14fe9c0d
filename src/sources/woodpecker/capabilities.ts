import type { Capabilities, IgnoredReason } from '../../domain/batch.ts';

/** A pipeline succeeds or fails; of what it deployed it tells nothing. */
export const CAPABILITIES: Capabilities = { kinds: ['deployment'], causes: ['deployment'], rework: ['deployment'] };

/** Why a pipeline may not count (counting.md §1). */
export const IGNORES: readonly IgnoredReason[] = [
  'gone',
  'event',
  'branch',
  'environment',
  'filtered',
  'canceled',
  'declined',
  'skipped',
  'error',
  'superseded',
  'killed_user',
  'not_run',
  'workflow',
  'killed',
  'no_time',
  'expired',
];
