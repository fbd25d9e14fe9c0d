import type { Generated } from 'kysely';
import type { ChangesTable, CommitsTable, LookupsTable } from './change-tables.ts';
import type { ErrorEventsTable, ErrorSpansTable, MeasurementsTable } from './errors/tables.ts';

/** Times are milliseconds since the epoch; JSON is text; yes and no are 1 and 0, the same in every store. */
export interface Tables {
  readonly targets: TargetsTable;
  readonly deployments: DeploymentsTable;
  readonly decided: DecidedTable;
  readonly sightings: SightingsTable;
  readonly marks: MarksTable;
  readonly incidents: IncidentsTable;
  readonly resolutions: ResolutionsTable;
  readonly verdicts: VerdictsTable;
  readonly collectors: CollectorsTable;
  readonly collector_state: CollectorStateTable;
  readonly source_counts: SourceCountsTable;
  readonly error_events: ErrorEventsTable;
  readonly measurements: MeasurementsTable;
  readonly error_spans: ErrorSpansTable;
  readonly outbox: OutboxTable;
  readonly messages: MessagesTable;
  readonly notifier_state: NotifierStateTable;
  readonly notification_counts: NotificationCountsTable;
  readonly lookups: LookupsTable;
  readonly changes: ChangesTable;
  readonly commits: CommitsTable;
  readonly leadership: LeadershipTable;
  readonly inbox: InboxTable;
}

/** What replicas that follow took in for the one that leads, in the order in which it was committed. */
export interface InboxTable {
  id: Generated<number>;
  kind: 'post' | 'resolve' | 'reopen' | 'verdict';
  /** JSON. */
  body: string;
  at: number;
  /** JSON: what came of it, for whoever asked; null: it waits. */
  answer: string | null;
}

export interface TargetsTable {
  id: Generated<number>;
  source: string;
  app: string;
  environment: string;
  team: string;
  capabilities: string;
  observed_since: number;
  born_live_at: number | null;
  /** JSON: where the history stands, by kind of incident. */
  places: string;
  last_active_at: number;
  last_success_at: number | null;
  failure_at: number | null;
  recovery_at: number | null;
  removed_at: number | null;
  totals: string;
}

export interface DeploymentsTable {
  id: Generated<number>;
  source: string;
  upstream_id: string;
  target_id: number;
  outcome: string;
  at: number;
  sequence: number;
  ord: number;
  duration_ms: number | null;
  beginning_known: number;
  identity: string;
  started_at: number | null;
  is_rollback: number;
  /** 0: a failure at its time could not have been seen, so no ratio counts it. */
  failures_seen: number;
  /** JSON: commit, link, rule and the upstream's facts. */
  facts: string;
  recorded_at: number;
  change_failure: string | null;
  change_failure_why: string | null;
  /** The cause under which the totals count it as a change failure: kept whatever later events make of it. */
  change_failure_counted: string | null;
  rework: string | null;
  /** The cause under which the totals count it as rework: kept when a late event takes the cause away. */
  rework_counted: string | null;
  /** What became of its commits: see `DELIVERIES`; null: they are of no interest. */
  delivery: string | null;
  /** What a person says of it now; null: nothing. */
  verdict: string | null;
}

/** Ids that are decided and have no row elsewhere: ignored ones, and what is older than the retention. */
export interface DecidedTable {
  source: string;
  upstream_id: string;
  verdict: string;
}

/** What a source saw of a target that is no deployment. */
export interface SightingsTable {
  id: Generated<number>;
  source: string;
  upstream_id: string;
  target_id: number;
  /** The kind of incident that it opens or closes. */
  about: string;
  kind: string;
  at: number;
  blame_within_ms: number | null;
  /** Upstream id of the deployment that it is attributed to. */
  blamed: string | null;
  /** The target of that deployment; null: the sighting's own. */
  blamed_target: number | null;
  /** JSON: the upstream's facts. */
  details: string;
  recorded_at: number;
}

