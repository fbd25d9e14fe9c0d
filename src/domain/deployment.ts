/** Who has a history: what is deployed, where, and which configured upstream told of it. */
export interface TargetKey {
  readonly source: string;
  readonly app: string;
  readonly environment: string;
}

export type Outcome = 'success' | 'failure';

export const OUTCOMES = ['success', 'failure'] as const satisfies readonly Outcome[];

/** What an incident is about. A source produces some of these, never others. */
export type IncidentKind = 'deployment' | 'degraded' | 'errors';

/** Why a deployment is a change failure. */
export type FailureCause = 'deployment' | 'degraded' | 'errors' | 'rollback' | 'verdict';

/** Why a deployment is rework. */
export type ReworkCause = 'rollback' | 'deployment' | 'degraded' | 'errors';

/** One finished attempt to change a target. All times are milliseconds since the epoch. */
export interface Deployment {
  /** The upstream's id of the row, unique within the source for ever. */
  readonly id: string;
  readonly target: TargetKey;
  readonly outcome: Outcome;
  /** When it ended. */
  readonly at: number;
  /** Pipeline number or history id: orders events of one second. */
  readonly sequence: number;
  /** Row id: orders events of one sequence. */
  readonly order: number;
  /** Run time in milliseconds; null when the upstream does not tell or tells nonsense. */
  readonly durationMs: number | null;
  /** What was deployed: two attempts with one identity tried the same change. Empty when unknown. */
  readonly identity: string;
  readonly commit: string;
  /** Where a person can see it upstream. */
  readonly link: string | null;
  /** The rule that decided it, in words. */
  readonly rule: string;
  /** Facts of the upstream for people: event, branch, step, exit code. Never labels. */
  readonly details: Readonly<Record<string, string | number>>;
  /**
   * False for a failure that is the earliest counted row of a history which goes on before it: the incident
   * it opens has no known beginning.
   */
  readonly beginningKnown: boolean;
  /** When it began: decides what it can be blamed for. Absent or null: unknown. */
  readonly startedAt?: number | null;
  /** It went back to what had run before (counting.md §3): the deployment that it replaced is to blame. */
  readonly rollback?: boolean;
  /** What its commits are asked for by, in the words of its source. Absent: nothing but the commit and the details. */
  readonly lookup?: Readonly<Record<string, string>>;
  /** False where a failure at its time could not have been seen: then no ratio counts it. Absent: it could. */
  readonly failuresSeen?: boolean;
}

/** A text that is the same for the same target and differs for different ones. */
export function targetId(key: TargetKey): string {
  return JSON.stringify([key.source, key.app, key.environment]);
}
