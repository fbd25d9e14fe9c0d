import type { TargetPast } from '../ledger/past/target-past.ts';
import type { TargetFamily } from './family.ts';
import { header } from './format.ts';
import { type PastOptions, PastTarget } from './past-target.ts';
import { metricsOf } from './render.ts';
import { TARGET_FAMILIES } from './target-families.ts';

/** Text is given out in pieces of about this many characters. */
const PIECE = 64 * 1024;

/** Their events are counted without being kept one by one: nothing says when each came. */
const WITHOUT_PAST: ReadonlySet<string> = new Set(['dora_error_events_total']);

/** The families whose past can be told, in the order of the page. */
export const PAST_FAMILIES: readonly TargetFamily[] = TARGET_FAMILIES.filter(({ name }) => !WITHOUT_PAST.has(name));

/** HELP and TYPE, once before the samples of a family. */
export function pastHeader(family: TargetFamily): string {
  return header(family, 'openmetrics');
}

/**
 * One target's samples of one family at each of `instants`, in OpenMetrics with timestamps: metric by metric, each in the
 * order of time, as the format demands. `labels`, such as `job="dora"`, stand before the others. What it keeps in memory
 * does not grow with the number of instants.
 */
export function* pastLines(
  family: TargetFamily,
  past: TargetPast,
  instants: () => Iterable<number>,
  labels: string,
  options: PastOptions,
): Generator<string> {
  for (const key of keysOf(family, past, instants, options)) {
    const target = new PastTarget(past, options);
    let shown: ReturnType<PastTarget['at']> = null;
    let lines: readonly string[] = [];
    let piece = '';
    for (const at of instants()) {
      const now = target.at(at);
      if (now !== shown) {
        shown = now;
        const metric = shown === null ? undefined : metricsOf(family, shown).get(key);
        lines = (metric ?? []).map((line) => (labels === '' ? line : line.replace('{', `{${labels},`)));
      }
      for (const line of lines) piece += `${line} ${at / 1000}\n`;
      if (piece.length < PIECE) continue;
      yield piece;
      piece = '';
    }
    if (piece !== '') yield piece;
  }
}

/** The metrics of the family that the target ever had, in the order in which they came. */
function keysOf(
  family: TargetFamily,
  past: TargetPast,
  instants: () => Iterable<number>,
  options: PastOptions,
): ReadonlySet<string> {
  const target = new PastTarget(past, options);
  const keys = new Set<string>();
  let shown: ReturnType<PastTarget['at']> = null;
  for (const at of instants()) {
    const now = target.at(at);
    if (now === shown) continue;
    shown = now;
    if (shown !== null) for (const key of metricsOf(family, shown).keys()) keys.add(key);
  }
  return keys;
}
