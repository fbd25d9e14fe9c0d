import { parseDuration } from '../domain/duration.ts';
import type { Window } from '../domain/windows.ts';
import { listOf, type ReadFlags, textOf, type Values, wrong } from './command-flags.ts';
import { timeOf } from './export-flags.ts';

/** What `replay` is to print. */
export interface ReplayFlags {
  /** `-` for standard input. */
  readonly file: string;
  /** None: those that were configured when the file was exported. */
  readonly windows: readonly Window[];
  /** Null: as it was configured then. */
  readonly minSamples: number | null;
  /** Where the windows end, in milliseconds since the epoch; null: when the file was exported. */
  readonly until: number | null;
  readonly json: boolean;
}

export const REPLAY_TEXTS = ['min-samples', 'until'] as const;
export const REPLAY_LISTS = ['window'] as const;
export const REPLAY_SWITCHES = ['json'] as const;

/** Reads the flags of `replay`; a sentence where they are not right. */
export function readReplayFlags(values: Values, file: string): ReadFlags<ReplayFlags> {
  const windows: Window[] = [];
  for (const name of listOf(values, 'window')) {
    const ms = parseDuration(name);
    if (ms === null || ms === 0) return wrong(`--window: "${name}" is not right; give a duration such as 30d`);
    if (windows.some((one) => one.ms === ms)) return wrong(`--window: ${name} is there twice; give it once`);
    windows.push({ name, ms });
  }
  const few = textOf(values, 'min-samples');
  if (few !== null && !/^[1-9]\d{0,8}$/.test(few)) {
    return wrong(`--min-samples: "${few}" is not right; give a whole number of at least 1`);
  }
  const end = textOf(values, 'until');
  const until = end === null ? null : timeOf(end);
  if (until !== null && Number.isNaN(until)) {
    return wrong(`--until: "${end}" is not right; give an RFC 3339 time such as 2026-01-31T12:00:00Z`);
  }
  const minSamples = few === null ? null : Number(few);
  return { ok: true, flags: { file, windows, minSamples, until, json: values['json'] === true } };
}
