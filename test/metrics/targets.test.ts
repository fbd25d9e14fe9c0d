import { describe, expect, it } from 'vitest';
import { emptyHistogram, emptyLeadTimes, emptyTotals, observe, RECOVERY_BOUNDS } from '../../src/domain/totals.ts';
import type { TargetProjection } from '../../src/ledger/projection.ts';
import type { Metrics } from '../../src/metrics/metrics.ts';
import {
  CAPABILITIES,
  changes,
  deployed,
  FakeClock,
  NOW,
  OPEN_METRICS,
  ofTargets,
  open,
  page,
  projection,
  served,
  values,
  WOODPECKER,
} from './support.ts';

const T = 'source="woodpecker",app="shop/cart",environment="production",team="shop"';
const SUCCESSES = `${T},outcome="success"`;

describe('lead times', () => {
  const live = (prior: number, all: number, shownSince: number | null) => {
    const totals = emptyTotals();
    totals.leadTimes = { ...emptyLeadTimes(), shownSince };
    for (let n = 0; n < prior; n += 1) observe(totals.leadTimes.prior, RECOVERY_BOUNDS, 60_000, null);
    for (let n = 0; n < all; n += 1) observe(totals.leadTimes.all, RECOVERY_BOUNDS, 60_000, null);
    return projection({ totals });
  };
  const count = async (metrics: Metrics) => values(await served(metrics), 'dora_lead_time_seconds_count')[T];

  it('are absent before the first known one, and while those of a first read are looked up', async () => {
    const metrics = open({ projections: [projection()] });
    expect(await count(metrics)).toBeUndefined();
    metrics.apply(changes({ targets: [live(2, 3, null)] }));
    expect(await count(metrics)).toBeUndefined();
  });

  it('birth: begin with what a first read brought, at 0 without one, and are whole after the hold', async () => {
    for (const prior of [0, 2]) {
      const metrics = open({ projections: [projection()], birthHoldMs: 120_000 });
      await served(metrics);
      metrics.apply(changes({ targets: [live(prior, prior + 1, NOW)] }));
      metrics.tick(NOW + 119_000);
      expect(await count(metrics)).toBe(prior);
      metrics.tick(NOW + 120_000);
      expect(await count(metrics)).toBe(prior + 1);
      metrics.apply(changes({ targets: [live(prior, prior + 2, NOW - 300_000)] }));
      expect(await count(metrics)).toBe(prior + 2);
    }
  });
});
/** A person can make anything a change failure. */
const NO_CHANGE_FAILURES = { [`${T},cause="deployment"`]: 0, [`${T},cause="verdict"`]: 0 };

describe('gauges and label sets', () => {
  it('B3: the success gauge is the same with and without failures in the history', async () => {
    const totals = emptyTotals();
    totals.deployments.success = 4;
    totals.deployments.failure = 3;
    const failed = projection({ totals, lastSuccessAt: NOW, failureAt: NOW + 5000 });
    const gauge = async (target: TargetProjection) =>
      values(await page(open({ projections: [target] })), 'dora_deployment_last_success_timestamp');
    expect(await gauge(failed)).toEqual(await gauge(deployed(4, { lastSuccessAt: NOW })));
    expect(await gauge(failed)).toEqual({ [T]: 1_750_000_000 });
  });

  it('B7: a target that never recovered has an open incident and no recovery time', async () => {
    const totals = emptyTotals();
    totals.deployments.failure = 2;
    const open_ = [{ kind: 'deployment', since: NOW }] as const;
    const body = await page(open({ projections: [projection({ totals, failureAt: NOW, open: open_ })] }));
    expect(values(body, 'dora_incident_open')).toEqual({ [`${T},kind="deployment"`]: 1 });
    expect(values(body, 'dora_recovery_time_seconds_count')).toEqual({ [`${T},kind="deployment"`]: 0 });
    expect(values(body, 'dora_deployment_recovery_timestamp')).toEqual({});
    expect(ofTargets(body)).not.toContain('NaN');
  });

  it('B17: what is unknown is absent, never 0', async () => {
    const body = await page(open({ projections: [projection({ open: [{ kind: 'deployment', since: null }] })] }));
    for (const family of [
      'dora_deployment_last_success_timestamp',
      'dora_deployment_failure_timestamp',
      'dora_deployment_recovery_timestamp',
      'dora_incident_open_since_timestamp_seconds',
    ]) {
      expect(values(body, family)).toEqual({});
    }
    expect(values(body, 'dora_incident_open')).toEqual({ [`${T},kind="deployment"`]: 1 });
  });

  it('B18: shows every outcome, kind and cause that the source can produce from birth, and no other', async () => {
    const capabilities = {
      kinds: ['deployment', 'degraded'],
      causes: ['deployment', 'degraded', 'rollback'],
      rework: ['rollback', 'deployment'],
    } as const;
    const body = await page(open({ projections: [projection({ capabilities })] }));
    const zero = (label: string, names: readonly string[]) =>
      Object.fromEntries(names.map((name) => [`${T},${label}="${name}"`, 0]));
    expect(values(body, 'dora_deployments_total')).toEqual(zero('outcome', ['success', 'failure']));
    expect(values(body, 'dora_incident_open')).toEqual(zero('kind', capabilities.kinds));
    expect(values(body, 'dora_recovery_time_seconds_count')).toEqual(zero('kind', capabilities.kinds));
    expect(values(body, 'dora_change_failures_total')).toEqual(zero('cause', [...capabilities.causes, 'verdict']));
    expect(values(body, 'dora_rework_deployments_total')).toEqual(zero('cause', capabilities.rework));
  });

  it('keeps showing a cause that the history holds and the source can no longer produce', async () => {
    const totals = emptyTotals();
    totals.changeFailures.degraded = 2;
    const body = await page(open({ projections: [projection({ totals })] }));
    expect(values(body, 'dora_change_failures_total')).toEqual({
      [`${T},cause="deployment"`]: 0,
      [`${T},cause="degraded"`]: 2,
      [`${T},cause="verdict"`]: 0,
    });
  });
});

