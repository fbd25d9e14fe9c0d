import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { CATALOGUE } from '../../src/metrics/catalogue.ts';
import {
  BUILT_IN,
  committedDashboards,
  type DashboardJson,
  panelsOf,
  plainQuery,
  type Target,
} from '../support/dashboards.ts';
import { understand } from '../support/promql.ts';

/** Panels that have no data. */
const WITHOUT_DATA = new Set(['row', 'text']);
const EXEMPTIONS = parse(readFileSync('helm/dora-exporter/dashboards/.lint', 'utf8'));

describe.each(committedDashboards())('$file, by the rules of dashboard-linter', ({ json }) => {
  const panels = panelsOf(json).filter(({ type }) => !WITHOUT_DATA.has(type));
  const targets = panels.flatMap(({ title, targets: all = [] }) => all.map((target) => ({ title, target })));
  const queries = [
    ...targets.map(({ title, target }) => ({ title, expr: target.expr })),
    ...(json.annotations.list ?? []).map(({ name, expr }) => ({ title: name, expr })),
  ].map(({ title, expr }) => ({ title, ...understand(plainQuery(expr)) }));

  it('template-datasource: the data source is a variable', () => {
    expect(variable(json, 'datasource')).toMatchObject({
      type: 'datasource',
      label: 'Data source',
      query: 'prometheus',
    });
  });

  it('template-job: the job is a variable', () => {
    expect(variable(json, 'job')).toMatchObject({ label: 'job', multi: true, includeAll: true, allValue: '.+' });
  });

  it('template-on-time-change-reload: variables are looked up anew when the time range changes', () => {
    for (const { name, type, refresh } of json.templating.list) if (type === 'query') expect(refresh, name).toBe(2);
  });

  it('panel-datasource, target-datasource: everything asks the chosen data source', () => {
    const chosen = { type: 'prometheus', uid: '${' + 'datasource}' };
    for (const { title, datasource } of panels) expect(datasource, title).toEqual(chosen);
    for (const { title, target } of targets) expect(target.datasource, title).toEqual(chosen);
  });

  it('panel-title-description: every panel has both, no two the same title', () => {
    for (const { title, description } of panels) expect(description, title).toMatch(/^.{15,}\.$/s);
    const titles = panels.map(({ title }) => title);
    expect(titles.filter((title) => title.trim() === '')).toEqual([]);
    expect(titles).toEqual([...new Set(titles)]);
  });

  it('panel-units: every panel has a unit', () => {
    for (const { title, fieldConfig } of panels) expect(fieldConfig?.defaults.unit, title).toMatch(/./);
  });

  it('panel-no-targets: every panel asks something', () => {
    for (const { title, targets: asked = [] } of panels) expect(asked.length, title).toBeGreaterThan(0);
  });

  it('target-promql: every query parses, with the variables in it put in', () => {
    expect(queries.filter(({ broken }) => broken)).toEqual([]);
  });

  it('no query has a variable that the dashboard lacks', () => {
    const known = new Set([...json.templating.list.map(({ name }) => name), ...Object.keys(BUILT_IN)]);
    for (const { title, target } of targets)
      for (const [, name = ''] of target.expr.matchAll(/\$\{?(\w+)/g)) expect(known, title).toContain(name);
  });

  it('every variable is used', () => {
    const text = JSON.stringify([json.panels, json.annotations, json.templating]);
    for (const { name } of json.templating.list) expect(text).toMatch(new RegExp(`\\$\\{?${name}\\b`));
  });

  it('target-job: every selector has job=~"$job"', () => {
    for (const { title, selectors } of queries)
      for (const { metric, matchers } of selectors)
        expect(matchers, `${title}: ${metric}`).toContainEqual({ label: 'job', operator: '=~', value: '$job' });
  });

  it('target-rate-interval: a rate is over $__rate_interval, or over a span that its title or description names', () => {
    for (const { title, selectors } of queries)
      for (const { metric, taker, range } of selectors)
        if (taker === 'rate' || taker === 'irate')
          expect([BUILT_IN.__rate_interval, '1h'], `${title}: ${metric}`).toContain(range);
  });

  it('target-counter-agg: a counter is read by its increase, and summed; a gauge never is', () => {
    for (const { title, selectors } of queries)
      for (const { metric, taker, aggregated } of selectors) {
        const increases = ['rate', 'increase', 'irate'].includes(taker ?? '');
        if (isGauge(metric)) expect(increases, `${title}: ${metric}`).toBe(false);
        // The total itself, as a number: how many there ever were.
        else if (!TOTALS_READ.has(title)) expect(increases, `${title}: ${metric}`).toBe(true);
        expect(aggregated, `${title}: ${metric} would be there once for each replica`).toBe(true);
      }
  });

  it('uneditable-dashboard: changes are made in the code', () => {
    expect(json.editable).toBe(false);
  });

  it('asks of metrics of the catalogue, or of Prometheus and Node.js, by labels that they have', () => {
    for (const { title, selectors, labels } of queries) {
      const asked = selectors.filter(({ metric }) => metric.startsWith('dora_'));
      for (const { metric, matchers } of asked) {
        const has = [...labelsOf(metric), 'job'];
        for (const { label } of matchers) expect(has, `${title}: ${metric}`).toContain(label);
      }
      const all = new Set([...asked.flatMap(({ metric }) => labelsOf(metric)), 'job', 'instance']);
      for (const label of labels) expect(all, `${title}: by ${label}`).toContain(label);
    }
  });

  it('has a stable uid, one tag, a menu of its fellows, a shared crosshair, ids and letters', () => {
    expect(json.uid).toMatch(/^[a-z-]{1,40}$/);
    expect(json.tags).toEqual(['dora-exporter']);
    expect(json.links).toMatchObject([{ type: 'dashboards', asDropdown: true, tags: json.tags }]);
    expect(json.graphTooltip).toBe(1);
    expect(json.schemaVersion).toBe(42);
    const ids = panelsOf(json).map(({ id }) => id);
    expect(ids).toEqual(ids.map((_, index) => index + 1));
    for (const { title, targets: asked = [] } of panels)
      expect(
        asked.map(({ refId }: Target) => refId),
        title,
      ).toEqual(asked.map((_, n) => String.fromCharCode(65 + n)));
  });
});

it('what is exempt from the linter is exempt for a reason', () => {
  expect(Object.keys(EXEMPTIONS.exclusions).sort()).toEqual([
    'target-counter-agg-rule',
    'target-instance-rule',
    'target-rate-interval-rule',
    'template-instance-rule',
  ]);
  for (const { reason } of Object.values<{ reason: string }>(EXEMPTIONS.exclusions)) expect(reason).toMatch(/.{20,}/);
});

/** Panels that show a total as it stands. */
const TOTALS_READ = new Set(['Sources', 'Times to recover, all', 'Lead times, all', 'Durations, all']);

function variable({ templating }: DashboardJson, name: string) {
  return templating.list.find((each) => each.name === name);
}

function familyOf(metric: string) {
  const family = CATALOGUE.find(({ name, type }) =>
    type === 'histogram' ? metric.replace(/_(bucket|sum|count)$/, '') === name : metric === name,
  );
  if (family === undefined) throw new Error(`${metric} is not in the catalogue`);
  return family;
}

function isGauge(metric: string): boolean {
  if (metric.startsWith('dora_')) return familyOf(metric).type === 'gauge';
  return !metric.endsWith('_total');
}

function labelsOf(metric: string): readonly string[] {
  const { type, labels } = familyOf(metric);
  return type === 'histogram' ? [...labels, 'le'] : labels;
}
