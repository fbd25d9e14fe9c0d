import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { CHART } from '../../scripts/chart/generated.ts';
import { CATALOGUE } from '../../src/metrics/catalogue.ts';

interface Rule {
  readonly alert?: string;
  readonly expr: string;
  readonly annotations?: Readonly<Record<string, string>>;
}
interface RuleTest {
  readonly name: string;
  readonly input_series: readonly { readonly series: string; readonly values: string }[];
  readonly alert_rule_test?: readonly { readonly alertname: string; readonly exp_alerts: readonly unknown[] }[];
}

const files = readdirSync(`${CHART}rules`).map((name) => readFileSync(`${CHART}rules/${name}`, 'utf8'));
const alerts = files
  .flatMap((text) => parse(text).groups as { rules: Rule[] }[])
  .flatMap(({ rules }) => rules.filter(({ alert }) => alert !== undefined));
const names = alerts.map(({ alert }) => alert);
const tests = readdirSync('test/rules')
  .filter((name) => name.endsWith('.test.yml'))
  .flatMap((name) => parse(readFileSync(`test/rules/${name}`, 'utf8')).tests as RuleTest[]);
const judged = tests.flatMap((test) => test.alert_rule_test ?? []);
const defaults = parse(readFileSync(`${CHART}values.yaml`, 'utf8')).prometheusRule.values;

function judging(name: string | undefined): RuleTest[] {
  return tests.filter((test) => test.alert_rule_test?.some(({ alertname }) => alertname === name));
}

describe('alerts', () => {
  it('are named once, and their names are those of the tests', () => {
    expect(new Set(names).size).toBe(names.length);
    expect(new Set(judged.map(({ alertname }) => alertname))).toEqual(new Set(names));
  });

  it.each(names)('%s is tested firing and quiet', (name) => {
    const own = judged.filter(({ alertname }) => alertname === name).map(({ exp_alerts }) => exp_alerts.length > 0);
    expect(new Set(own)).toEqual(new Set([true, false]));
  });

  it.each(names)('%s is tested over the birth of a series, a restart and the end of a series', (name) => {
    for (const happens of [/^_/, /stale (_\S* )?[-\d]/, /stale$/]) {
      const found = judging(name).some(({ input_series }) => input_series.some(({ values }) => happens.test(values)));
      expect(found, `values like ${happens}`).toBe(true);
    }
  });

  // A rule that compares samples of one series, or asks for a number of them by a value of the chart.
  const counting = alerts.filter(({ expr }) => /increase\(|# value: \w+Min/.test(expr) || /gap_seconds/.test(expr));
  it.each(counting.map(({ alert }) => alert))('%s is tested with too few samples, and is quiet', (name) => {
    const few = judging(name).filter((test) => /too few/i.test(test.name));
    expect(few.length).toBeGreaterThan(0);
    for (const { exp_alerts } of few.flatMap((test) => test.alert_rule_test ?? [])) expect(exp_alerts).toEqual([]);
  });

  it('have a runbook each, and each runbook an alert', () => {
    for (const { alert, annotations } of alerts) {
      expect(annotations?.['runbook_url']).toBe(`docs/runbooks/${alert}.md`);
      expect(existsSync(annotations?.['runbook_url'] ?? '')).toBe(true);
    }
    expect(new Set(readdirSync('docs/runbooks'))).toEqual(new Set(names.map((name) => `${name}.md`)));
  });
});

it('the numbers that rules mark are the defaults of values.yaml, all of them', () => {
  const marks = files.flatMap((text) => [...text.matchAll(/([0-9][0-9a-z.]*)["\])}]*[ \t]*# value: (\w+)[ \t]*$/gm)]);
  expect(new Set(marks.map(([, , key]) => key))).toEqual(new Set(Object.keys(defaults)));
  for (const [, number, key] of marks) expect(`${key} ${number}`).toBe(`${key} ${defaults[key ?? '']}`);
});

it('every series of the tests has exactly the labels of the catalogue, beside those of a scrape and of shards', () => {
  for (const { series } of tests.flatMap(({ input_series }) => input_series)) {
    const [, name, labels = ''] = /^(\w+)\{(.*)\}$/.exec(series) ?? [];
    const family = CATALOGUE.find((one) => one.name === name);
    const own = [...labels.matchAll(/(\w+)="/g)]
      .map(([, label]) => label)
      .filter((one) => one !== undefined && one !== 'shard');
    expect(new Set(own), series).toEqual(new Set(['job', 'instance', ...(family?.labels ?? ['no such family'])]));
  }
});
