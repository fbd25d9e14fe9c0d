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
  /** The gRPC code in the body of an error (grpc-gateway); absent where there is none. */
  readonly grpcCode?: number;
  /** What the answer says of a quota, numbers alone: names in lower case. Absent when there was no answer. */
  readonly headers?: Readonly<Record<string, string>>;
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

/** What a request can be made to depend on. */
export interface Conditions {
  /** As an earlier answer gave it. */
  readonly etag?: string | undefined;
}

/** One configured upstream, as its collector sees it. */
export interface Upstream {
  /**
   * GETs `path` (with its query, from the base URL on) and validates the JSON that comes.
   * With `etag`, what is still the same is a failure with the status 304.
   * Throws `stop.reason` when `stop` is aborted, and bugs; every trouble of the upstream is a `Failure`.
   */
  get<T>(path: string, schema: ZodType<T>, stop: AbortSignal, more?: Conditions): Promise<Answer<T>>;
  /** Ends all connections; what is still under way is cut off. */
  close(): Promise<void>;
}

/** How a stream of server-sent events is followed. */
export interface Following {
  readonly stop: AbortSignal;
  /** After so many milliseconds without a letter the stream is given up; so long it may also take to begin. */
  readonly silenceMs: number;
}

/** An upstream that also streams. */
export interface StreamingUpstream extends Upstream {
  /**
   * GETs `path` as server-sent events (WHATWG HTML §9.2) and hands over the validated JSON of each until the stream
   * ends, which it always does with a `Failure`. What `onEvent` returns other than null ends it too. Throws as `get` does.
   */
  follow<T>(
    path: string,
    schema: ZodType<T>,
    onEvent: (event: T) => Trouble | null,
    following: Following,
  ): Promise<Failure>;
}
