/** What comes of a case: when every state is seen, and when only the first and the last are. */
export interface Row {
  readonly every: readonly string[];
  readonly ends: readonly string[];
  /** With `degraded_for` 1s instead of 2m, where it is not the same. */
  readonly everyBrief?: readonly string[];
}

const same = (...lines: readonly string[]): Row => ({ every: lines, ends: lines });

/** Worked out by hand from the rules of counting and the recordings. Times of day, UTC, 2026-11-22. */
export const TABLE: Readonly<Record<string, Row>> = {
  '109-case-ok': same('success 01:04:08 history 0', 'success 01:04:13 history 1'),
  '110-case-degraded-recover': {
    ...same('success 01:04:15 history 0', 'success 01:04:16 history 1'),
    everyBrief: [
      'success 01:04:15 history 0',
      'success 01:04:16 history 1',
      'degraded incident 01:04:17 recovered 01:04:20',
    ],
  },
  '111-case-sync-failed': same(
    'success 01:04:20 history 0',
    'failure 01:04:21 operation',
    'deployment incident 01:04:21 open',
  ),
  '112-case-error-path': same('failure 01:04:23 operation', 'deployment incident 01:04:23 open'),
  '113-case-error-yaml': same(
    'success 01:04:26 history 0',
    'failure 01:04:27 operation',
    'deployment incident 01:04:27 open',
  ),
  '114-case-bad-revision': same('failure 01:09:45 operation', 'deployment incident 01:09:45 open'),
  '115-case-retry-fail': same('failure 01:05:59 operation', 'deployment incident 01:05:59 open'),
  '116-case-retry-ok': same('success 01:06:03 history 0'),
  '117-case-dry-run': {
    every: ['success 01:06:09 history 0', 'dry_run operation 01:06:10', 'dry_run operation 01:06:13'],
    // What was not seen is not counted as ignored.
    ends: ['success 01:06:09 history 0', 'dry_run operation 01:06:13'],
  },
  '118-case-partial': same('success 01:06:17 history 0', 'partial operation 01:06:18'),
  '119-case-resync': same('success 01:06:20 history 0', 'resync history 1', 'resync history 2'),
  '120-case-rollback': same(
    'success 01:06:29 history 0',
    'success 01:06:30 history 1',
    'success 01:06:32 history 2 rollback',
  ),
  '121-case-self-heal': {
    every: ['success 01:06:36 history 0', 'self_heal operation 01:06:37', 'self_heal operation 01:06:40'],
    ends: ['success 01:06:36 history 0', 'self_heal operation 01:06:40'],
  },
  '122-case-auto-noop-commit': same('success 01:06:44 history 0', 'success 01:06:46 history 1'),
  '123-case-hook-failed': same('failure 01:06:52 operation', 'deployment incident 01:06:52 open'),
  // Degraded has stood for less than a second when the recording ends.
  '124-case-wave-degraded': same('failure 01:07:37 operation', 'deployment incident 01:07:37 open'),
  '125-case-terminated': same('aborted operation 01:15:43'),
  '126-case-multi-source': same('success 01:07:39 history 0', 'success 01:07:39 history 1'),
  '127-case-source-param': same('success 01:07:42 history 0', 'success 01:07:44 history 1'),
  '128-case-history-limit': {
    every: [
      'success 01:07:45 history 0',
      'success 01:07:46 history 1',
      'success 01:07:48 history 2',
      'success 01:07:49 history 3',
    ],
    // Two entries are kept: of four that were made since the first state, two are lost.
    ends: ['success 01:07:48 history 2', 'success 01:07:49 history 3', 'gaps 2'],
  },
  '129-case-prune': same('success 01:07:52 history 0', 'success 01:07:54 history 1', 'resync history 2'),
  '130-case-suspended': same('success 01:07:59 history 0'),
  '131-case-team-namespace': same('success 01:08:02 history 0'),
  '132-case-delete': {
    every: ['success 01:16:01 history 0', 'delete removed'],
    // Deployed and deleted between two looks: nothing is left that tells of it.
    ends: ['delete removed'],
  },
  '133-case-erased-failure': {
    every: [
      'failure 01:09:43 operation',
      'success 01:09:44 history 0',
      'deployment incident 01:09:43 recovered 01:09:44',
    ],
    ends: ['failure 01:09:43 event', 'success 01:09:44 history 0', 'deployment incident 01:09:43 recovered 01:09:44'],
  },
  '134-case-auto-failed-then-fixed': {
    every: [
      'success 01:16:37 history 0',
      'failure 01:16:38 operation',
      'success 01:16:43 history 1',
      'deployment incident 01:16:38 recovered 01:16:43',
    ],
    ends: [
      'success 01:16:37 history 0',
      'failure 01:16:38 event',
      'success 01:16:43 history 1',
      'deployment incident 01:16:38 recovered 01:16:43',
    ],
  },
  '135-case-health-flap': {
    ...same('success 01:16:57 history 0'),
    // Progressing at 01:17:02 is no failure.
    everyBrief: ['success 01:16:57 history 0', 'degraded incident 01:16:59 recovered 01:17:00'],
  },
};
