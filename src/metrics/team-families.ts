import type { TeamFamily, TeamShown } from './family.ts';
import { statistics } from './window-families.ts';

const TEAM_LABELS = ['source', 'team', 'environment', 'window', 'stat'] as const;

/** The families that a team has: over all rows of its targets, as medians do not add up. */
export const TEAM_FAMILIES: readonly TeamFamily[] = [
  {
    name: 'dora_team_window_recovery_time_seconds',
    type: 'gauge',
    help: 'Time to recover, in seconds, over the failing spans of all targets of the team that ended in the window, absent over none.',
    labels: TEAM_LABELS,
    kept: 'L',
    scope: 'team',
    samples: (team) => perWindow(team, 'recovery'),
  },
  {
    name: 'dora_team_window_lead_time_seconds',
    type: 'gauge',
    help: 'Time from commit to deployed, in seconds, over the changes that all targets of the team deployed in the window, absent over none.',
    labels: TEAM_LABELS,
    kept: 'L',
    scope: 'team',
    samples: (team) => perWindow(team, 'leadTime'),
  },
];

function perWindow({ windows }: TeamShown, key: 'recovery' | 'leadTime') {
  return windows.flatMap(({ name, ...times }) =>
    statistics(times[key]).map(({ labels, value }) => ({ labels: { window: name, ...labels }, value })),
  );
}
