import type { CountRule } from './sink-rule.ts';

/** An event as a rule counts it. `number` orders those of one millisecond. */
export interface CountedEvent {
  readonly number: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** An event at which more events stood in the window that ends there than the rule allows. */
export interface Exceedance extends CountedEvent {
  /** When so many have aged that the count is back at the threshold, if none follows. */
  readonly until: number;
}

/**
 * The events at which the count stood above the threshold: more than `threshold` in the `windowMs` milliseconds up to
 * and with the event. `events` are in order, and without gaps: the first `threshold` are only there to be counted.
 */
export function exceedances(
  events: readonly CountedEvent[],
  { windowMs, threshold }: Pick<CountRule, 'windowMs' | 'threshold'>,
): readonly Exceedance[] {
  return events.flatMap((event, index) => {
    const oldest = events[index - threshold];
    if (oldest === undefined || oldest.at <= event.at - windowMs) return [];
    return { number: event.number, at: event.at, until: oldest.at + windowMs };
  });
}
