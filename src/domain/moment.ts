/**
 * A place in a target's history. Two events of one second still have an order: by the upstream's
 * sequence (pipeline number or history id), then by its row id.
 */
export interface Moment {
  /** Milliseconds since the Unix epoch, UTC. */
  readonly at: number;
  readonly sequence: number;
  readonly order: number;
}

/** Negative when `a` comes before `b`, positive when after, 0 when they are the same place. */
export function compareMoments(a: Moment, b: Moment): number {
  return a.at - b.at || a.sequence - b.sequence || a.order - b.order;
}

/** A moment that comes after every event of its millisecond: for what we saw ourselves, such as a removal or an expiry. */
export function momentOfSight(at: number): Moment {
  return { at, sequence: Number.MAX_SAFE_INTEGER, order: Number.MAX_SAFE_INTEGER };
}
