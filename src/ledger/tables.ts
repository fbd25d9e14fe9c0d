import type { Generated } from 'kysely';

/** Times are milliseconds since the epoch; JSON is text; yes and no are 1 and 0, the same in every store. */
export interface Tables {
  readonly targets: TargetsTable;
  readonly deployments: DeploymentsTable;
  readonly decided: DecidedTable;
  readonly sightings: SightingsTable;
  readonly marks: MarksTable;
  readonly incidents: IncidentsTable;
  readonly collectors: CollectorsTable;
  readonly collector_state: CollectorStateTable;
  readonly source_counts: SourceCountsTable;
  readonly outbox: OutboxTable;
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

export interface OutboxTable {
  id: string;
  source: string;
  severity: string;
  key: string;
  origin: string;
  payload: string;
  decided_at: number;
}
