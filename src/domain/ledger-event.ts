import type { ChangeFailure } from './attribution.ts';
import type { ChangeOrigin, UnknownLeadTime } from './change.ts';
import type { IncidentKind, Outcome, ReworkCause, TargetKey } from './deployment.ts';
import type { CloseOutcome } from './mttr.ts';
import type { Decision, Verdict } from './override.ts';

/**
 * What a ledger knows, fact by fact, as it is carried from it to whoever counts it again. Each names its target, and what
 * identifies it besides is the upstream's, so that it means the same in every ledger. Times in milliseconds since the epoch.
 */
export type LedgerEvent = { readonly target: TargetKey } & (
  | TargetEvent
  | DeploymentEvent
  | IncidentEvent
  | ChangeEvent
  | VerdictEvent
  | ResolutionEvent
);

/** Comes before all else of its target. */
export interface TargetEvent {
  readonly kind: 'target';
  /** Empty when unknown. */
  readonly team: string;
  readonly observedSince: number;
  /** False: it is gone. */
  readonly listed: boolean;
  /** End of the latest deployment of its first read whose commits are still to be looked up; null: none is. */
  readonly leadTimesAwaitedUntil: number | null;
}

export interface DeploymentEvent {
  readonly kind: 'deployment';
  /** The upstream's id, unique within the source for ever. */
  readonly id: string;
  readonly outcome: Outcome;
  readonly at: number;
  /** Pipeline number or history id, and the order among those of one number. */
  readonly number: number;
  readonly order: number;
  readonly startedAt: number | null;
  readonly durationMs: number | null;
  /** What was deployed. */
  readonly identity: string;
  readonly commit: string;
  readonly link: string | null;
  /** The rule that decided it, in words. */
  readonly rule: string;
  readonly rollback: boolean;
  readonly failuresSeen: boolean;
  /** As the events have it: what people say of it comes as verdicts. */
  readonly changeFailure: ChangeFailure | null;
  readonly rework: ReworkCause | null;
}

export interface IncidentEvent {
  readonly kind: 'incident';
  readonly about: IncidentKind;
  /** Upstream id of the failure that opened it. */
  readonly openedBy: string;
  readonly openedAt: number;
  readonly beginningKnown: boolean;
  /** Length of the run of failures. */
  readonly failures: number;
  /** These are null while it is open. */
  readonly closedAt: number | null;
  readonly outcome: CloseOutcome | null;
  readonly recoveryMs: number | null;
  /** The deployment to blame, of whatever target; null: none is. */
  readonly blamed: { readonly target: TargetKey; readonly id: string } | null;
}

export interface ChangeEvent {
  readonly kind: 'change';
  /** Upstream id of the deployment that brought it, and when that ended. */
  readonly deployment: string;
  readonly at: number;
  readonly repository: string;
  /** Empty where no commit is known. */
  readonly sha: string;
  readonly committedAt: number | null;
  /** Null exactly when `unknown` is not. */
  readonly leadMs: number | null;
  readonly origin: ChangeOrigin | null;
  readonly unknown: UnknownLeadTime | null;
  /** How many changes it stands for. */
  readonly number: number;
}

/** What a person said of a deployment; the last of them holds, and null takes back what was said before. */
export interface VerdictEvent extends Decision {
  readonly kind: 'verdict';
  /** Upstream id. */
  readonly deployment: string;
  readonly verdict: Verdict | null;
}

/** A person ended an incident of this kind: the incident says what came of it. */
export interface ResolutionEvent extends Decision {
  readonly kind: 'resolution';
  readonly about: IncidentKind;
  readonly at: number;
  readonly takenBack: Decision | null;
}
