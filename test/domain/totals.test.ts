import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addTotals,
  emptyHistogram,
  emptyTotals,
  observe,
  RECOVERY_BOUNDS,
  type Totals,
} from '../../src/domain/totals.ts';

const BOUNDS = [1, 10];

describe('observe', () => {
  test('a bucket holds what is at most its bound; above all bounds is the last one', () => {
    const histogram = emptyHistogram(BOUNDS);
    for (const ms of [0, 1000, 1001, 10_000, 10_001]) observe(histogram, BOUNDS, ms, { id: `of ${ms}`, at: ms });
    expect(histogram.buckets).toEqual([2, 2, 1]);
    expect(histogram.sumMs).toBe(22_002);
    expect(histogram.count).toBe(5);
  });

  test('the exemplar of a bucket is its latest, its value in seconds; one of the same moment or of before does not replace it, as Prometheus would refuse it at each scrape', () => {
    const histogram = emptyHistogram(BOUNDS);
    observe(histogram, BOUNDS, 2000, { id: 'first', at: 5 });
    observe(histogram, BOUNDS, 3000, { id: 'second', at: 6 });
    observe(histogram, BOUNDS, 4000, { id: 'of the same moment', at: 6 });
    observe(histogram, BOUNDS, 5000, { id: 'late', at: 5 });
    expect(histogram.exemplars).toEqual([null, { id: 'second', value: 3, at: 6 }, null]);
    expect(histogram.count).toBe(4);
  });
});

describe('addTotals', () => {
  test('two that became one: counts add up, also those that only one had', () => {
    const to = totalsOf({ successes: 2, failures: 1, recoveriesMs: [300_000] });
    addTotals(to, totalsOf({ successes: 5, failures: 3, recoveriesMs: [1000, 300_000] }));
    expect(to.deployments).toEqual({ success: 7, failure: 4 });
    expect(to.changeFailures).toEqual({ deployment: 4 });
    expect(to.recoveries.deployment).toMatchObject({ count: 3, sumMs: 601_000 });
    const none = emptyTotals();
    addTotals(none, to);
    expect(none).toEqual(to);
  });

  test('of two exemplars the later one stays', () => {
    const to = emptyTotals();
    const from = emptyTotals();
    to.exemplars.success = { id: 'old', value: 1, at: 1 };
    from.exemplars.success = { id: 'new', value: 1, at: 2 };
    from.exemplars.failure = { id: 'theirs', value: 1, at: 1 };
    addTotals(to, from);
    addTotals(to, { ...emptyTotals(), exemplars: { success: { id: 'of the same moment', value: 1, at: 2 } } });
    expect(to.exemplars).toEqual({
      success: { id: 'new', value: 1, at: 2 },
      failure: { id: 'theirs', value: 1, at: 1 },
    });
    addTotals(to, totalsOf({ successes: 0, failures: 0, recoveriesMs: [] }));
    expect(to.exemplars.success?.id).toBe('new');
  });

  test('adding histograms is the same as observing all of it in one', () => {
    const times = fc.array(fc.integer({ min: 0, max: 100 * 86_400_000 }));
    fc.assert(
      fc.property(times, times, (ours, theirs) => {
        const to = totalsOf({ successes: 0, failures: 0, recoveriesMs: ours });
        addTotals(to, totalsOf({ successes: 0, failures: 0, recoveriesMs: theirs }));
        const whole = totalsOf({ successes: 0, failures: 0, recoveriesMs: [...ours, ...theirs] });
        const { buckets, sumMs, count } = whole.recoveries.deployment ?? emptyHistogram(RECOVERY_BOUNDS);
        expect(to.recoveries.deployment).toMatchObject({ buckets, sumMs, count });
      }),
    );
  });
});

function totalsOf(of: { successes: number; failures: number; recoveriesMs: readonly number[] }): Totals {
  const totals = emptyTotals();
  totals.deployments.success = of.successes;
  totals.deployments.failure = of.failures;
  if (of.failures > 0) totals.changeFailures.deployment = of.failures;
  const recoveries = emptyHistogram(RECOVERY_BOUNDS);
  totals.recoveries.deployment = recoveries;
  for (const ms of of.recoveriesMs) observe(recoveries, RECOVERY_BOUNDS, ms, { id: 'any', at: 1 });
  return totals;
}
