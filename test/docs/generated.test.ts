import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { DOCS, generatedPages } from '../../scripts/docs/generated.ts';
import { withRegions } from '../../scripts/docs/marked.ts';
import { CATALOGUE } from '../../src/metrics/catalogue.ts';

it.each([...generatedPages()])('docs/%s is what the code makes it: run npm run docs after a change', (name, text) => {
  expect(readFileSync(join(DOCS, name), 'utf8')).toBe(text);
});

it('docs/metrics.md says of each metric what it is used by', () => {
  const rows = [...(generatedPages().get('metrics.md') ?? '').matchAll(/^\| `(dora_\w+)` \|.*\| (.*) \|$/gm)];
  expect(rows.map(([, name]) => name)).toEqual(CATALOGUE.map(({ name }) => name));
  expect(rows.filter(([, , uses]) => !uses?.startsWith('[')).map(([, name]) => name)).toEqual([]);
});

it('what a person writes around the marks stays, and a mark that is lost is told', () => {
  const page = 'a\n<!-- t: begin, npm run docs writes this -->\nold\n<!-- t: end -->\nb\n';
  expect(withRegions(page, { t: 'new $&' })).toBe(page.replace('old', () => 'new $&'));
  expect(() => withRegions('a\n', { t: 'new' })).toThrow('no marks for: t');
  expect(() => withRegions(page, {})).toThrow('nothing is generated for the mark "t"');
});
