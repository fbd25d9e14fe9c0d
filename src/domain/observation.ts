import type { RoomName } from './severity.ts';

/** Why a poll failed: a closed set, the values of `dora_collector_poll_failures_total{reason}`. */
export const FAILURE_REASONS = [
  'dns',
  'connect',
  'tls',
  'timeout',
  'unauthorized',
  'forbidden',
  'not_found',
  'rate_limited',
  'server_error',
  'bad_response',
  'too_large',
  'store',
  'internal',
] as const;

export type FailureReason = (typeof FAILURE_REASONS)[number];

/**
 * What a room wants counted about itself. Rooms report these through the `observe` that they are given;
 * `metrics/program.ts` is the one place that turns them into metrics. Times in milliseconds since the epoch.
 */
export type Observation =
  /** One upstream request ended; `code` is the HTTP status, or `error` when there was no answer. */
  | { readonly kind: 'request'; readonly source: string; readonly code: string }
  /** A poll ended; `failure` is null when it was complete and good. `tookMs` is the whole poll. */
  | {
      readonly kind: 'poll';
      readonly source: string;
      readonly at: number;
      readonly tookMs: number;
      readonly failure: FailureReason | null;
      /** What went wrong, for people; null when nothing did. */
      readonly detail: string | null;
    }
  /** How many repositories, applications or subsystems the upstream listed. */
  | { readonly kind: 'listed'; readonly source: string; readonly targets: number }
  /** What a polled sink counts over `window`, by target: all that it shows, what is not here is gone. */
  | {
      readonly kind: 'errors_in_window';
      readonly source: string;
      readonly window: string;
      readonly targets: readonly { readonly app: string; readonly environment: string; readonly events: number }[];
    }
  /** A transaction of the ledger was committed. */
  | { readonly kind: 'committed'; readonly at: number }
  /** Old rows were swept; `rows` counts those of `table`. */
  | { readonly kind: 'swept'; readonly table: string; readonly rows: number }
  /** A whole sweep ended well. */
  | { readonly kind: 'sweep_done'; readonly at: number }
  | NotifierObservation
  /** The configuration was loaded. */
  | { readonly kind: 'reloaded'; readonly at: number };

/** What the notifier tells of itself. */
export type NotifierObservation =
  /** The homeserver took an event; `tookMs` from its decision, or the end of its throttle. An edit is not `counted`. */
  | {
      readonly kind: 'delivered';
      readonly room: RoomName;
      readonly at: number;
      readonly tookMs: number;
      readonly counted: boolean;
      readonly heartbeat: boolean;
    }
  /** An event can never be sent. */
  | { readonly kind: 'parked'; readonly room: RoomName; readonly reason: string }
  /** Rows of the outbox that go into another's message. */
  | { readonly kind: 'suppressed'; readonly reason: 'dedupe' | 'throttle'; readonly rows: number }
  /** What waits for a room; `oldestAt` is null when nothing does. */
  | { readonly kind: 'queue'; readonly room: RoomName; readonly pending: number; readonly oldestAt: number | null }
  /** Credentials or membership stop a room, or no longer do. */
  | { readonly kind: 'room_blocked'; readonly room: RoomName; readonly reason: string; readonly blocked: boolean };

export type Observe = (observation: Observation) => void;
