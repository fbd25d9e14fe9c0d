import { anchoredRegex } from './anchored-regex.ts';

/** Says whether a name is one that the operator meant. */
export interface NameMatcher {
  /** As it was written. */
  readonly text: string;
  matches(name: string): boolean;
}

/**
 * A matcher for an exact name, or, written between slashes (`/release-[0-9]+/`), for every name that the regular
 * expression matches whole. Throws a SyntaxError when that does not compile.
 */
export function nameMatcher(text: string): NameMatcher {
  if (!isRegex(text)) return { text, matches: (name) => name === text };
  const regex = anchoredRegex(text.slice(1, -1));
  return { text, matches: (name) => regex.test(name) };
}

/** Whether a name is written as a regular expression. */
export function isRegex(text: string): boolean {
  return text.length > 2 && text.startsWith('/') && text.endsWith('/');
}
