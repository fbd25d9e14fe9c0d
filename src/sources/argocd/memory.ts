import type { TargetKey } from '../../domain/deployment.ts';
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
  /** -1: none. */
  readonly lastHistoryId: number;
  /** The last operation that was seen: when it started, whether it is known how it ended. */
  readonly lastOperation: { readonly startedAt: number; readonly ended: boolean } | null;
  /** Until when the end of every operation but the last is known. */
  readonly knownUntil: number;
  readonly failures: readonly KnownFailure[];
  /** As last seen; while an operation has failed, as last listed. */
  readonly sync: string;
  /** Of the last whole sync that succeeded; empty: unknown. */
  readonly images: readonly string[];
  readonly health: HealthMemory | null;
}

/** What is remembered of a target, whichever applications have been it. */
export interface TargetMemory {
  readonly target: TargetKey;
  readonly team: string;
  readonly observedSince: number;
  readonly counted: Counted;
  /** When it was told that it is no longer there, in ms since the epoch; null: it is there. */
  readonly goneAt: number | null;
}

/** An application before its first GET. `knownUntil`: from when on its failures are looked for. */
export function blankMemory(
  { name, namespace, project, createdAt }: Listed,
  mapped: Pick<ApplicationMemory, 'target' | 'team'>,
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
    lastOperation: null,
    knownUntil,
    failures: [],
    sync: '',
    images: [],
    health: null,
  };
}

export function applicationKey(application: Pick<Listed, 'namespace' | 'name'>): string {
  return `application:${placeOf(application)}`;
}
