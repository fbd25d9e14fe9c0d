import { readFileSync } from 'node:fs';

/** The one fenced block of a language in a page of the documentation. */
export function fencedBlock(page: string, language: string): string {
  const text = readFileSync(new URL(`../../docs/${page}`, import.meta.url), 'utf8');
  const fence = new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms');
  const [block, ...more] = [...text.matchAll(fence)].map(([, found = '']) => found);
  if (block === undefined || more.length > 0) throw new Error(`${page} has not exactly one block of ${language}`);
  return block;
}
