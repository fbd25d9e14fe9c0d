import type { Deployment, FailureCause, IncidentKind, ReworkCause, TargetKey } from './deployment.ts';
import type { News } from './news.ts';
import type { Severity } from './severity.ts';

/** How an event reached the ledger. `late` is the ledger's own word for one that arrived out of order. */
export type Origin = 'poll' | 'backfill' | 'late' | 'ingest' | 'api' | 'tick';

/** Why an upstream row was not counted: the closed set of counting.md, in its order. */
export const IGNORED_REASONS = [
  'gone',
  'event',
  'branch',
  'environment',
  'filtered',
  'canceled',
  'declined',
  'skipped',
  'error',
  'superseded',
  'killed_user',
  'not_run',
  'workflow',
  'killed',
  'no_time',
  'expired',
  'dry_run',
  'self_heal',
  'partial',
  'aborted',
  'local',
  'resync',
  'repeated',
  'duplicate_target',
] as const;

export type IgnoredReason = (typeof IGNORED_REASONS)[number];

/** What a source can produce: the series that its targets have from birth, and none besides. */
export interface Capabilities {
  readonly kinds: readonly IncidentKind[];
  readonly causes: readonly FailureCause[];
  readonly rework: readonly ReworkCause[];
  /** Of the error events that are posted to it; absent: none are. */
  readonly severities?: readonly Severity[];
}

/** What a collector tells of a target beside its events. */
export interface TargetFacts {
  readonly target: TargetKey;
  /** Empty when unknown. */
  readonly team: string;
  /** Milliseconds since the epoch: from when on the target's history is known whole. */
  readonly observedSince: number;
  /** True where the target exists from its first sight, without an event. */
  readonly sighted?: boolean;
}

/** What a source saw of a target that is not a deployment: it opens or closes an incident as one would. */
export interface Sighting {
  /** Unique within the source for ever, among deployments too. */
  readonly id: string;
  readonly target: TargetKey;
  /** The kind of incident that it opens or closes. */
  readonly about: IncidentKind;
  readonly kind: 'failure' | 'recovery' | 'withdrawn';
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** For a failure: how long after the end of a deployment it still makes that one a change failure, in ms. */
  readonly blameWithinMs: number | null;
  /** Facts for people: status, message. Never labels. */
  readonly details: Readonly<Record<string, string | number>>;
}

/** Error events of one target and severity that are new, to be counted. */
export interface PostedCount {
  readonly target: TargetKey;
  readonly severity: Severity;
  readonly events: number;
  /** The latest of them, in milliseconds since the epoch. */
  readonly latestAt: number;
}

/**
 * What one poll, or the first read of one repository, found: recorded whole or not at all.
 * Rows that the ledger knows already are dropped by it, so reading a row again is harmless.
 */
export interface Batch {
  readonly source: string;
  readonly origin: Exclude<Origin, 'late'>;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly capabilities: Capabilities;
  /** In any order. Every target named here has its facts in `targets`. */
  readonly deployments: readonly Deployment[];
  /** In any order. Absent: the source tells of deployments alone. */
  readonly sightings?: readonly Sighting[];
  /** What may become a message and is no incident, each once: the ledger does not drop what it knows of these. */
  readonly news?: readonly News[];
  /** Absent: none were posted. Every target named here has its facts in `targets`. */
  readonly posted?: readonly PostedCount[];
  /** Rows that are decided and not counted. */
  readonly ignored: readonly { readonly id: string; readonly reason: IgnoredReason }[];
  /** Facts of the targets named here; a known target takes over the team, and a later `observedSince`. */
  readonly targets: readonly TargetFacts[];
  /** Targets that go on under another name; carried out together, before anything else. */
  readonly moves: readonly { readonly from: TargetKey; readonly to: TargetKey }[];
  /** Targets that are no longer there, or are there again. */
  readonly listings: readonly { readonly target: TargetKey; readonly change: 'removed' | 'listed' }[];
  /** What the collector must remember, by key; null forgets the key. */
  readonly state: ReadonlyMap<string, unknown>;
  /** Known losses. */
  readonly gaps: number;
  /**
   * What becomes of the commits that successful deployments brought: looked up in their time, or unknown as there is
   * no forge to ask. Absent: lead time is of no interest.
   */
  readonly commits?: 'lookup' | 'no_forge';
  /** True at the end of a complete good poll: stamps the collector's last success. */
  readonly complete: boolean;
}
