import type { ChangeOrigin, UnknownLeadTime } from '../domain/change.ts';
import type { FailureCause, IncidentKind, Outcome, ReworkCause, TargetKey } from '../domain/deployment.ts';
import type { CloseOutcome } from '../domain/mttr.ts';
import type { FailureReason } from '../domain/observation.ts';
import type { Resolution, Verdict, VerdictEntry } from '../domain/override.ts';
import type { RoomName, Severity } from '../domain/severity.ts';
import type { Delivery } from './delivery.ts';

/** A part of a list: `next` is the cursor of the part that follows, null at the end. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

/** What every list can be asked for. A null filter asks for all. */
export interface ListQuery {
  readonly limit: number;
  /** As an earlier page gave it; null for the first page. */
  readonly cursor: string | null;
  readonly source: string | null;
  readonly app: string | null;
  readonly environment: string | null;
  /** Empty asks for what has no team. */
  readonly team: string | null;
}

export type TargetQuery = ListQuery;

/** `since` <= finished < `until`, in milliseconds since the epoch. */
export interface DeploymentQuery extends ListQuery {
  /** The upstream's id, as an exemplar carries it; a source's ids are its own. */
  readonly upstreamId: string | null;
  readonly outcome: Outcome | null;
  readonly since: number | null;
  readonly until: number | null;
}

/** The deployments of these targets, by the ledger's numbers. */
export interface HistoryQuery extends Pick<ListQuery, 'limit' | 'cursor'> {
  readonly targets: readonly number[];
}

/** The latest deployments of these targets, each with the end of its latest, in milliseconds since the epoch. */
export interface LatestQuery extends Pick<ListQuery, 'limit'> {
  readonly targets: readonly { readonly id: number; readonly latestAt: number | null }[];
}

/** `since` <= opened < `until`, in milliseconds since the epoch. */
export interface IncidentQuery extends ListQuery {
  readonly state: 'open' | 'closed' | null;
  readonly kind: IncidentKind | null;
  readonly since: number | null;
  readonly until: number | null;
}

/** The cursor is not one that an earlier page gave. */
export class BadCursor extends Error {
  readonly code = 'BAD_CURSOR';

  constructor(options?: ErrorOptions) {
    super('the cursor is not one that a page of this list gave', options);
  }
}

/** One target, as people and scripts ask for it. All times in milliseconds since the epoch; null is unknown. */
export interface TargetRecord extends TargetKey {
  readonly id: number;
  readonly team: string;
  readonly observedSince: number;
  readonly lastActiveAt: number;
  readonly lastSuccessAt: number | null;
  readonly failureAt: number | null;
  readonly recoveryAt: number | null;
  readonly open: readonly { readonly kind: IncidentKind; readonly since: number | null }[];
  readonly deployments: Readonly<Record<Outcome, number>>;
  /** When a complete good poll found that it is no longer listed; null while it is. */
  readonly removedAt: number | null;
}

/** A change that a deployment brought, or changes of which nothing is known. Times in milliseconds since the epoch. */
export interface ChangeRecord {
  /** Empty where no commit is known. */
  readonly sha: string;
  readonly repository: string;
  readonly committedAt: number | null;
  readonly leadMs: number | null;
  /** Where the commit's time came from; null exactly when `leadMs` is. */
  readonly origin: ChangeOrigin | null;
  /** Why there is no lead time. */
  readonly unknown: UnknownLeadTime | null;
  /** How many changes it stands for. */
  readonly number: number;
}

/** What a deployment did to an incident. */
export type IncidentRole = 'opened' | 'extended' | 'closed';

/** One counted deployment, with the rule that decided it and what it meant. */
export interface DeploymentRecord extends TargetKey {
  /** The ledger's number, not the upstream's. */
  readonly id: number;
  readonly upstreamId: string;
  readonly team: string;
  readonly outcome: Outcome;
  readonly finishedAt: number;
  readonly durationMs: number | null;
  /** Pipeline number or history id. */
  readonly number: number;
  readonly commit: string;
  /** Where a person can see it upstream. */
  readonly link: string | null;
  /** The rule that decided it, in words. */
  readonly rule: string;
  readonly details: Readonly<Record<string, string | number>>;
  readonly recordedAt: number;
  readonly changeFailure: FailureCause | null;
  /** The rule that made it one, in words; null exactly when it is none. */
  readonly changeFailureWhy: string | null;
  /** What a person says of it now; null: nothing. */
  readonly verdict: Verdict | null;
  /** All that people ever said of it, the earliest first. */
  readonly verdicts: readonly VerdictEntry[];
  readonly rework: ReworkCause | null;
  /** What became of its commits; null: lead time is of no interest to its source, or was not when it was recorded. */
  readonly delivery: Delivery | null;
  /** The changes that it brought, at most 300 of them. */
  readonly changes: readonly ChangeRecord[];
  /** The incident that it opened, extended or closed; `role` is null exactly when this is. */
  readonly incidentId: number | null;
  readonly role: IncidentRole | null;
}

/** A deployment as an incident shows it. */
export interface DeploymentBrief
  extends Pick<DeploymentRecord, 'id' | 'number' | 'outcome' | 'finishedAt' | 'rule' | 'link' | 'details'> {}

/** A deployment as a list of the latest shows it. */
export interface LatestDeployment
  extends DeploymentBrief,
    TargetKey,
    Pick<DeploymentRecord, 'team' | 'durationMs' | 'changeFailure' | 'rework'> {}

