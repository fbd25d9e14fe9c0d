import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const sources = readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
  .map((entry) => join(entry.parentPath, entry.name))
  .map((path) => ({ path: relative(root, path), text: readFileSync(path, 'utf8') }));

test('only the clock reads the time', () => {
  const reading = sources.filter(({ text }) => /\bDate\.now\(|\bnew Date\(\)|\bperformance\.now\(/.test(text));
  expect(reading.map(({ path }) => path)).toEqual(['src/polling/system-clock.ts']);
});

test('chance enters at one place', () => {
  const rolling = sources.filter(({ text }) => text.includes('Math.random'));
  expect(rolling.map(({ path }) => path)).toEqual(['src/main/serve.ts']);
});

test('no file has more than 300 lines, and half of them fit on a page', () => {
  const lengths = sources.map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 }));
  expect(lengths.filter(({ lines }) => lines > 300)).toEqual([]);
  const median = lengths.map(({ lines }) => lines).sort((a, b) => a - b)[Math.floor(lengths.length / 2)];
  expect(median).toBeLessThanOrEqual(75);
});