describe('coming and going', () => {
  it('B18: a target that is gone takes all its series along, and comes back with its history', async () => {
    const metrics = open({ projections: [deployed(7)] });
    const before = await served(metrics);
    metrics.apply(changes({ gone: [1] }));
    expect(ofTargets(await page(metrics))).not.toContain('shop/cart');
    expect(values(await page(metrics), 'dora_exporter_series')).toEqual({ '': 0 });
    metrics.apply(changes({ targets: [deployed(7)] }));
    expect(ofTargets(await page(metrics))).toBe(ofTargets(before));
  });

  it('a target that is renamed has its new name in every series, and the old one in none', async () => {
    const metrics = open({ projections: [deployed(7)] });
    const before = await served(metrics);
    metrics.apply(changes({ targets: [deployed(7, { app: 'shop/basket' })] }));
    expect(ofTargets(await page(metrics))).toBe(ofTargets(before).replaceAll('shop/cart', 'shop/basket'));
  });

  it('two targets that become one show their sum once', async () => {
    const metrics = open({ projections: [deployed(7), deployed(5, { id: 2, app: 'shop/old' })] });
    await served(metrics);
    metrics.apply(changes({ gone: [2], targets: [deployed(12)] }));
    expect(values(await page(metrics), 'dora_deployments_total')).toEqual({
      [SUCCESSES]: 12,
      [`${T},outcome="failure"`]: 0,
    });
  });

  it('shows only targets of configured sources, and the others again once they are', async () => {
    const other = { name: 'gitea', capabilities: CAPABILITIES, ignoredReasons: [] };
    const metrics = open({ projections: [deployed(1), deployed(3, { id: 2, source: 'gitea', app: 'b' })] });
    expect(ofTargets(await served(metrics))).not.toContain('gitea');
    metrics.apply(changes({ targets: [deployed(4, { id: 2, source: 'gitea', app: 'b' })] }));
    metrics.setSources([other]);
    const body = ofTargets(await page(metrics));
    expect(body).toContain('source="gitea",app="b",environment="production",team="shop",outcome="success"} 4\n');
    expect(body).not.toContain('woodpecker');
  });
});

