import type { FailureReason } from '../domain/observation.ts';

/** How one step of a cycle ended. */
export type PollEnd =
  | { readonly ok: true }
  | {
      readonly ok: false;
      readonly reason: FailureReason;
      /** For people; never holds a secret. */
      readonly detail: string;
      /** How long the upstream asked to be left alone, in milliseconds. */
      readonly retryAfterMs: number | null;
      /** Only part of the upstream failed: polling goes on at its interval. */
      readonly partial: boolean;
    };

/** What the poller asks of a collector. Its methods are never called while another of them is still running. */
export interface Pollable {
  /** The configured name of the source. */
  readonly name: string;
  /** Reads news and records it. Throws `signal.reason` soon after `signal` is aborted. */
  poll(signal: AbortSignal): Promise<PollEnd>;
  /**
   * Reads history until there is no more or `slice` is aborted: then it ends well, soon, and has kept its place.
   * Throws `stop.reason` when `stop` is aborted.
   */
  catchUp(slice: AbortSignal, stop: AbortSignal): Promise<PollEnd>;
  /** Records that a poll was complete and good. */
  stamp(): Promise<PollEnd>;
}
