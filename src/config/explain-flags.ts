import { parseDuration } from '../domain/duration.ts';
import { KEY_NAMES, type KeyName } from '../domain/keys.ts';
import type { Window } from '../domain/windows.ts';
import { type ReadFlags, textOf, type Values, wrong } from './command-flags.ts';

/** What `explain` is to explain: one key over one window; null filters ask for all. */
export interface ExplainFlags {
  readonly configFile: string | null;
  readonly app: string | null;
  readonly environment: string | null;
  readonly source: string | null;
  readonly team: string | null;
  readonly key: KeyName;
  readonly window: Window;
}

export const EXPLAIN_FLAGS = ['config.file', 'app', 'environment', 'source', 'team', 'key', 'window'] as const;

/** Reads the flags of `explain`; a sentence where they are not right. */
export function readExplainFlags(values: Values): ReadFlags<ExplainFlags> {
  const app = textOf(values, 'app');
  const team = textOf(values, 'team');
  if (app === null && team === null) return wrong('explain needs --app=APP, or --team=TEAM for a team as a whole');
  const given = textOf(values, 'key');
  const key = KEY_NAMES.find((name) => name === given);
  if (key === undefined) {
    return wrong(
      `${given === null ? 'explain needs --key' : `--key: "${given}" is not right`}; give one of ${KEY_NAMES.join(', ')}`,
    );
  }
  const name = textOf(values, 'window') ?? '30d';
  const ms = parseDuration(name);
  if (ms === null || ms === 0) return wrong(`--window: "${name}" is not right; give a duration such as 30d`);
  return {
    ok: true,
    flags: {
      configFile: textOf(values, 'config.file'),
      app,
      environment: textOf(values, 'environment'),
      source: textOf(values, 'source'),
      team,
      key,
      window: { name, ms },
    },
  };
}
