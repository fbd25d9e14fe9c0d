import type { CollectorDown } from '../domain/news.ts';

/** How long a collector is down before people are told, in milliseconds. */
const DOWN_MS = 15 * 60_000;

/** What is remembered of a collector that is down. Times in milliseconds since the epoch. */
export interface DownState {
  /** End of the first failed poll since the last good one. */
  readonly since: number;
  readonly told: boolean;
  readonly reason: string;
  readonly detail: string;
}

/** What comes of a poll or of time: the state from now on, null where it is well, and what is to be told. */
export interface WatchStep {
  readonly state: DownState | null;
  readonly news: CollectorDown | null;
}

/** A poll ended at `at`; `failure` is null when it was complete and good. */
export function polled(
  source: string,
  before: DownState | null,
  at: number,
  failure: { readonly reason: string; readonly detail: string } | null,
): WatchStep {
  if (failure !== null) return grownOld(source, { since: at, told: false, ...before, ...failure }, at);
  if (before === null || !before.told) return { state: null, news: null };
  return { state: null, news: { ...down(source, before), change: 'back', backAt: at } };
}

/** Time has passed until `now` for a collector that is down. */
export function grownOld(source: string, state: DownState, now: number): WatchStep {
  if (state.told || now - state.since <= DOWN_MS) return { state, news: null };
  return { state: { ...state, told: true }, news: down(source, state) };
}

function down(source: string, { since, reason, detail }: DownState): CollectorDown {
  return { kind: 'collector', source, change: 'down', downSince: since, backAt: null, reason, detail };
}
