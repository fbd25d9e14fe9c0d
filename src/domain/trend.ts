import type { Recovery } from './recovery-spans.ts';
import { isWhole, type Span, spanOf, type Window, type WindowKeys, type WindowRows, windowKeys } from './windows.ts';

/** Into how many parts a window is cut to show how the keys moved. */
const PARTS = 15;
const WEEK_MS = 604_800_000;
/** A short window is cut into days. */
const PARTS_OF_A_WEEK = 7;

/** What a trend is taken over. */
export interface TrendTarget {
  /** Milliseconds since the epoch: from when on its history is known whole. */
  readonly observedSince: number;
  readonly rows: WindowRows;
}

export interface TrendQuery {
  readonly window: Window;
  /** Rows that are older may be forgotten; in milliseconds. */
  readonly longestMs: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly minSamples: number;
}

/** The keys of a window, how they moved within it, and what they were in the window before. */
export interface Trend {
  readonly span: Span;
  readonly keys: WindowKeys;
  /** Like compared with like: over the targets that were known whole in both windows; null: there is none. */
  readonly compared: { readonly targets: number; readonly now: WindowKeys; readonly before: WindowKeys } | null;
  /** The window in equal parts, the earliest first; each has its own samples, so a ratio over few of them is absent. */
  readonly parts: readonly { readonly span: Span; readonly keys: WindowKeys }[];
  readonly targets: number;
  /** How many of them are known whole only from within the window on. */
  readonly incomplete: number;
}

/**
 * The rows of several targets as those of one, to be used at once: recoveries are those of the first time that they are
 * asked for. A deployment's incidents stay with it: ids are unique in a source alone.
 */
export function together(all: readonly WindowRows[]): WindowRows {
  let recoveries: readonly Recovery[] | null = null;
  return {
    count(span) {
      const sum = { deployments: 0, ratioDeployments: 0, rework: 0 };
      const changeFailures: Record<string, number> = {};
      for (const rows of all) {
        const counts = rows.count(span);
        sum.deployments += counts.deployments;
        sum.ratioDeployments += counts.ratioDeployments;
        sum.rework += counts.rework;
        // Most targets have nothing in most parts of a window.
        if (counts.ratioDeployments === 0) continue;
        for (const [cause, count] of Object.entries(counts.changeFailures))
          changeFailures[cause] = (changeFailures[cause] ?? 0) + count;
      }
      return { ...sum, changeFailures };
    },
    recoveries() {
      recoveries ??= all.flatMap((rows, place) =>
        Array.from(rows.recoveries(), (one) => ({ ...one, deployment: `${place} ${one.deployment}` })),
      );
      return recoveries;
    },
    leadTimes: (span) => all.flatMap((rows) => rows.leadTimes(span)),
    awaitsLeadTimes: (span) => all.some((rows) => rows.awaitsLeadTimes(span)),
  };
}

/** `rest` is awaited between two spans, so that others run meanwhile. */
export async function trendOf(
  targets: readonly TrendTarget[],
  { window, longestMs, now, minSamples }: TrendQuery,
  rest: () => Promise<void>,
): Promise<Trend> {
  const span = spanOf(window, now);
  const before: Span = { after: span.after - window.ms, until: span.after };
  const all = together(targets.map(({ rows }) => rows));
  const keys = windowKeys(all, span, minSamples);
  await rest();

  const old = targets.filter(({ observedSince }) => observedSince <= before.after);
  let compared: Trend['compared'] = null;
  if (now - before.after <= longestMs && old.length > 0) {
    const theirs = together(old.map(({ rows }) => rows));
    const past = windowKeys(theirs, before, minSamples);
    await rest();
    const present = old.length === targets.length ? keys : windowKeys(theirs, span, minSamples);
    compared = { targets: old.length, now: present, before: past };
    await rest();
  }

  const parts: { span: Span; keys: WindowKeys }[] = [];
  for (const part of partsOf(span, window.ms > WEEK_MS ? PARTS : PARTS_OF_A_WEEK)) {
    parts.push({ span: part, keys: windowKeys(all, part, minSamples) });
    await rest();
  }
  const incomplete = targets.filter(({ observedSince }) => !isWhole(window, span, observedSince)).length;
  return { span, keys, compared, parts, targets: targets.length, incomplete };
}

/** Whole milliseconds that leave no gap. */
function partsOf({ after, until }: Span, count: number): Span[] {
  const edge = (place: number) => after + Math.round(((until - after) * place) / count);
  return Array.from({ length: count }, (_, place) => ({ after: edge(place), until: edge(place + 1) }));
}
