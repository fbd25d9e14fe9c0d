import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { CATALOGUE } from '../../src/metrics/catalogue.ts';

const PAGE = readFileSync(new URL('../../docs/metrics.md', import.meta.url), 'utf8');

/** Rows of the tables of families: name, type, kept, labels. */
const ROWS = [...PAGE.matchAll(/^\| `(dora_\w+)` \| (\w+) \| ([LP]) \|([^|]*)\|/gm)].map((row) => row.slice(1, 5));

it('docs/metrics.md has each family of the catalogue, as it is, in its order, and no other', () => {
  const expected = CATALOGUE.map(({ name, type, kept, labels, scope }) => {
    const hasAll = scope === 'target' && labels.includes('team');
    const own = (hasAll ? labels.slice(4) : labels).map((label) => `\`${label}\``);
    return [name, type, kept, [...(hasAll ? ['T'] : []), ...own].join(', ')];
  });
  expect(ROWS.map((row) => row.map((cell) => cell.trim()))).toEqual(expected);
});

it('docs/metrics.md names nothing in its queries that the catalogue does not have', () => {
  const names = new Set(
    CATALOGUE.flatMap(({ name, type }) =>
      type === 'histogram' ? [`${name}_sum`, `${name}_count`, `${name}_bucket`] : [name],
    ),
  );
  const queries = [...PAGE.matchAll(/^```promql\n(.*?)\n```$/gms)].map(([, query = '']) => query);
  expect(queries.length).toBeGreaterThan(5);
  for (const query of queries) {
    for (const [name] of query.matchAll(/dora_\w+/g)) expect(names).toContain(name);
  }
});