/** What a source saw of a target that is no deployment, as an incident shows it. */
export interface SightingBrief {
  readonly kind: 'failure' | 'recovery' | 'withdrawn';
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly details: Readonly<Record<string, string | number>>;
  /** The deployment that it makes a change failure; null when there is none, or when its row was swept. */
  readonly attributedTo: DeploymentBrief | null;
}

/** One incident: the failure that opened it, the run of failures, and what ended it. */
export interface IncidentRecord extends TargetKey {
  readonly id: number;
  readonly kind: IncidentKind;
  readonly team: string;
  readonly state: 'open' | CloseOutcome;
  /** Null when the beginning is not known. */
  readonly openedAt: number | null;
  readonly beginningKnown: boolean;
  readonly closedAt: number | null;
  /** From the failure that opened it to the event that closed it; null while open, and where there is none. */
  readonly recoveryMs: number | null;
  readonly failures: number;
  /** Null when no deployment did, or when its row was swept. */
  readonly openedBy: DeploymentBrief | null;
  /** The failures of the run in order, at most 100 of them. */
  readonly run: readonly DeploymentBrief[];
  readonly closedBy: DeploymentBrief | null;
  /** The person's word that closed it; null exactly when `state` is not `resolved`. */
  readonly resolution: Resolution | null;
  /** What opened, extended or closed it and was no deployment, in order, at most 100. */
  readonly sightings: readonly SightingBrief[];
  /** The deployment that its opening is attributed to; one that failed itself is `openedBy`. */
  readonly attributedTo: DeploymentBrief | null;
}

/** `since` <= made < `until`, in milliseconds since the epoch. A null filter asks for all. */
export interface NotificationQuery {
  readonly limit: number;
  readonly cursor: string | null;
  readonly room: RoomName | null;
  readonly state: NotificationState | null;
  readonly since: number | null;
  readonly until: number | null;
}

export const NOTIFICATION_STATES = ['waiting', 'delivered', 'parked'] as const;
export type NotificationState = (typeof NOTIFICATION_STATES)[number];

/** One Matrix event: what it told, and why. Times in milliseconds since the epoch. */
export interface NotificationRecord {
  readonly id: number;
  readonly room: RoomName;
  /** A message, an edit of one, or a notice in the thread of one. */
  readonly kind: 'message' | 'edit' | 'notice';
  /** Of an edit or a notice: the `id` of its message. */
  readonly about: number | null;
  readonly state: NotificationState;
  readonly createdAt: number;
  readonly deliveredAt: number | null;
  readonly roomId: string | null;
  readonly eventId: string | null;
  readonly parked: { readonly reason: string; readonly detail: string } | null;
  /** Null before the first attempt: more may still join it. */
  readonly text: string | null;
  /** What it accounts for, in order, at most 500 of them. */
  readonly facts: readonly NotificationFact[];
}

/** A fact that was decided to be told. */
export interface NotificationFact {
  /** Unique for ever; of a posted event the sink's id. */
  readonly id: string;
  readonly source: string;
  readonly severity: Severity;
  /** Why it is in this message: it is the first, the same again, summed up, or ends what the message announced. */
  readonly role: 'first' | 'repeated' | 'summed' | 'ends' | null;
  readonly decidedAt: number;
  /** What it tells of, such as `incident 7`; null for what stands for itself. */
  readonly about: string | null;
}

/** How one source is doing. */
export interface CollectorRecord {
  readonly source: string;
  readonly type: string;
  /** True when the last poll was complete and good; null before the first. */
  readonly up: boolean | null;
  readonly lastSuccessAt: number | null;
  readonly lastPollAt: number | null;
  readonly lastFailure: { readonly reason: FailureReason; readonly detail: string; readonly at: number } | null;
  /** Repositories, applications or subsystems listed; null before the first listing. */
  readonly targets: number | null;
  /** Targets whose history is still to be read, and read; null for a source without history. */
  readonly backfill: { readonly pending: number; readonly done: number } | null;
}

/** What the ledger counted of a source beside its deployments, for ever. */
export interface NotCountedRecord {
  readonly source: string;
  /** Rows of the upstream that are no deployments, by reason; without those of a first read of history. */
  readonly ignored: ReadonlyMap<string, number>;
  /** Changes without a lead time, by reason. */
  readonly unknownLeadTimes: ReadonlyMap<string, number>;
  /** Known losses. */
  readonly gaps: number;
  /** Late events and verdicts that changed what a total had counted. */
  readonly corrections: number;
}

/** How a Matrix room is doing. Times in milliseconds since the epoch. */
export interface RoomRecord {
  readonly room: RoomName;
  /** What waits to be sent. */
  readonly pending: number;
  /** When the oldest of it was decided on; null when nothing waits. */
  readonly oldestAt: number | null;
  readonly lastDeliveryAt: number | null;
  readonly delivered: number;
  /** What can never be sent. */
  readonly parked: number;
  /** Why nothing can be sent there: what the homeserver refuses; null: nothing does. */
  readonly blocked: string | null;
}

/** How the notifier is doing. */
export interface NotifierRecord {
  readonly rooms: readonly RoomRecord[];
  /** When the last daily self-test was delivered; null: never, or there is none. */
  readonly heartbeatAt: number | null;
}
