import { describe, expect, it } from 'vitest';
import { overBudget } from '../../src/metrics/budget.ts';
import { CAPABILITIES, changes, deployed, NOW, ofTargets, open, page, served, values } from './support.ts';

/** Series of a target that was deployed and never failed. */
const SERIES = 33;

/** Targets 1, 2, 3, …; the higher the number, the more recently active. */
function targets(count: number) {
  return Array.from({ length: count }, (_, index) =>
    deployed(1, { id: index + 1, app: `app-${index + 1}`, lastActiveAt: NOW + index }),
  );
}

function apps(body: string): string[] {
  return Object.keys(values(body, 'dora_target_observed_since_timestamp_seconds')).map(
    (labels) => /app="([^"]+)"/.exec(labels)?.[1] ?? '',
  );
}

describe('series_limit', () => {
  it('drops whole targets, least recently active first, and says how many', async () => {
    const body = await page(open({ projections: targets(5), limits: { inAll: 3 * SERIES + 5, perSource: 0 } }));
    expect(apps(body)).toEqual(['app-3', 'app-4', 'app-5']);
    expect(ofTargets(body)).not.toContain('app-2');
    expect(values(body, 'dora_exporter_series')).toEqual({ '': 3 * SERIES });
    expect(values(body, 'dora_exporter_targets_dropped')).toEqual({ 'source="woodpecker"': 2 });
  });

  it('drops nothing at the limit', async () => {
    const body = await page(open({ projections: targets(5), limits: { inAll: 5 * SERIES, perSource: 0 } }));
    expect(apps(body)).toHaveLength(5);
    expect(values(body, 'dora_exporter_targets_dropped')).toEqual({ 'source="woodpecker"': 0 });
  });

  it('lets a dropped target in again when it is active, and when another goes', async () => {
    const metrics = open({ projections: targets(3), limits: { inAll: 2 * SERIES, perSource: 0 } });
    expect(apps(await served(metrics))).toEqual(['app-2', 'app-3']);
    metrics.apply(changes({ targets: [deployed(2, { app: 'app-1', lastActiveAt: NOW + 100 })] }));
    expect(apps(await page(metrics))).toEqual(['app-1', 'app-3']);
    metrics.apply(changes({ gone: [3] }));
    expect(apps(await page(metrics))).toEqual(['app-1', 'app-2']);
  });

  it('keeps a dropped target out when something else about it changes', async () => {
    const metrics = open({ projections: targets(3), limits: { inAll: 2 * SERIES, perSource: 0 } });
    await served(metrics);
    metrics.apply(changes({ targets: [deployed(1, { app: 'app-1', team: 'new', lastActiveAt: NOW })] }));
    expect(apps(await page(metrics))).toEqual(['app-2', 'app-3']);
  });

  it('does not count targets of sources that are not configured', async () => {
    const hidden = { name: 'hidden', capabilities: CAPABILITIES, ignoredReasons: [] };
    const metrics = open({
      projections: [...targets(2), deployed(1, { id: 9, source: 'hidden', app: 'h', lastActiveAt: NOW + 999 })],
      limits: { inAll: 2 * SERIES, perSource: 0 },
    });
    expect(apps(await page(metrics))).toEqual(['app-1', 'app-2']);
    metrics.setSources([hidden]);
    expect(apps(await page(metrics))).toEqual(['h']);
  });
});

describe('series_limit_per_source', () => {
  const claim = (id: number, source: string, lastActiveAt: number) => ({ id, source, series: 10, lastActiveAt });

  it('drops only targets of the source that is over its own limit', () => {
    const claims = [claim(1, 'a', 1), claim(2, 'b', 2), claim(3, 'b', 3), claim(4, 'b', 4)];
    expect([...overBudget(claims, { inAll: 0, perSource: 20 })]).toEqual([2]);
  });

  it('comes before the limit in all, which then takes the oldest of any source', () => {
    const claims = [claim(1, 'a', 1), claim(2, 'a', 5), claim(3, 'b', 2), claim(4, 'b', 3), claim(5, 'b', 4)];
    expect([...overBudget(claims, { inAll: 30, perSource: 20 })]).toEqual([3, 1]);
  });

  it('takes the lower number first where two were active at the same time', () => {
    expect([...overBudget([claim(2, 'a', 1), claim(1, 'a', 1)], { inAll: 10, perSource: 0 })]).toEqual([1]);
  });
});
