import { describe, expect, it } from 'vitest';
import { CATALOGUE } from '../../src/metrics/catalogue.ts';
import type { Format } from '../../src/metrics/family.ts';
import { parsePage } from './parse-page.ts';
import { deployed, NOW, OPEN_METRICS, open, page, projection, values } from './support.ts';

const FORMATS: [Format, string | null][] = [
  ['text', null],
  ['openmetrics', OPEN_METRICS],
];

describe.each(FORMATS)('a page in %s', (format, accept) => {
  const nameOf = (name: string, type: string): string =>
    format === 'openmetrics' && type === 'counter' ? name.replace(/_total$/, '') : name;

  it('B1: declares every family of the catalogue from the start, without a source or a target', async () => {
    const families = parsePage(await page(open({ sources: [] }), accept), format);
    const declared = new Map([...families].map(([name, { type }]) => [name, type]));
    for (const { name, type } of CATALOGUE) expect(declared.get(nameOf(name, type))).toBe(type);
    for (const name of declared.keys()) expect(name).toMatch(/^(dora|process|nodejs)_/);
  });

  it('B2: is valid: no series twice, samples after their TYPE, families together, names as their type asks', async () => {
    const targets = Array.from({ length: 150 }, (_, index) =>
      deployed(index, { id: index + 1, app: `app-${index}`, open: [{ kind: 'deployment', since: NOW }] }),
    );
    const metrics = open({ projections: targets });
    metrics.observe({
      kind: 'poll',
      source: 'woodpecker',
      at: NOW,
      tookMs: 1200,
      failure: 'timeout',
      detail: 'too slow',
    });
    metrics.observe({ kind: 'request', source: 'woodpecker', code: '200' });
    metrics.observe({ kind: 'swept', table: 'deployments', rows: 3 });
    const families = parsePage(await page(metrics, accept), format);
    expect(families.get(nameOf('dora_deployments_total', 'counter'))?.series).toHaveLength(300);
    expect(families.get('dora_recovery_time_seconds')?.series).toHaveLength(150 * 14);
    expect(families.get('dora_incident_open_since_timestamp_seconds')?.series).toHaveLength(150);
  });

  it('shows the labels that the catalogue names, in its order', async () => {
    const metrics = open({ projections: [deployed(1, { open: [{ kind: 'deployment', since: NOW }] })] });
    const body = await page(metrics, accept);
    for (const { name, labels, scope } of CATALOGUE) {
      if (scope !== 'target') continue;
      const first = body.split('\n').find((line) => line.startsWith(`${name}{`) || line.startsWith(`${name}_sum{`));
      if (first === undefined) continue;
      expect([...first.matchAll(/([a-z0-9_]+)="/g)].map((match) => match[1])).toEqual(labels);
    }
  });

  it('B19: escapes whatever an upstream may call an app', async () => {
    const app = 'back\\slash "quoted"\nnew line {a="b"} # {x="y"} 1, ünïcode 🚀';
    const families = parsePage(await page(open({ projections: [projection({ app })] }), accept), format);
    const [series] = families.get(nameOf('dora_deployments_total', 'counter'))?.series ?? [];
    expect(series).toContain(
      String.raw`app="back\\slash \"quoted\"\nnew line {a=\"b\"} # {x=\"y\"} 1, ünïcode 🚀",environment="production"`,
    );
  });

  it('has no sample timestamp and no _created', async () => {
    const body = await page(open({ projections: [deployed(3)] }), accept);
    expect(body).not.toMatch(/_created/);
    for (const line of body.split('\n').filter((text) => text !== '' && !text.startsWith('#'))) {
      expect(line.replace(/ # \{.*$/, '')).toMatch(/^[a-z0-9_]+(\{.*\})? \S+$/);
    }
  });

  it('shows bounds of buckets as floats', async () => {
    const bounds = [...(await page(open({ projections: [deployed(1)] }), accept)).matchAll(/le="([^"]+)"/g)];
    expect(bounds.length).toBeGreaterThan(20);
    for (const [, bound] of bounds) expect(bound).toMatch(/^(\d+\.\d+|\+Inf)$/);
  });
});

describe('the catalogue', () => {
  it('names each family once, and as its type asks', () => {
    expect(new Set(CATALOGUE.map(({ name }) => name)).size).toBe(CATALOGUE.length);
    for (const { name, type, help } of CATALOGUE) {
      expect(name).toMatch(/^dora_[a-z0-9_]+$/);
      expect(name.endsWith('_total')).toBe(type === 'counter');
      if (type === 'histogram') expect(name).toMatch(/_seconds$/);
      expect(help).toMatch(/^[A-Z0-9][^"\\\n]+\.$/);
    }
  });
});

it('B17: a source that was never polled has counters at 0 and no gauge of its collector', async () => {
  const body = await page(open());
  expect(body).not.toMatch(/^dora_collector_(up|targets|last_success_timestamp_seconds)\{/m);
  expect(values(body, 'dora_collector_polls_total')).toEqual({ 'source="woodpecker"': 0 });
});
