import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { CHART } from '../../scripts/chart/generated.ts';
import { documentedValues } from '../../scripts/chart/values.ts';
import { valuesRead } from './reads.ts';

const templates = readdirSync(join(CHART, 'templates')).map((name) =>
  readFileSync(join(CHART, 'templates', name), 'utf8'),
);
/** A template reads the thresholds key by key, where a rule file marks its numbers. */
const THRESHOLDS = 'prometheusRule.values';
const marks = readdirSync(join(CHART, 'rules'))
  .flatMap((name) => [...readFileSync(join(CHART, 'rules', name), 'utf8').matchAll(/# value: (\w+)[ \t]*$/gm)])
  .map(([, key]) => `${THRESHOLDS}.${key}`);
const reads = [...new Set([...templates.flatMap((text) => [...valuesRead(text)]), ...marks])].filter(
  (read) => read !== THRESHOLDS,
);
const values = documentedValues(readFileSync(join(CHART, 'values.yaml'), 'utf8')).map(({ path }) => path.join('.'));

it('every value of values.yaml is read by a template', () => {
  expect(values.filter((value) => !reads.some((read) => read === value || read.startsWith(`${value}.`)))).toEqual([]);
});

it('every value that a template reads is in values.yaml', () => {
  expect(reads.filter((read) => !values.some((value) => read === value || read.startsWith(`${value}.`)))).toEqual([]);
});

it('tells a dead key, and a reading of one that is not there', () => {
  const read = valuesRead('{{- $m := .Values.monitor }}\n{{ $m.relabelings }} {{ .Values.a.b }} {{ $.Values.c }}');
  expect(read).toEqual(new Set(['a.b', 'c', 'monitor.relabelings']));
});
