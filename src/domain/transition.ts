import type { Origin } from './batch.ts';
import type { IncidentKind, TargetKey } from './deployment.ts';
import type { CloseOutcome } from './mttr.ts';

/** What a commit changed about an incident: what may become a message. Times in milliseconds since the epoch. */
export interface Transition {
  /** The ledger's number of the incident. */
  readonly incident: number;
  readonly kind: IncidentKind;
  readonly target: TargetKey;
  readonly team: string;
  readonly operation: 'open' | 'extend' | 'close';
  readonly outcome: 'done' | 'noop' | CloseOutcome;
  readonly origin: Origin;
  readonly openedAt: number;
  readonly closedAt: number | null;
  readonly recoveryMs: number | null;
}

/** A message that was decided on: a fact, without wording. Ids are unique for ever. */
export interface OutboxRow {
  readonly id: string;
  readonly severity: 'critical' | 'warning' | 'info';
  readonly key: string;
  readonly origin: string;
  readonly payload: unknown;
}

/** Which transitions become messages. Pure. */
export type Plan = (transitions: readonly Transition[]) => readonly OutboxRow[];
