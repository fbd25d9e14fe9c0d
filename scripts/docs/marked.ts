/** What stands between the marks of a page, by the name in them, all else being written by hand. */
export type Regions = Readonly<Record<string, string>>;

const MARKED = /<!-- (?<name>[^:>]+): begin, npm run docs writes this -->\n.*?<!-- \k<name>: end -->/gs;

/** The page with each of its marked regions anew. Throws if a mark names no region, or a region has no mark: it would be lost. */
export function withRegions(page: string, regions: Regions): string {
  const missing = new Set(Object.keys(regions));
  const text = page.replace(MARKED, (_, name: string) => {
    const region = regions[name];
    if (region === undefined) throw new Error(`nothing is generated for the mark "${name}"`);
    missing.delete(name);
    return `<!-- ${name}: begin, npm run docs writes this -->\n${region}\n<!-- ${name}: end -->`;
  });
  if (missing.size > 0) throw new Error(`no marks for: ${[...missing].join(', ')}`);
  return text;
}

/** A table in Markdown: the heads, and rows of as many cells. */
export function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(heads), line(heads.map(() => '---')), ...rows.map(line)].join('\n').replace(/ +\|/g, ' |');
}
