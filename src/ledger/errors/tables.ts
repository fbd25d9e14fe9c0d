import type { Generated } from 'kysely';

export interface ErrorEventsTable {
  /** Their order of arrival, never used again. */
  id: Generated<number>;
  /** The workspace's UUID. */
  workspace: string;
  /** The application's own key of it. */
  event_id: string | null;
  subsystem: string;
  operation: string;
  error_type: string | null;
  error_message: string | null;
  agent_id: number | null;
  action_name: string | null;
  /** JSON: an object. */
  event_data: string;
  severity: string;
  app: string;
  environment: string;
  origin: string | null;
  link: string | null;
  at: number;
  received_at: number;
}

/** The latest figure of each name and subject. */
export interface MeasurementsTable {
  id: Generated<number>;
  /** The workspace's UUID. */
  workspace: string;
  name: string;
  subject: string;
  environment: string;
  value: number;
  at: number;
  /** JSON: an object. */
  details: string;
}

/** From when to when a rule of the sink was exceeded. */
export interface ErrorSpansTable {
  id: Generated<number>;
  /** The workspace's name. */
  source: string;
  rule: string;
  /** The subsystem that is counted, or what is measured. */
  subject: string;
  app: string;
  environment: string;
  since: number;
  since_ref: string;
  last: number;
  last_ref: string;
  settles_at: number | null;
  closed: number;
  /** Whether it opens an incident. */
  opens: number;
  /** JSON: what a message tells of it. */
  facts: string;
}
