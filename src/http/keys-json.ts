import { type KeyValue, keyValues } from '../domain/keys.ts';
import { isWhole, type Span, type Window } from '../domain/windows.ts';
import type { KeyChange, KeyDeployment, KeySpan, KeysRecord } from '../ledger/key-records.ts';
import { recordUrl, seconds, time } from './wire.ts';

/** Most rows that are shown of one key: the lists of deployments and incidents show all. */
const ROWS_SHOWN = 100;

/** Over which window keys were taken. */
export interface KeysFrame {
  readonly window: Window;
  readonly span: Span;
  readonly minSamples: number;
  /** The external URL, or empty. */
  readonly base: string;
}

/** One item of `/api/v1/keys`. */
export function keysJson(record: KeysRecord, frame: KeysFrame) {
  const { base } = frame;
  const seen = record.deployments.filter(({ failuresSeen }) => failuresSeen);
  const deployments = (rows: readonly KeyDeployment[]) => bounded(rows, (row) => deploymentJson(row, base));
  const { keys, ...head } = keysWithoutRows(record, frame);
  return {
    ...head,
    keys: {
      deployment_frequency: { ...keys.deployment_frequency, ...deployments(record.deployments) },
      lead_time: { ...keys.lead_time, ...bounded(record.changes, (row) => changeJson(row, base)) },
      change_failure_rate: { ...keys.change_failure_rate, ...deployments(seen) },
      recovery_time: { ...keys.recovery_time, ...bounded(record.spans, (row) => spanJson(row, base)) },
      rework_rate: { ...keys.rework_rate, ...deployments(seen) },
    },
  };
}

type WithoutRows = Omit<KeysRecord, 'deployments' | 'spans' | 'changes'>;

/** The same without the rows. */
export function keysWithoutRows(record: WithoutRows, { window, span, minSamples }: Omit<KeysFrame, 'base'>) {
  const values = keyValues(record.keys, window.ms, minSamples);
  const { changeFailures, rework } = record.keys;
  return {
    source: record.source,
    app: record.app,
    environment: record.environment,
    team: record.team,
    targets: record.targets,
    window: window.name,
    from: time(span.after),
    until: time(span.until),
    observed_since: time(record.observedSince),
    complete: isWhole(window, span, record.observedSince),
    keys: {
      deployment_frequency: { ...valueJson(values.deployment_frequency), unit: 'deployments per day' },
      lead_time: valueJson(values.lead_time),
      change_failure_rate: { ...valueJson(values.change_failure_rate), change_failures: changeFailures },
      recovery_time: valueJson(values.recovery_time),
      rework_rate: { ...valueJson(values.rework_rate), rework },
    },
  };
}

function valueJson({ samples, value, times, absent }: KeyValue) {
  if (times === null) return { value, samples, absent };
  const { mean, median, p90 } = times;
  return {
    mean_seconds: seconds(mean),
    median_seconds: seconds(median),
    p90_seconds: seconds(p90),
    samples,
    absent,
  };
}

function bounded<R>(rows: readonly R[], json: (row: R) => object) {
  return { rows: rows.slice(0, ROWS_SHOWN).map(json), rows_left_off: Math.max(0, rows.length - ROWS_SHOWN) };
}

function deploymentJson(row: KeyDeployment, base: string) {
  return {
    id: row.id,
    url: recordUrl(base, 'deployments', row.id),
    app: row.app,
    number: row.number,
    outcome: row.outcome,
    finished_at: time(row.finishedAt),
    failures_seen: row.failuresSeen,
    change_failure: row.changeFailure,
    change_failure_why: row.changeFailureWhy,
    rework: row.rework,
  };
}

function spanJson(row: KeySpan, base: string) {
  return {
    app: row.app,
    deployment: linkJson(row.deployment, base),
    opened_at: time(row.openedAt),
    closed_at: time(row.closedAt),
    recovery_seconds: seconds(row.closedAt - row.openedAt),
    incidents: row.incidents.map((id) => ({ id, url: recordUrl(base, 'incidents', id) })),
  };
}

function changeJson(row: KeyChange, base: string) {
  return {
    app: row.app,
    deployment: linkJson(row.deployment, base),
    sha: row.sha,
    repository: row.repository,
    committed_at: time(row.committedAt),
    deployed_at: time(row.deployedAt),
    lead_time_seconds: seconds(row.leadMs),
    origin: row.origin,
  };
}

function linkJson(deployment: KeySpan['deployment'], base: string) {
  return deployment === null
    ? null
    : { id: deployment.id, url: recordUrl(base, 'deployments', deployment.id), number: deployment.number };
}
