import { readFileSync } from 'node:fs';

/** All fenced blocks of a language in a page of the documentation. */
export function fencedBlocks(page: string, language: string): readonly string[] {
  const text = readFileSync(new URL(`../../docs/${page}`, import.meta.url), 'utf8');
  const fence = new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms');
  return [...text.matchAll(fence)].map(([, found = '']) => found);
}

/** The one fenced block of a language in a page of the documentation. */
export function fencedBlock(page: string, language: string): string {
  const [block, ...more] = fencedBlocks(page, language);
  if (block === undefined || more.length > 0) throw new Error(`${page} has not exactly one block of ${language}`);
  return block;
}
