import type { ParseArgsOptionsConfig } from 'node:util';

/** Values of flags as parseArgs read them, each of a text given at most once and never empty. */
export type Values = Readonly<Record<string, string | boolean | undefined>>;

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

/** Each flag's only value; a sentence where one is there twice or empty. */
export function onlyValues(
  values: Readonly<Record<string, unknown>>,
): { readonly ok: true; readonly values: Values } | { readonly ok: false; readonly problem: string } {
  const found: Record<string, string | boolean> = {};
  for (const [flag, value] of Object.entries(values)) {
    const [first, second] = Array.isArray(value) ? (value as string[]) : [value as boolean];
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
