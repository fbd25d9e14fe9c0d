import type { FailureCause } from '../domain/deployment.ts';
import type { TimeStatistics } from '../domain/quantile.ts';
import type { Scalar, ScalarFamily, Shown, WindowShown } from './family.ts';
import { deploys, TARGET_LABELS } from './samples.ts';

/**
 * The families that a target has for each window, in the order of the page (counting.md §8). Sample sizes are always
 * there; a ratio is absent below `min_samples`, and a time over none.
 */
export const WINDOW_FAMILIES: readonly ScalarFamily[] = [
  {
    name: 'dora_window_deployments',
    type: 'gauge',
    help: 'Deployments that ended in the window, both outcomes.',
    labels: [...TARGET_LABELS, 'window'],
    kept: 'L',
    scope: 'target',
    samples: (shown) => perWindow(shown, ({ keys }) => one(keys.deployments)),
  },
  {
    name: 'dora_window_ratio_deployments',
    type: 'gauge',
    help: 'Deployments that ended in the window and whose failures could be seen: the denominator and sample size of the change failure ratio.',
    note: 'What an Argo CD application had deployed before its first poll is not among them: its history holds no failures.',
    labels: [...TARGET_LABELS, 'window'],
    kept: 'L',
    scope: 'target',
    samples: (shown) => perWindow(shown, ({ keys }) => one(keys.ratioDeployments)),
  },
  {
    name: 'dora_window_change_failures',
    type: 'gauge',
    help: 'Change failures among the deployments of dora_window_ratio_deployments, by what made them one.',
    note: '`deployment` always, the other causes from their first on.',
    labels: [...TARGET_LABELS, 'window', 'cause'],
    kept: 'L',
    scope: 'target',
    samples: (shown) =>
      perWindow(shown, ({ keys }) =>
        causesOf(shown).map((cause) => ({ labels: { cause }, value: keys.changeFailures[cause] ?? 0 })),
      ),
  },
  {
    name: 'dora_window_change_failure_ratio',
    type: 'gauge',
    help: 'Change failures over the deployments of dora_window_ratio_deployments, absent over fewer than min_samples.',
    labels: [...TARGET_LABELS, 'window'],
    kept: 'L',
    scope: 'target',
    samples: (shown) => perWindow(shown, ({ keys }) => one(keys.changeFailureRatio)),
  },
  {
    name: 'dora_window_rework_deployments',
    type: 'gauge',
    help: 'Rework among the deployments of dora_window_ratio_deployments: rollbacks, and those that repaired a failing target.',
    labels: [...TARGET_LABELS, 'window'],
    kept: 'L',
    scope: 'target',
    samples: (shown) => perWindow(shown, ({ keys }) => one(keys.rework)),
  },
  {
    name: 'dora_window_recovery_time_seconds',
    type: 'gauge',
    help: 'Time to recover, in seconds, over the failing spans of the target that ended in the window, absent over none.',
    labels: [...TARGET_LABELS, 'window', 'stat'],
    kept: 'L',
    scope: 'target',
    samples: (shown) => perWindow(shown, ({ keys }) => statistics(keys.recovery)),
  },
  {
    name: 'dora_window_lead_time_seconds',
    type: 'gauge',
    help: 'Time from commit to deployed, in seconds, over the changes that were deployed in the window, absent over none.',
    note: 'Absent, too, while commits of a first read are still looked up.',
    labels: [...TARGET_LABELS, 'window', 'stat'],
    kept: 'L',
    scope: 'target',
    samples: (shown) => perWindow(shown, ({ keys }) => statistics(keys.leadTime)),
  },
  {
    name: 'dora_window_recoveries',
    type: 'gauge',
    help: 'Failing spans of the target that ended in the window: the sample size of dora_window_recovery_time_seconds.',
    labels: [...TARGET_LABELS, 'window'],
    kept: 'L',
    scope: 'target',
    samples: (shown) => perWindow(shown, ({ keys }) => one(keys.recovery.count)),
  },
  {
    name: 'dora_window_changes',
    type: 'gauge',
    help: 'Changes with a known lead time that were deployed in the window: the sample size of dora_window_lead_time_seconds.',
    labels: [...TARGET_LABELS, 'window'],
    kept: 'L',
    scope: 'target',
    samples: (shown) => perWindow(shown, ({ keys }) => one(keys.leadTime.count)),
  },
];

/** Mean, median and 90th percentile, in seconds; none over none. */
export function statistics({ mean, median, p90 }: TimeStatistics): readonly Scalar[] {
  return Object.entries({ mean, median, p90 }).flatMap(([stat, ms]) => one(ms === null ? null : ms / 1000, { stat }));
}

function one(value: number | null, labels: Scalar['labels'] = {}): readonly Scalar[] {
  return value === null ? [] : [{ labels, value }];
}

function perWindow(shown: Shown, samples: (window: WindowShown) => readonly Scalar[]): readonly Scalar[] {
  if (!deploys(shown.projection)) return [];
  return shown.windows.flatMap((window) =>
    samples(window).map(({ labels, value }) => ({ labels: { window: window.name, ...labels }, value })),
  );
}

/** `deployment` always, the others from their first on: also when that has aged out of every window. */
function causesOf({ projection, windows }: Shown): readonly FailureCause[] {
  const known = [projection.totals.changeFailures, ...windows.map(({ keys }) => keys.changeFailures)];
  return [
    ...new Set<FailureCause>(['deployment', ...known.flatMap((counts) => Object.keys(counts) as FailureCause[])]),
  ];
}
