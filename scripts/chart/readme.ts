import type { Value } from './values.ts';

const BEGIN = '<!-- values: begin, generated from values.yaml -->';
const END = '<!-- values: end -->';

/** README.md with the table of `values` in its place. Throws if that is not marked. */
export function readmeWith(readme: string, values: readonly Value[]): string {
  const begin = readme.indexOf(BEGIN);
  const end = readme.indexOf(END);
  if (begin < 0 || end < begin) throw new Error(`README.md has no ${BEGIN} ... ${END}`);
  const rows = values.map(
    (value) =>
      `| \`${value.path.join('.')}\` | \`${cell(JSON.stringify(value.default))}\` | ${cell(value.description)} |`,
  );
  const table = ['| key | default | meaning |', '| --- | --- | --- |', ...rows].join('\n');
  return `${readme.slice(0, begin + BEGIN.length)}\n${table}\n${readme.slice(end)}`;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
