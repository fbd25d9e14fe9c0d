import { beforeAll, describe, expect, it } from 'vitest';
import { type Asking, askedByDashboards, askedByDocuments, askedByRules } from './asked.ts';
import { judge } from './judge.ts';
import { catalogueSeries, knownSeries, type Series } from './series.ts';

let known: ReadonlyMap<string, Series>;

beforeAll(async () => {
  known = await knownSeries();
});

describe('what is asked is there', () => {
  it.each([
    ['rules', askedByRules(), 25],
    ['dashboards', askedByDashboards(), 100],
    ['documents', askedByDocuments(), 60],
  ])('%s ask by names, types and labels that the catalogue has', (_, asked, least) => {
    expect(asked.length).toBeGreaterThan(least);
    const wrong = asked.flatMap(({ place, query, shown }) => {
      const { problems, labels } = judge(query, known);
      const missing = shown.filter((label) => labels?.has(label) === false).map((label) => `gives no label ${label}`);
      return [...problems, ...missing].map((problem) => `${place}: ${problem}`);
    });
    expect(wrong).toEqual([]);
  });
});

it.each([
  ['sum(rate(dora_deployments_total[5m])', 'does not parse'],
  ['dora_deployment_total', 'does not exist'],
  ['target:dora_nothing:ratio', 'does not exist'],
  ['dora_recovery_time_seconds', 'does not exist'],
  ['dora_collector_up{app="a"}', 'has no label app'],
  ['sum by (team) (dora_error_events_total)', 'no label team'],
  ['increase(dora_incident_open[1h])', 'increase of a gauge'],
  ['delta(dora_deployments_total[1h])', 'delta of a counter'],
  ['histogram_quantile(0.5, dora_window_recoveries)', 'of what are no buckets'],
  ['histogram_quantile(0.5, sum by (app) (rate(dora_lead_time_seconds_bucket[1h])))', 'without le'],
  ['dora_incident_open and dora_collector_up', 'on one side only'],
  ['dora_incident_open / on (kind) dora_window_deployments', 'not on both sides'],
])('%s is found out', (query, problem) => {
  expect(judge(query, known).problems.join()).toContain(problem);
});

describe('what is there is asked', () => {
  it('every metric of the catalogue is used by a rule, a panel or a runbook', () => {
    const asked = names([...askedByRules(), ...askedByDashboards(), ...runbooks()]);
    const family = (name: string) =>
      known.get(name)?.type === 'gauge' ? name : name.replace(/_(bucket|sum|count)$/, '');
    const used = new Set([...asked].map(family));
    const unused = [...catalogueSeries().keys()].map(family).filter((name) => !used.has(name));
    expect([...new Set(unused)]).toEqual([]);
  });

  it('every recording rule is used by another rule, a panel or a document', () => {
    const asked = names([...askedByRules(), ...askedByDashboards(), ...askedByDocuments()]);
    expect([...known.keys()].filter((name) => name.includes(':') && !asked.has(name))).toEqual([]);
  });
});

function runbooks(): readonly Asking[] {
  return askedByDocuments().filter(({ place }) => place.startsWith('docs/runbooks/'));
}

function names(asked: readonly Asking[]): ReadonlySet<string> {
  return new Set(asked.flatMap(({ query }) => judge(query, known).names));
}