/** When a target went and came back. */
export interface MarksTable {
  id: Generated<number>;
  target_id: number;
  kind: string;
  at: number;
}

export interface IncidentsTable {
  id: Generated<number>;
  target_id: number;
  kind: string;
  opened_at: number;
  opened_sequence: number;
  opened_ord: number;
  /** Upstream id of the failure that opened it. */
  opened_by: string;
  beginning_known: number;
  failures: number;
  failed_identity: string;
  closed_at: number | null;
  closed_sequence: number | null;
  closed_ord: number | null;
  /** Upstream id of the event that closed it. */
  closed_by: string | null;
  /** Null while open. */
  outcome: string | null;
  recovery_ms: number | null;
  /** What the totals counted as its recovery time. */
  counted_ms: number | null;
}

/** When people ended incidents. One that was taken back says nothing any more, and is kept for whoever asks. */
export interface ResolutionsTable {
  id: Generated<number>;
  target_id: number;
  /** The kind of incident. */
  about: string;
  at: number;
  decided_by: string;
  reason: string;
  decided_at: number;
  taken_back_by: string | null;
  taken_back_reason: string | null;
  taken_back_at: number | null;
}

/** All that people ever said of deployments; the last entry of each holds. */
export interface VerdictsTable {
  id: Generated<number>;
  deployment_id: number;
  /** Null takes back what was said before. */
  verdict: string | null;
  decided_by: string;
  reason: string;
  decided_at: number;
}

export interface CollectorsTable {
  source: string;
  last_success_at: number | null;
}

export interface CollectorStateTable {
  source: string;
  key: string;
  value: string;
}

export interface SourceCountsTable {
  source: string;
  counter: string;
  labels: string;
  value: number;
}

/** What was decided to be told: a fact each, without wording. */
export interface OutboxTable {
  /** Their order, never used again. */
  id: Generated<number>;
  /** Unique for ever: whoever made it known accounts for it by this. */
  ref: string;
  source: string;
  severity: string;
  room: string;
  key: string;
  origin: string;
  about: string | null;
  ends: number;
  /** JSON. */
  payload: string;
  decided_at: number;
  /** The message that accounts for it; null until the sender has looked at it. */
  message_id: number | null;
  /** What it is in that message: `first`, `repeated`, `summed` or `ends`. */
  role: string | null;
}

/** What is sent: one Matrix event each. */
export interface MessagesTable {
  /** Their order, never used again. */
  id: Generated<number>;
  /** Unique for ever, and stored before the first attempt. */
  txn_id: string;
  room: string;
  kind: string;
  /** Of an edit and of a notice in a thread: the message that it is about. */
  root_id: number | null;
  /** Of a notice: the row of the outbox that it tells. */
  row_id: number | null;
  origin: string;
  /** waiting, delivered or parked. */
  state: string;
  /** JSON: the event as it is sent; null until the first attempt, so that more can still join. */
  content: string | null;
  /** How many attempts met an error of the server's own. */
  server_errors: number;
  created_at: number;
  /** When the first attempt began. */
  sealed_at: number | null;
  delivered_at: number | null;
  /** Where it went and under which id. */
  room_id: string | null;
  event_id: string | null;
  /** Why it was parked. */
  reason: string | null;
  detail: string | null;
  /** When an edit is due; null when what is shown is right. */
  edit_due_at: number | null;
  edited_at: number | null;
}

/** What the notifier must remember, as JSON. */
export interface NotifierStateTable {
  key: string;
  value: string;
}

/** What the notifier has counted, for ever. */
export interface NotificationCountsTable {
  counter: string;
  /** Empty where the counter has none. */
  room: string;
  reason: string;
  value: number;
}

/** One row, of id 1. */
export interface LeadershipTable {
  id: number;
  /** Grows with every change of leader. */
  epoch: number;
  /** Whoever led last, in words. */
  holder: string;
  /** By the clock of the database. */
  expires_at: number;
}
