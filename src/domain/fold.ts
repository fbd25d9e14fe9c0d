import { compareMoments } from './moment.ts';
import { type Effect, type Rules, type Signal, type State, step } from './mttr.ts';

/**
 * Runs the machine over a target's signals, in whatever order and however often they are given: incidents depend
 * on the set of events alone. `from` is the state before the earliest of them.
 */
export function fold(from: State, signals: readonly Signal[], rules: Rules): { state: State; effects: Effect[] } {
  let state = from;
  let previous: Signal | null = null;
  const effects: Effect[] = [];
  for (const signal of signals.toSorted(compareSignals)) {
    if (previous !== null && compareSignals(previous, signal) === 0) continue;
    previous = signal;
    const result = step(state, signal, rules);
    state = result.state;
    effects.push(...result.effects);
  }
  return { state, effects };
}

/** Moments decide; where two sources of truth name one moment, kind and ref make the order the same every time. */
function compareSignals(a: Signal, b: Signal): number {
  return compareMoments(a.moment, b.moment) || compareTexts(a.kind, b.kind) || compareTexts(refOf(a), refOf(b));
}

function refOf(signal: Signal): string {
  return 'ref' in signal ? (signal.ref ?? '') : '';
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
