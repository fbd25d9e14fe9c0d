import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A query that a document tells the reader to copy. */
export interface Fenced {
  /** The document, relative to the root, and the line of the query's beginning. */
  readonly place: string;
  readonly query: string;
}

/** All fenced `promql` blocks of README.md and of docs/. */
export function fencedPromql(): readonly Fenced[] {
  const docs = readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' });
  const pages = ['README.md', ...docs.filter((name) => name.endsWith('.md')).map((name) => join('docs', name))];
  return pages.flatMap((page) => {
    const text = readFileSync(join(ROOT, page), 'utf8');
    return [...text.matchAll(/^```promql\n(.*?)^```$/gms)].map((match) => ({
      place: `${page}:${text.slice(0, match.index).split('\n').length + 1}`,
      query: (match[1] ?? '').trim(),
    }));
  });
}
