import type { Generated } from 'kysely';

/** Successful deployments whose commits are still to be looked up. */
export interface LookupsTable {
  id: Generated<number>;
  source: string;
  upstream_id: string;
  target_id: number;
  at: number;
  /** 1: a first read of history brought the deployment. */
  backfill: number;
  queued_at: number;
  attempts: number;
  next_at: number;
  /** Why the last attempt was in vain. */
  reason: string | null;
}

/** Changes that successful deployments brought to targets, each once and for ever. */
export interface ChangesTable {
  id: Generated<number>;
  source: string;
  /** Of the deployment. */
  upstream_id: string;
  target_id: number;
  /** When the deployment ended. */
  at: number;
  repository: string;
  /** Full; empty where no commit is known. */
  sha: string;
  committed_at: number | null;
  /** Null exactly when `unknown` is not. */
  lead_ms: number | null;
  origin: string | null;
  unknown: string | null;
  /** How many changes it stands for: 1, but for unknown ones. */
  number: number;
  recorded_at: number;
}

/** What was told of commits that never change, for good. */
export interface CommitsTable {
  repository: string;
  ref: string;
  /** JSON, as whoever asked keeps it. */
  value: string;
}
