import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';

const DOCS = readdirSync('docs', { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.md'))
  .map((name) => join('docs', name));

it.each(['README.md', 'helm/dora-exporter/README.md', ...DOCS])('every link of %s leads to a file', (page) => {
  const links = [...readFileSync(page, 'utf8').matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)].map(([, to = '']) => to);
  const local = links.filter((to) => !/^[a-z]+:/.test(to));
  expect(local.filter((to) => !existsSync(join(dirname(page), to)))).toEqual([]);
});

it.each(['README.md', 'helm/dora-exporter/README.md', ...DOCS])(
  'every link of %s to a place within a page leads to a heading',
  (page) => {
    const links = [...readFileSync(page, 'utf8').matchAll(/\]\((?<to>[^)#\s:]*)#(?<place>[^)\s]+)\)/g)];
    const lost = links
      .map(({ groups: { to = '', place = '' } = {} }) => ({ file: to === '' ? page : join(dirname(page), to), place }))
      .filter(({ file, place }) => file.endsWith('.md') && !anchorsOf(file).has(place));
    expect(lost).toEqual([]);
  },
);

it('README.md links each page of docs', () => {
  const readme = readFileSync('README.md', 'utf8');
  const pages = DOCS.filter((page) => dirname(page) === 'docs');
  expect(pages.filter((page) => !readme.includes(`](${page})`) && !readme.includes(`](${page}#`))).toEqual([]);
});

/** As GitHub makes them of headings. */
function anchorsOf(file: string): ReadonlySet<string> {
  const headings = [...readFileSync(file, 'utf8').matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => heading);
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}
