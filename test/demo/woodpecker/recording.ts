import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const LIVE = join(import.meta.dirname, '../../fixtures/woodpecker/live');

export const VERSIONS = ['3.17.0', '2.8.3', 'next-a4cb541b8f'] as const;

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

export interface Recording {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  /** Whose token was sent; `bad` for one that is none, null for none. */
  readonly user: string | null;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Json;
}

/** Every recording of one version, the raw text of the event stream aside. */
export function recordingsOf(version: string): readonly Recording[] {
  const users = usersOf(version);
  return readdirSync(join(LIVE, version))
    .filter((file) => file.endsWith('.json'))
    .map((file) => {
      const { request, status, headers, body } = JSON.parse(readFileSync(join(LIVE, version, file), 'utf8'));
      const user = users.get(file);
      // What the index does not say was asked with the administrator's token.
      return {
        name: file,
        method: request.method,
        path: request.path,
        user: user === undefined ? 'bot' : user,
        status,
        headers,
        body,
      };
    });
}

/** Who asked, by file: only the index of the recordings tells. */
function usersOf(version: string): Map<string, string | null> {
  const users = new Map<string, string | null>();
  for (const line of readFileSync(join(LIVE, 'INDEX.md'), 'utf8').split('\n')) {
    const found = /^\| ([^/ ]+)\/(\S+) \| [A-Z]+ \S+ \((?:token of (\w+)|(bad) token|no token)\)/.exec(line);
    if (found?.[1] === version) users.set(found[2] ?? '', found[3] ?? found[4] ?? null);
  }
  return users;
}