describe('birth', () => {
  const birth = { bornLiveAt: NOW, failureAt: NOW - 1000, open: [{ kind: 'deployment', since: NOW - 1000 }] } as const;

  function failedOnce(parts: Partial<TargetProjection> = {}): TargetProjection {
    const totals = emptyTotals();
    totals.deployments.failure = 1;
    totals.changeFailures.deployment = 1;
    totals.exemplars.failure = { id: 'p1', value: 1, at: NOW };
    totals.recoveries.deployment = emptyHistogram(RECOVERY_BOUNDS);
    observe(totals.recoveries.deployment, RECOVERY_BOUNDS, 5000, { id: 'p1', at: NOW });
    return projection({ ...birth, totals, ...parts });
  }

  it('holds the counters of a target born live at 0, and shows its gauges, until the hold is over', async () => {
    const metrics = open({ birthHoldMs: 120_000 });
    metrics.apply(changes({ targets: [failedOnce()] }));
    for (const now of [NOW, NOW + 119_999]) {
      metrics.tick(now);
      const body = await served(metrics, OPEN_METRICS);
      expect(values(body, 'dora_deployments_total')).toEqual({ [SUCCESSES]: 0, [`${T},outcome="failure"`]: 0 });
      expect(values(body, 'dora_change_failures_total')).toEqual(NO_CHANGE_FAILURES);
      expect(values(body, 'dora_recovery_time_seconds_count')).toEqual({ [`${T},kind="deployment"`]: 0 });
      expect(values(body, 'dora_incident_open')).toEqual({ [`${T},kind="deployment"`]: 1 });
      expect(values(body, 'dora_deployment_failure_timestamp')).toEqual({ [T]: 1_749_999_999 });
      expect(body).not.toContain('deployment_id');
    }
    metrics.tick(NOW + 120_000);
    const body = await served(metrics);
    expect(values(body, 'dora_deployments_total')).toEqual({ [SUCCESSES]: 0, [`${T},outcome="failure"`]: 1 });
    expect(values(body, 'dora_recovery_time_seconds_count')).toEqual({ [`${T},kind="deployment"`]: 1 });
  });

  it('holds what happens during the hold as well', async () => {
    const metrics = open({ birthHoldMs: 120_000 });
    metrics.apply(changes({ targets: [deployed(1, { bornLiveAt: NOW })] }));
    metrics.apply(changes({ targets: [deployed(2, { bornLiveAt: NOW })] }));
    expect(values(await served(metrics), 'dora_deployments_total')[SUCCESSES]).toBe(0);
    metrics.tick(NOW + 120_000);
    expect(values(await served(metrics), 'dora_deployments_total')[SUCCESSES]).toBe(2);
  });

  it('has the label sets of the whole history from the first moment', async () => {
    const totals = emptyTotals();
    totals.changeFailures.degraded = 1;
    const metrics = open({ birthHoldMs: 120_000 });
    metrics.apply(changes({ targets: [projection({ bornLiveAt: NOW, totals })] }));
    expect(values(await served(metrics), 'dora_change_failures_total')).toEqual({
      [`${T},cause="degraded"`]: 0,
      ...NO_CHANGE_FAILURES,
    });
  });

  it('goes on holding over a restart, for what is left of the time', async () => {
    const clock = new FakeClock();
    clock.at = NOW + 60_000;
    const metrics = open({ birthHoldMs: 120_000, clock, projections: [deployed(1, { bornLiveAt: NOW })] });
    expect(values(await served(metrics), 'dora_deployments_total')[SUCCESSES]).toBe(0);
    metrics.tick(NOW + 120_000);
    expect(values(await served(metrics), 'dora_deployments_total')[SUCCESSES]).toBe(1);
  });

  it('shows a target that a first read of history made known with its totals at once', async () => {
    const metrics = open({ birthHoldMs: 120_000 });
    metrics.apply(changes({ targets: [deployed(40)] }));
    expect(values(await served(metrics), 'dora_deployments_total')[SUCCESSES]).toBe(40);
  });

  it('is off with a hold of 0', async () => {
    const metrics = open({ birthHoldMs: 0 });
    metrics.apply(changes({ targets: [deployed(1, { bornLiveAt: NOW })] }));
    expect(values(await page(metrics), 'dora_deployments_total')[SUCCESSES]).toBe(1);
  });
});

describe('the first scrape after a start', () => {
  it('shows counters as they were committed before, gauges as they are, and the next one shows all', async () => {
    const metrics = open({ projections: [deployed(7)] });
    metrics.apply(changes({ targets: [deployed(8, { lastSuccessAt: NOW })] }));
    metrics.apply(changes({ targets: [deployed(9, { lastSuccessAt: NOW + 1000 })] }));
    const first = await page(metrics);
    expect(values(first, 'dora_deployments_total')[SUCCESSES]).toBe(7);
    expect(values(first, 'dora_deployment_last_success_timestamp')).toEqual({ [T]: 1_750_000_001 });
    expect(await page(metrics).then((body) => values(body, 'dora_deployments_total')[SUCCESSES])).toBe(7);
    metrics.served();
    expect(values(await page(metrics), 'dora_deployments_total')[SUCCESSES]).toBe(9);
  });

  it('shows a target that was not known at the start as it is', async () => {
    const metrics = open({ sources: [WOODPECKER] });
    metrics.apply(changes({ targets: [deployed(1)] }));
    metrics.apply(changes({ targets: [deployed(2)] }));
    expect(values(await page(metrics), 'dora_deployments_total')[SUCCESSES]).toBe(2);
  });
});
