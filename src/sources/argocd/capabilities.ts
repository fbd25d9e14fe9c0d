import type { Capabilities, IgnoredReason } from '../../domain/batch.ts';

/** A sync succeeds or fails, what it deployed can be Degraded after it, and it can be rolled back. */
export const CAPABILITIES: Capabilities = {
  kinds: ['deployment', 'degraded'],
  causes: ['deployment', 'degraded', 'rollback'],
  rework: ['rollback', 'deployment', 'degraded'],
};

/** Why an attempt, or a whole application, may not count (counting.md §3). */
export const IGNORES: readonly IgnoredReason[] = [
  'filtered',
  'dry_run',
  'self_heal',
  'partial',
  'aborted',
  'local',
  'resync',
  'repeated',
  'duplicate_target',
];
