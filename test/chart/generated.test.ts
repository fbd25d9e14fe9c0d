import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { CHART, generatedFiles } from '../../scripts/chart/generated.ts';
import { documentedValues } from '../../scripts/chart/values.ts';

it.each([...generatedFiles()])('%s is what node scripts/chart/generate.ts makes of values.yaml', (name, text) => {
  expect(readFileSync(`${CHART}${name}`, 'utf8')).toBe(text);
});

it('a key without documentation is told', () => {
  expect(() => documentedValues('# -- Known\na: 1\nb:\n  c: 2\n')).toThrow('b.c is not documented');
});

it('the image of the chart is the one of this version', () => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
  expect(parse(readFileSync(`${CHART}Chart.yaml`, 'utf8')).appVersion).toBe(version);
});
