import { describe, expect, it } from 'vitest';
import type { Capabilities } from '../../src/domain/batch.ts';
import type { FailureCause } from '../../src/domain/deployment.ts';
import { emptyTotals } from '../../src/domain/totals.ts';
import { NO_WINDOW_CHANGES, type WindowChanges } from '../../src/ledger/window-log.ts';
import type { MetricsOptions } from '../../src/metrics/metrics.ts';
import { CAPABILITIES as ARGOCD } from '../../src/sources/argocd/capabilities.ts';
import { CAPABILITIES as WOODPECKER } from '../../src/sources/woodpecker/capabilities.ts';
import { changes, FakeClock, NOW, ofTargets, open, page, projection, values } from './support.ts';

const DAY_MS = 86_400_000;
const WINDOWS = [7, 30, 90].map((days) => ({ name: `${days}d`, ms: days * DAY_MS }));
const T = 'source="woodpecker",app="shop/cart",environment="production",team="shop"';
const TEAM = 'source="woodpecker",team="shop",environment="production"';

function deployment(daysAgo: number, changeFailure: FailureCause | null = null, target = 1) {
  return { target, at: NOW - daysAgo * DAY_MS, failuresSeen: true, changeFailure, isRework: false };
}

function recovered(incident: number, daysAgo: number, tookMs: number, target = 1) {
  const closedAt = NOW - daysAgo * DAY_MS;
  return {
    incident,
    recovery: { target, incident, deployment: `p${incident}`, openedAt: closedAt - tookMs, closedAt },
  };
}

function rows(parts: Partial<WindowChanges>): WindowChanges {
  return { ...NO_WINDOW_CHANGES, ...parts };
}

function started(parts: Partial<MetricsOptions> & { readonly rows?: Partial<WindowChanges> } = {}) {
  const clock = new FakeClock();
  const metrics = open({ projections: [projection()], windows: WINDOWS, clock, ...parts });
  metrics.takeRows(rows(parts.rows ?? {}));
  return { metrics, clock };
}

describe('windows on the page', () => {
  it('B13: below min_samples a ratio is absent and the sample count present; at it both are', async () => {
    const { metrics } = started({ rows: { added: [1, 2, 3].map((ago) => deployment(ago)) } });
    metrics.apply(changes({ windows: rows({ added: [deployment(0.5, 'deployment')] }) }));
    let body = await page(metrics);
    expect(values(body, 'dora_window_ratio_deployments')[`${T},window="7d"`]).toBe(4);
    expect(values(body, 'dora_window_change_failure_ratio')).toEqual({});
    metrics.apply(changes({ windows: rows({ added: [deployment(0.1)] }) }));
    body = await page(metrics);
    expect(values(body, 'dora_window_ratio_deployments')[`${T},window="7d"`]).toBe(5);
    expect(values(body, 'dora_window_change_failure_ratio')[`${T},window="7d"`]).toBe(0.2);
    expect(ofTargets(body)).not.toContain('NaN');
  });

  it('B7, B13: over none times are absent, sample sizes are 0, and nothing is NaN', async () => {
    const body = await page(started({ minSamples: 0 }).metrics);
    for (const name of ['deployments', 'ratio_deployments', 'rework_deployments', 'recoveries', 'changes'])
      expect(Object.values(values(body, `dora_window_${name}`))).toEqual([0, 0, 0]);
    for (const name of ['change_failure_ratio', 'recovery_time_seconds', 'lead_time_seconds'])
      expect(values(body, `dora_window_${name}`)).toEqual({});
    expect(values(body, 'dora_team_window_recovery_time_seconds')).toEqual({});
    expect(ofTargets(body)).not.toContain('NaN');
  });

  it('a row ages out of one window after another as time passes, with nothing else happening', async () => {
    const { metrics } = started({ rows: { added: [deployment(0)], recoveries: [recovered(1, 0, 60_000)] } });
    const counts = async (days: number) => {
      metrics.advance(NOW + days * DAY_MS);
      const body = await page(metrics);
      const recoveries = Object.keys(values(body, 'dora_window_recovery_time_seconds')).length / 3;
      const teams = Object.keys(values(body, 'dora_team_window_recovery_time_seconds')).length / 3;
      return [...Object.values(values(body, 'dora_window_deployments')), recoveries, teams];
    };
    expect(await counts(6.999)).toEqual([1, 1, 1, 3, 3]);
    expect(await counts(7)).toEqual([0, 1, 1, 2, 2]);
    expect(await counts(30)).toEqual([0, 0, 1, 1, 1]);
    expect(await counts(90)).toEqual([0, 0, 0, 0, 0]);
  });

  it('a cause is shown from its first on, also once that has aged out; deployment always', async () => {
    const totals = { ...emptyTotals(), changeFailures: { degraded: 1 } };
    const { metrics } = started({ projections: [projection({ totals })], windows: WINDOWS.slice(0, 1) });
    expect(values(await page(metrics), 'dora_window_change_failures')).toEqual({
      [`${T},window="7d",cause="deployment"`]: 0,
      [`${T},window="7d",cause="degraded"`]: 0,
    });
  });

  it('a target that is gone takes its windows along, and comes back with them', async () => {
    const { metrics } = started({ rows: { added: [deployment(1)], recoveries: [recovered(1, 1, 60_000)] } });
    const before = ofTargets(await page(metrics));
    metrics.apply(changes({ gone: [1] }));
    expect(ofTargets(await page(metrics))).not.toMatch(/^dora_/m);
    metrics.apply(changes({ targets: [projection()] }));
    expect(ofTargets(await page(metrics))).toBe(before);
  });
});

