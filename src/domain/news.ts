import type { TargetKey } from './deployment.ts';
import type { Severity } from './severity.ts';

/** What of `event_data` gives an error event a wording of its own. */
export type PostedForm =
  | { readonly form: 'run'; readonly nodeId: string; readonly durationMs: number }
  | {
      readonly form: 'dag';
      readonly dagName: string;
      readonly runId: string;
      readonly stepName: string;
      readonly exitCode: number;
    }
  | {
      readonly form: 'anomaly';
      readonly violations24h: number;
      readonly threshold: number;
      /** Ids of the rules that were violated most, the first first. */
      readonly rules: readonly string[];
    };

/** An error event that somebody posted, as far as a message tells of it. */
export interface Posted {
  readonly kind: 'posted';
  /** The sink's id of the event, unique for ever over all workspaces: the room accounts for the event by it. */
  readonly id: string;
  /** The workspace's name, the subsystem, and the environment. */
  readonly target: TargetKey;
  readonly severity: Severity;
  /** When it happened, in milliseconds since the epoch. */
  readonly at: number;
  readonly operation: string;
  /** Class of the exception; null when it was not told. */
  readonly errorType: string | null;
  /** What it said; null when it was not told. */
  readonly message: string | null;
  /** Who shares a throttle with it; null: its target. */
  readonly origin: string | null;
  /** Null: told as any error. */
  readonly form: PostedForm | null;
}

/** A rule of the sink that opens no incident was crossed, or is no longer. */
export interface Crossed {
  readonly kind: 'crossed';
  /** Unique for ever, the same in both of one crossing. */
  readonly id: string;
  readonly target: TargetKey;
  readonly severity: Severity;
  readonly change: 'above' | 'back';
  /** When it was crossed, and when it was back; null with `change: 'above'`. In milliseconds since the epoch. */
  readonly crossedAt: number;
  readonly backAt: number | null;
  /** The rule's name. */
  readonly rule: string;
  /** How many events stand within the window, or the value that was measured. */
  readonly value: number;
  readonly threshold: number;
  /** Of a rule that counts events, in milliseconds; null for one that looks at values. */
  readonly windowMs: number | null;
}

/** A source's collector has been down for long, or is back. */
export interface CollectorDown {
  readonly kind: 'collector';
  readonly source: string;
  readonly change: 'down' | 'back';
  /** When the first failed poll ended, and the first good one after it; null while down. Milliseconds since the epoch. */
  readonly downSince: number;
  readonly backAt: number | null;
  /** The reason of the latest failure, and what it said. */
  readonly reason: string;
  readonly detail: string;
}

/** The daily self-test. */
export interface Heartbeat {
  readonly kind: 'heartbeat';
  /** The local day that it is of, as YYYY-MM-DD. */
  readonly day: string;
  /** When it was due, in milliseconds since the epoch. */
  readonly at: number;
}

/** What may become a message besides an incident. */
export type News = Posted | Crossed | CollectorDown | Heartbeat;
