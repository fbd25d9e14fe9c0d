import { z } from 'zod';
import { mismatch } from '../sources/setting-pieces.ts';

/** What would be right, by what zod expected. */
const RIGHT: Readonly<Record<string, string>> = {
  string: 'a text',
  boolean: 'true or false',
  number: 'a number',
  int: 'a whole number',
  array: 'a list, [] for none',
  object: 'keys and their values',
  record: 'keys and their values',
};

/** Keys under which people put the secret itself, and the key for the file that holds it. */
const SECRETS: Readonly<Record<string, string>> = {
  token: 'token_file',
  api_key: 'api_key_file',
  ledger_password: 'ledger_password_file',
  password: 'ledger_password_file',
};

/** The sentence for a problem that the schema itself has no words for. */
export function explain(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      // A file that holds nothing but a secret, given by mistake, is not quoted.
      if (issue.expected === 'object' && issue.input !== undefined)
        return 'not a set of keys; give keys and their values';
      return mismatch(RIGHT[issue.expected] ?? issue.expected, issue.input);
    case 'invalid_value':
      return mismatch(oneOf(issue.values), issue.input);
    case 'invalid_union': {
      const given = issue.input as Readonly<Record<string, unknown>>;
      return mismatch(oneOf((issue['options'] ?? []) as unknown[]), given[String(issue['discriminator'])]);
    }
    case 'too_small':
      return issue.origin === 'array' ? 'empty; give at least one' : mismatch(`at least ${issue.minimum}`, issue.input);
    case 'too_big':
      return mismatch(`at most ${issue.maximum}`, issue.input);
    default:
      return undefined;
  }
}

function oneOf(values: readonly unknown[]): string {
  return values.length === 1 ? String(values[0]) : `one of ${values.join(', ')}`;
}

/** One line for each problem: `sources[0].poll_interval: what is wrong; what would be right`. */
export function problemLines(error: z.ZodError, nameOf: (path: string) => string): string[] {
  return error.issues.flatMap((issue) => {
    if (issue.code !== 'unrecognized_keys') return [line(issue.path, issue.message, nameOf)];
    return issue.keys.map((key) => line([...issue.path, key], unknownKey(key, issue.message), nameOf));
  });
}

function line(path: readonly PropertyKey[], message: string, nameOf: (path: string) => string): string {
  return path.length === 0 ? message : `${nameOf(z.core.toDotPath(path))}: ${message}`;
}

function unknownKey(key: string, known: string): string {
  const file = Object.hasOwn(SECRETS, key) ? SECRETS[key] : undefined;
  return file === undefined
    ? `unknown key; ${known}`
    : `unknown key; a secret comes from a file, give ${file}; ${known}`;
}
