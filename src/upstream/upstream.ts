import type { ZodType } from 'zod';
import type { FailureReason } from '../domain/observation.ts';

/** What went wrong. Never holds a token or anything of a body. */
export interface Trouble {
  readonly reason: FailureReason;
  /** One short sentence for people: what was asked for, what came, what would be right. */
  readonly detail: string;
}

/** Why a request gave no value. */
export interface Failure extends Trouble {
  /** The HTTP status; null when there was no answer. */
  readonly status: number | null;
  /** How long the upstream asked to be left alone, in milliseconds; null when it did not. */
  readonly retryAfterMs: number | null;
}

export type Answer<T> =
  | {
      readonly ok: true;
      readonly value: T;
      /** The upstream's time by its `Date` header, else ours; milliseconds since the epoch. */
      readonly date: number;
      /** Names in lower case. */
      readonly headers: Readonly<Record<string, string>>;
    }
  | { readonly ok: false; readonly failure: Failure };

/** One configured upstream, as its collector sees it. */
export interface Upstream {
  /**
   * GETs `path` (with its query, from the base URL on) and validates the JSON that comes.
   * Throws `stop.reason` when `stop` is aborted, and bugs; every trouble of the upstream is a `Failure`.
   */
  get<T>(path: string, schema: ZodType<T>, stop: AbortSignal): Promise<Answer<T>>;
  /** Ends all connections; what is still under way is cut off. */
  close(): Promise<void>;
}
