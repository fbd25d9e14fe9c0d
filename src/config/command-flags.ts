import type { ParseArgsOptionsConfig } from 'node:util';

/** Values of flags as parseArgs read them, each of a text given at most once, unless it is a list, and never empty. */
export type Values = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

/** The flags of a subcommand as parseArgs takes them: those with a text, and those that stand for themselves. */
export function flagOptions(texts: readonly string[], switches: readonly string[]): ParseArgsOptionsConfig {
  return Object.fromEntries([
    // Several, so that one that is there twice can be told.
    ...texts.map((name) => [name, { type: 'string', multiple: true }] as const),
    ...switches.map((name) => [name, { type: 'boolean' }] as const),
    ['help', { type: 'boolean', short: 'h' }] as const,
    ['version', { type: 'boolean' }] as const,
  ]);
}

/** Each flag's only value, or all of `lists`; a sentence where another is there twice, or one is empty. */
export function onlyValues(
  values: Readonly<Record<string, unknown>>,
  lists: readonly string[] = [],
): { readonly ok: true; readonly values: Values } | { readonly ok: false; readonly problem: string } {
  const found: Record<string, string | boolean | readonly string[]> = {};
  for (const [flag, value] of Object.entries(values)) {
    const [first, second] = Array.isArray(value) ? (value as string[]) : [value as boolean];
    if (lists.includes(flag) && Array.isArray(value)) {
      if (value.includes('')) return { ok: false, problem: `--${flag} is empty; give a value` };
      found[flag] = value;
      continue;
    }
    if (second !== undefined) return { ok: false, problem: `--${flag} is there twice; give it once` };
    if (first === '') return { ok: false, problem: `--${flag} is empty; give a value` };
    if (first !== undefined) found[flag] = first;
  }
  return { ok: true, values: found };
}

export function textOf(values: Values, flag: string): string | null {
  const value = values[flag];
  return typeof value === 'string' ? value : null;
}

export function listOf(values: Values, flag: string): readonly string[] {
  const value = values[flag];
  return Array.isArray(value) ? value : [];
}

/** What the flags of a subcommand say, or a sentence where they are not right. */
export type ReadFlags<F> = { readonly ok: true; readonly flags: F } | Wrong;

interface Wrong {
  readonly ok: false;
  readonly problem: string;
}

export function wrong(problem: string): Wrong {
  return { ok: false, problem };
}
