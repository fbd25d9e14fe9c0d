import { beforeAll, describe, expect, it } from 'vitest';
import { CASES, stepsOf } from '../sources/argocd/support-cases.ts';
import { TABLE } from '../sources/argocd/support-table.ts';
import { replay } from './argocd-replay.ts';
import type { Page } from './page.ts';

/** Cases in which the application was ever Degraded: for all others `degraded_for` is of no matter. */
const DEGRADED = CASES.filter((name) =>
  stepsOf(name).some(({ application }) => application.status?.health?.status === 'Degraded'),
);
const ALL = [
  ...CASES.map((name) => ({ name, degradedFor: '2m' })),
  ...DEGRADED.map((name) => ({ name, degradedFor: '1s' })),
].map((one) => ({
  ...one,
  source: `${one.name}-${one.degradedFor}`,
  keys: { degraded_for: one.degradedFor },
}));

/** What a page says of one source, or a row of the table would have it say. Times of day in seconds. */
interface Told {
  readonly success: number;
  readonly failure: number;
  /** By cause, without the causes of nothing. */
  readonly changeFailures: Readonly<Record<string, number>>;
  readonly rollbacks: number;
  /** Incidents that ended, by kind, with their seconds. */
  readonly recoveries: Readonly<Record<string, { readonly count: number; readonly seconds: number }>>;
  /** Kinds of open incidents. */
  readonly open: readonly string[];
  readonly failureAt: number | null;
  readonly ignored: Readonly<Record<string, number>>;
  readonly gaps: number;
  /** The target is gone. */
  readonly removed: boolean;
}

describe('the recorded cases, replayed over loopback to the whole program', () => {
  let page: Page;

  beforeAll(async () => {
    page = await replay(ALL);
  }, 120_000);

  it('some of them degrade', () => {
    expect(DEGRADED.length).toBeGreaterThan(2);
  });

  it.each(ALL)(
    '$name with degraded_for $degradedFor: /metrics says what the table says',
    ({ name, degradedFor, source }) => {
      const row = TABLE[name];
      const lines = (degradedFor === '1s' ? row?.everyBrief : undefined) ?? row?.every ?? [];
      expect(toldOf(page, source)).toEqual(expected(lines));
    },
  );
});

function toldOf(page: Page, source: string): Told {
  const count = (name: string, labels: Readonly<Record<string, string>> = {}) =>
    page.all(name, { source, ...labels }).reduce((sum, { value }) => sum + value, 0);
  const by = (name: string, label: string) =>
    Object.fromEntries(
      page
        .all(name, { source })
        .filter(({ value }) => value > 0)
        .map(({ labels, value }) => [labels[label], value]),
    );
  const recovered = page.all('dora_recovery_time_seconds_count', { source }).filter(({ value }) => value > 0);
  const failureAt = page.value('dora_deployment_failure_timestamp', { source });
  return {
    success: count('dora_deployments_total', { outcome: 'success' }),
    failure: count('dora_deployments_total', { outcome: 'failure' }),
    changeFailures: by('dora_change_failures_total', 'cause'),
    rollbacks: count('dora_rework_deployments_total', { cause: 'rollback' }),
    recoveries: Object.fromEntries(
      recovered.map(({ labels, value }) => [
        labels['kind'],
        { count: value, seconds: count('dora_recovery_time_seconds_sum', { kind: labels['kind'] ?? '' }) },
      ]),
    ),
    open: page
      .all('dora_incident_open', { source })
      .flatMap(({ labels, value }) => (value === 1 ? [labels['kind'] ?? ''] : [])),
    failureAt: failureAt === undefined ? null : failureAt % 86_400,
    ignored: by('dora_deployments_ignored_total', 'reason'),
    gaps: count('dora_collector_gaps_total'),
    removed: page.targets({ source }).length === 0,
  };
}

/** What the lines of a row of the table are on a page. */
function expected(lines: readonly string[]): Told {
  const words = lines.map((line) => line.split(' '));
  const of = (first: string) => words.filter(([word]) => word === first);
  const removed = lines.some((line) => line.endsWith(' removed'));
  const incidents = words.filter(([, word]) => word === 'incident');
  const over = incidents.filter(([, , , end]) => end === 'recovered');
  const rollbacks = lines.filter((line) => line.endsWith(' rollback')).length;
  const degraded = incidents.filter(([kind]) => kind === 'degraded').length;
  const failures = of('failure').length;
  const [opened] = incidents.filter(([kind]) => kind === 'deployment');
  const recoveries = over.map(([kind = '', , from = '', , to = '']) => [
    kind,
    { count: 1, seconds: secondsOf(to) - secondsOf(from) },
  ]);
  const ignored: Record<string, number> = {};
  for (const [word = '', what] of words) {
    if (what === 'operation' && !['success', 'failure'].includes(word)) ignored[word] = (ignored[word] ?? 0) + 1;
    if (what === 'history' && word !== 'success') ignored[word] = (ignored[word] ?? 0) + 1;
  }
  return {
    success: removed ? 0 : of('success').length,
    failure: removed ? 0 : failures,
    changeFailures: present({ deployment: failures, degraded, rollback: rollbacks }),
    rollbacks,
    recoveries: Object.fromEntries(recoveries),
    open: incidents.flatMap(([kind = '', , , end]) => (end === 'open' ? [kind] : [])),
    failureAt: opened === undefined ? null : secondsOf(opened[2] ?? ''),
    ignored,
    gaps: Number(of('gaps')[0]?.[1] ?? 0),
    removed,
  };
}

function present(counts: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
}

/** Seconds since midnight of `hh:mm:ss`. */
function secondsOf(time: string): number {
  const [hours = 0, minutes = 0, seconds = 0] = time.split(':').map(Number);
  return hours * 3600 + minutes * 60 + seconds;
}