describe('teams', () => {
  const two = [projection(), projection({ id: 2, app: 'shop/till' })];

  it('have the median over all rows of their targets, which is not that of the medians', async () => {
    const took = [1000, 2000, 3000, 100_000].map((ms, index) => recovered(index, 1, ms, index < 3 ? 1 : 2));
    const { metrics } = started({ projections: two, windows: WINDOWS.slice(0, 1), rows: { recoveries: took } });
    expect(values(await page(metrics), 'dora_team_window_recovery_time_seconds')).toEqual({
      [`${TEAM},window="7d",stat="mean"`]: 26.5,
      [`${TEAM},window="7d",stat="median"`]: 2.5,
      [`${TEAM},window="7d",stat="p90"`]: 70.9,
    });
  });

  it('are there only for a team that has a name, and follow a target that changes hands', async () => {
    const { metrics } = started({ projections: two, rows: { recoveries: [recovered(1, 1, 1000, 2)] } });
    const teams = async () =>
      new Set(
        (await page(metrics)).match(/^dora_team_window_recovery.*?team="\w*"/gm)?.map((line) => line.split('"')[3]),
      );
    expect(await teams()).toEqual(new Set(['shop']));
    metrics.apply(changes({ targets: [projection({ id: 2, app: 'shop/till', team: 'tills' })] }));
    expect(await teams()).toEqual(new Set(['tills']));
    metrics.apply(changes({ targets: [projection({ id: 2, app: 'shop/till', team: '' })] }));
    expect(await teams()).toEqual(new Set());
  });

  it('are as many series as dora_exporter_series says', async () => {
    const { metrics } = started({ projections: two, rows: { recoveries: [recovered(1, 1, 1000, 2)] } });
    const body = await page(metrics);
    expect(values(body, 'dora_exporter_series')['']).toBe(ofTargets(body).match(/^dora_/gm)?.length);
  });
});

describe('how many series a target has, all of them', () => {
  async function most(capabilities: Capabilities): Promise<number> {
    const totals = emptyTotals();
    for (const cause of capabilities.causes) totals.changeFailures[cause] = 1;
    const kinds = capabilities.kinds.map((kind) => ({ kind, since: NOW }));
    const all = projection({
      capabilities,
      totals,
      open: kinds,
      lastSuccessAt: NOW,
      failureAt: NOW,
      recoveryAt: NOW,
      team: '',
    });
    const added = [1, 2, 3, 4, 5].map((ago) => deployment(ago));
    const { metrics } = started({ projections: [all], rows: { added, recoveries: [recovered(1, 1, 60_000)] } });
    return ofTargets(await page(metrics)).match(/^dora_/gm)?.length ?? 0;
  }

  it('at most 75 for Woodpecker without a forge', async () => {
    expect(await most(WOODPECKER)).toBeLessThanOrEqual(75);
  });

  it('at most 125 for Argo CD', async () => {
    expect(await most(ARGOCD)).toBeLessThanOrEqual(125);
  });
});
