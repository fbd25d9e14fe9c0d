import { z } from 'zod';
import { parseByteSize } from '../domain/byte-size.ts';
import { formatDuration, parseDuration } from '../domain/duration.ts';
import { type NameMatcher, nameMatcher } from '../domain/name-matcher.ts';
import type { Secret } from '../domain/secret.ts';

/** What came of reading a text of the configuration: the value, or why it is not one. */
export type Reading<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: string };

/** What schemas need of the world: files are named in the configuration relative to a place that they do not know. */
export interface Files {
  /** The absolute path of what the configuration calls `name`, which need not exist. */
  path(name: string): string;
  /** The absolute path of a file that exists and can be read. */
  existing(name: string): Reading<string>;
  /** The secret in a file. */
  secret(name: string): Reading<Secret>;
}

const DAY_MS = 86_400_000;

/** Keys as listed and no others. */
export function strict<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  const known = Object.keys(shape).join(', ');
  return z.strictObject(shape, {
    error: (issue) => (issue.code === 'unrecognized_keys' ? `known keys here: ${known}` : undefined),
  });
}

/** A text that `read` turns into a value. `right` says what would be right: "a duration such as 30s". Documents say it of the key, too. */
export function reading<T>(right: string, read: (text: string) => Reading<T>) {
  return z
    .string({ error: (issue) => mismatch(right, issue.input) })
    .transform((text, context) => take(read(text), context))
    .meta({ takes: right });
}

/** The same, where an empty text means none. */
export function readingOrNone<T>(right: string, read: (text: string) => Reading<T>) {
  return z
    .string({ error: (issue) => mismatch(`${right}, or "" for none`, issue.input) })
    .transform((text, context) => (text === '' ? null : take(read(text), context)))
    .meta({ takes: right });
}

function take<T>(result: Reading<T>, context: z.RefinementCtx): T {
  if (result.ok) return result.value;
  context.addIssue({ code: 'custom', message: result.problem });
  return z.NEVER;
}

/** One sentence for a value that is missing or of the wrong kind. */
export function mismatch(right: string, input: unknown): string {
  return input === undefined ? `missing; give ${right}` : `${shown(input)} is not right; give ${right}`;
}

function shown(input: unknown): string {
  if (input === null) return 'an empty value';
  if (Array.isArray(input)) return 'a list';
  if (typeof input === 'object') return 'a set of keys';
  const text = JSON.stringify(input) ?? String(input);
  return text.length > 60 ? `${text.slice(0, 60)}...` : text;
}

/** Milliseconds of a duration within bounds, which are milliseconds too. */
export function durationMs({ least = 0, most = Number.MAX_SAFE_INTEGER } = {}) {
  const right = 'a duration such as 30s, 15m, 12h or 7d';
  return reading(right, (text) => {
    const ms = parseDuration(text);
    if (ms === null) return { ok: false, problem: mismatch(right, text) };
    if (ms < least) return { ok: false, problem: `${text} is too short; give at least ${formatDuration(least)}` };
    if (ms > most) return { ok: false, problem: `${text} is too long; give at most ${formatDuration(most)}` };
    return { ok: true, value: ms };
  }).meta({
    least: least > 0 ? formatDuration(least) : undefined,
    most: most < Number.MAX_SAFE_INTEGER ? formatDuration(most) : undefined,
    takes: right,
  });
}

/** Milliseconds that are waited for: more than none, and within what a timer can count. */
export function waitMs() {
  return durationMs({ least: 1000, most: DAY_MS });
}

/** Bytes, at least one. */
export function byteSize() {
  const right = 'a size such as 64KiB or 128MiB';
  return reading(right, (text) => {
    const bytes = parseByteSize(text);
    return bytes === null || bytes === 0 ? { ok: false, problem: mismatch(right, text) } : { ok: true, value: bytes };
  });
}

/** A whole number. */
export function count(least: number) {
  return z.number().int().min(least);
}

/** A text that is a name: something to read, in one line, without spaces around it. */
export function nameText() {
  const right = 'a name';
  return reading(right, (text) =>
    text.trim() === text && /^\P{C}+$/u.test(text)
      ? { ok: true, value: text }
      : { ok: false, problem: mismatch(right, text) },
  );
}

/** The path of a file that must be there, such as a certificate authority's; null for "". */
export function existingFileOrNone(files: Files) {
  return readingOrNone('the path of a file', (name) => files.existing(name));
}

// Below, a value of the wrong kind is never shown: it may be the secret itself.

export function secretFile(files: Files) {
  return z
    .string({ error: ({ input }) => (input === undefined ? `missing; give ${A_SECRET}` : `give ${A_SECRET}`) })
    .transform((name, context) =>
      take(name === '' ? { ok: false, problem: `empty; give ${A_SECRET}` } : files.secret(name), context),
    )
    .meta({ takes: A_SECRET });
}

/** The same, where an empty text means none. */
export function secretFileOrNone(files: Files) {
  return z
    .string({ error: `give ${A_SECRET}, or "" for none` })
    .transform((name, context) => (name === '' ? null : take(files.secret(name), context)))
    .meta({ takes: A_SECRET });
}

/** What a key of a secret takes. */
export const A_SECRET = 'the path of the file that holds the secret';

/** Names, each exact or a regular expression between slashes. */
export function nameMatchers() {
  return z.array(reading('a name, or /a regular expression/', readMatcher));
}

export function nameMatcherOrNone() {
  return readingOrNone('a name, or /a regular expression/', readMatcher);
}

export function readMatcher(text: string): Reading<NameMatcher> {
  if (text === '') return { ok: false, problem: 'empty; give a name, or /a regular expression/' };
  try {
    return { ok: true, value: nameMatcher(text) };
  } catch (error) {
    return { ok: false, problem: regexProblem(error) };
  }
}

/** Why a regular expression does not compile. Throws what is not about that. */
export function regexProblem(error: unknown): string {
  if (error instanceof SyntaxError) return `${error.message}; give a regular expression that compiles`;
  throw error;
}
