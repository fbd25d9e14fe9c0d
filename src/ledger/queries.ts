import type { Kysely } from 'kysely';
import type { KeysQuery, KeysRecord } from './key-records.ts';
import { readDeployment, readDeployments } from './read-deployments.ts';
import { readHistory, readLatest } from './read-history.ts';
import { readIncident, readIncidents } from './read-incidents.ts';
import { readKeys } from './read-keys.ts';
import { readNotifications } from './read-notifications.ts';
import { readTargets } from './read-targets.ts';
import type {
  DeploymentQuery,
  DeploymentRecord,
  HistoryQuery,
  IncidentQuery,
  IncidentRecord,
  LatestDeployment,
  LatestQuery,
  NotificationQuery,
  NotificationRecord,
  Page,
  TargetQuery,
  TargetRecord,
} from './records.ts';
import type { Tables } from './tables.ts';
import { asStoreFailure } from './transaction.ts';

/** What people and scripts can ask the ledger. Throws `BadCursor`, and `StoreFailure` when the store does not answer. */
export interface Queries {
  targets(query: TargetQuery): Promise<Page<TargetRecord>>;
  deployments(query: DeploymentQuery): Promise<Page<DeploymentRecord>>;
  incidents(query: IncidentQuery): Promise<Page<IncidentRecord>>;
  deployment(id: number): Promise<DeploymentRecord | null>;
  incident(id: number): Promise<IncidentRecord | null>;
  keys(query: KeysQuery): Promise<Page<KeysRecord>>;
  notifications(query: NotificationQuery): Promise<Page<NotificationRecord>>;
  history(query: HistoryQuery): Promise<Page<DeploymentRecord>>;
  latest(query: LatestQuery): Promise<readonly LatestDeployment[]>;
}

export function openQueries(db: Kysely<Tables>): Queries {
  return {
    targets: (query) => answering(() => readTargets(db, query)),
    deployments: (query) => answering(() => readDeployments(db, query)),
    incidents: (query) => answering(() => readIncidents(db, query)),
    deployment: (id) => answering(() => readDeployment(db, id)),
    incident: (id) => answering(() => readIncident(db, id)),
    keys: (query) => answering(() => readKeys(db, query)),
    notifications: (query) => answering(() => readNotifications(db, query)),
    history: (query) => answering(() => readHistory(db, query)),
    latest: (query) => answering(() => readLatest(db, query)),
  };
}

async function answering<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw asStoreFailure(error);
  }
}
