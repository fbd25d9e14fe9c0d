import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { CHART } from '../../scripts/chart/generated.ts';
import { CATALOGUE } from '../../src/metrics/catalogue.ts';

interface Rule {
  readonly alert?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}
interface RuleTest {
  readonly input_series: readonly { readonly series: string }[];
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

describe('alerts', () => {
  it('are named once, and their names are those of the tests', () => {
    expect(new Set(names).size).toBe(names.length);
    expect(new Set(judged.map(({ alertname }) => alertname))).toEqual(new Set(names));
  });

  it.each(names)('%s is tested firing and quiet', (name) => {
    const own = judged.filter(({ alertname }) => alertname === name).map(({ exp_alerts }) => exp_alerts.length > 0);
    expect(new Set(own)).toEqual(new Set([true, false]));
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
