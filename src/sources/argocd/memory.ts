import { type TargetKey, targetId } from '../../domain/deployment.ts';
import { type Listed, placeOf, type Tuple } from './application.ts';
import type { Counted } from './counting-attempts.ts';
import type { KnownFailure } from './events.ts';
import type { HealthMemory } from './health.ts';

/** What is remembered of an application between polls, committed with what was read of it. Times in ms, 0 unknown. */
export interface ApplicationMemory {
  readonly name: string;
  readonly namespace: string;
  readonly project: string;
  readonly createdAt: number;
  readonly target: TargetKey;
  readonly team: string;
  /** Of the last GET. */
  readonly tuple: Tuple | null;
  /** It ended so shortly before that another one can have the same times. */
  readonly again: boolean;
  /** Of the last read; -1: none. */
  readonly lastHistoryId: number;
  /** Of all reads; missing in what was remembered before this was, as is the next. */
  readonly highestHistoryId?: number;
  /** The latest end of an entry of the history, in ms. */
  readonly lastDeployedAt?: number;
  /**
   * The last operation that was seen: when it started, whether it is known how it ended, and when (while it runs: when it
   * started).
   */
  readonly lastOperation: { readonly startedAt: number; readonly ended: boolean; readonly at?: number } | null;
  /** Until when the end of every operation but the last is known. */
  readonly knownUntil: number;
  readonly failures: readonly KnownFailure[];
  /** As last seen; while an operation has failed, as last listed. */
  readonly sync: string;
  /** Of the last whole sync that succeeded, and of parts since; empty: unknown. */
  readonly images: readonly string[];
  readonly health: HealthMemory | null;
}

/** What is remembered of a target, whichever applications have been it. */
export interface TargetMemory {
  readonly target: TargetKey;
  readonly team: string;
  readonly observedSince: number;
  readonly counted: Counted;
  /** Place of the application that was last read as it; missing in what was remembered before this was. */
  readonly holder?: string;
  /** Degraded was told of it and Healthy was not. */
  readonly degraded: boolean;
  /** When it was told that it is no longer there, in ms since the epoch; null: it is there. */
  readonly goneAt: number | null;
}

/**
 * An application before its first GET. `degraded`: its target was left so. `knownUntil`: from when on its failures are
 * looked for, in milliseconds since the epoch.
 */
export function blankMemory(
  { name, namespace, project, createdAt }: Listed,
  mapped: Pick<ApplicationMemory, 'target' | 'team'>,
  degraded: boolean,
  knownUntil: number,
): ApplicationMemory {
  return {
    name,
    namespace,
    project,
    createdAt,
    target: mapped.target,
    team: mapped.team,
    tuple: null,
    again: true,
    lastHistoryId: -1,
    highestHistoryId: -1,
    lastOperation: null,
    knownUntil,
    failures: [],
    sync: '',
    images: [],
    health: unseenHealth(degraded),
  };
}

/** Health of which nothing has been seen, of a target that was left degraded or not. */
export function unseenHealth(degraded: boolean): HealthMemory | null {
  return degraded ? { status: '', since: 0, told: true, open: true } : null;
}

export function applicationKey(application: Pick<Listed, 'namespace' | 'name'>): string {
  return `application:${placeOf(application)}`;
}

export function targetKey(target: TargetKey): string {
  return `target:${targetId(target)}`;
}

/** Everything that was remembered, as the ledger gives it back. */
export interface Remembered {
  /** By `applicationKey`. */
  readonly applications: Map<string, ApplicationMemory>;
  /** By `targetKey`. */
  readonly targets: Map<string, TargetMemory>;
  /** The time of the last list of a complete good poll, in milliseconds since the epoch; 0: none. */
  listedAt: number;
}

export const LISTED_KEY = 'listed';

export function remembered(state: ReadonlyMap<string, unknown>): Remembered {
  const applications = new Map<string, ApplicationMemory>();
  const targets = new Map<string, TargetMemory>();
  for (const [key, value] of state) {
    if (key.startsWith('application:')) applications.set(key, value as ApplicationMemory);
    else if (key.startsWith('target:')) targets.set(key, value as TargetMemory);
  }
  const listed = state.get(LISTED_KEY) as { readonly at: number } | undefined;
  return { applications, targets, listedAt: listed?.at ?? 0 };
}
