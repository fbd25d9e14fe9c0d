import type { OutboxFact } from '../ledger/outgoing.ts';
import type { Candidates, Placement } from '../ledger/place-rows.ts';

/** In milliseconds; 0 is off. */
export interface NoiseSettings {
  /** The same alert within this time of its first is one message with a count. */
  readonly dedupeMs: number;
  /** One message per origin in this time. */
  readonly throttleMs: number;
}

/** A count waits this long for more to be counted: the first edit comes well within 10 s. */
const EDIT_AFTER_MS = 5_000;
/** Edits use up the homeserver's rate limit as messages do (at its default one in 5 s, for all rooms). */
const EDIT_EVERY_MS = 10_000;

/**
 * Where a row of the outbox goes. What ends something joins the message that announced it; the same alert joins its
 * first within `dedupeMs`; what has the origin of a message that still waits joins that. All else is a message of its own.
 */
export function placing({ dedupeMs, throttleMs }: NoiseSettings) {
  return (row: OutboxFact, { announced, same, waiting }: Candidates): Placement => {
    if (row.ends && announced !== null && !announced.parked) {
      return { role: 'ends', message: announced.id, editWithinMs: 0, editEveryMs: 0 };
    }
    // Either way: a clock that is set back by a day must not make the alerts of that day counts of an old message.
    if (!row.ends && same !== null && !same.parked && Math.abs(row.decidedAt - same.decidedAt) < dedupeMs) {
      return { role: 'repeated', message: same.id, editWithinMs: EDIT_AFTER_MS, editEveryMs: EDIT_EVERY_MS };
    }
    if (throttleMs > 0 && waiting !== null) {
      return { role: 'summed', message: waiting.id, editWithinMs: 0, editEveryMs: 0 };
    }
    return { role: 'first' };
  };
}
