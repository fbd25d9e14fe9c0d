import { expect, it } from 'vitest';
import { generatedDashboards } from '../../scripts/dashboards/generated.ts';
import { committedDashboards } from '../support/dashboards.ts';

it.each([...generatedDashboards()])('%s is what node scripts/dashboards/generate.ts makes', (name, text) => {
  expect(committedDashboards().find(({ file }) => file === name)?.text).toBe(text);
});

it('no other dashboard is there', () => {
  expect(committedDashboards().map(({ file }) => file)).toEqual([...generatedDashboards().keys()].sort());
});

it('each fits into a ConfigMap, whose limit is 1 MiB', () => {
  for (const { text } of committedDashboards()) expect(Buffer.byteLength(text)).toBeLessThan(900_000);
});
