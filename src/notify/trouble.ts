import type { FailureReason } from '../domain/observation.ts';
import { clean } from './text.ts';

/** Why an event can never be sent: the reasons of `dora_notifications_total{outcome="parked"}`. */
export const PARK_REASONS = ['too_large', 'bad_json', 'bad_request', 'server_error'] as const;
export type ParkReason = (typeof PARK_REASONS)[number];

/** What stops a room: the reasons of `dora_notifier_room_blocked`. */
export const BLOCK_REASONS = ['unauthorized', 'forbidden', 'not_found'] as const;
export type BlockReason = (typeof BLOCK_REASONS)[number];

/**
 * Why the homeserver did not do what it was asked to. `detail` never holds a token. `onTheWay`: what was wrong between it
 * and us; absent where it answered itself.
 */
export type Trouble = { readonly detail: string; readonly onTheWay?: FailureReason } & (
  | {
      /** It will be well by itself: come again, after `afterMs` where the homeserver says so. */
      readonly kind: 'wait';
      readonly afterMs: number | null;
      /** It asked to be left alone by the whole account: no failure. */
      readonly throttled: boolean;
    }
  /** The homeserver itself failed at this: what comes back for one event alone is poison. */
  | { readonly kind: 'server_error' }
  /** Nobody's requests, or not this one's, until somebody does something about it. */
  | { readonly kind: 'blocked'; readonly reason: BlockReason }
  /** This event, never. */
  | { readonly kind: 'poison'; readonly reason: Exclude<ParkReason, 'server_error'> }
);

/** An answer that is not 200, as far as it matters. */
export interface Refusal {
  readonly status: number;
  /** Of the body, where that is the homeserver's JSON; null where something else stands in the way. */
  readonly errcode: string | null;
  readonly error: string;
  /** Milliseconds that the header or the body asks for; null where neither does. */
  readonly retryAfterMs: number | null;
}

const CREDENTIALS = /^M_(MISSING_TOKEN|UNKNOWN_TOKEN|USER_LOCKED|USER_SUSPENDED|USER_DEACTIVATED)$/;
/** How long a homeserver over its limits is left alone, in milliseconds. */
const OVER_LIMIT_MS = 5 * 60_000;

/** Classifies a refusal: by its errcode, and where that says nothing by its status (client-server API, "Standard error response"). */
export function troubleOf(refusal: Refusal): Trouble {
  const { status, errcode, error, retryAfterMs } = refusal;
  const detail = clean(`${status}${errcode === null ? '' : ` ${errcode}`}${error === '' ? '' : `: ${error}`}`);
  if (status === 429 || errcode === 'M_LIMIT_EXCEEDED') {
    return { kind: 'wait', afterMs: retryAfterMs, throttled: true, detail };
  }
  if (errcode === 'M_RESOURCE_LIMIT_EXCEEDED')
    return { kind: 'wait', afterMs: OVER_LIMIT_MS, throttled: false, detail };
  if (status === 401 || (errcode !== null && CREDENTIALS.test(errcode))) {
    return { kind: 'blocked', reason: 'unauthorized', detail };
  }
  if (status === 413 || errcode === 'M_TOO_LARGE') return { kind: 'poison', reason: 'too_large', detail };
  if (errcode === 'M_BAD_JSON' || errcode === 'M_NOT_JSON') return { kind: 'poison', reason: 'bad_json', detail };
  // A proxy in between says nothing of the room or the event.
  if (errcode === null) return { kind: 'wait', afterMs: retryAfterMs, throttled: false, detail };
  if (status >= 500) return { kind: 'server_error', detail };
  if (status === 403) return { kind: 'blocked', reason: 'forbidden', detail };
  if (status === 404 && errcode !== 'M_UNRECOGNIZED') return { kind: 'blocked', reason: 'not_found', detail };
  if (status === 400) return { kind: 'poison', reason: 'bad_request', detail };
  return { kind: 'wait', afterMs: retryAfterMs, throttled: false, detail };
}
