import { z } from 'zod';
import type { Application, ApplicationEvent, HistoryEntry, Listed, Operation, Tuple } from './application.ts';
import { isEmpty } from './identity.ts';

// Go writes empty structs and lists in many ways: left out, null, {}, [] or with empty members.

/** The year 2286: what lies beyond is no time that was measured. */
const ABSURD_MS = 10_000_000_000_000;
const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '');
const texts = z
  .array(z.string())
  .nullish()
  .transform((values) => values ?? []);
const number = z.number().int().nullish();
const flag = z
  .boolean()
  .nullish()
  .transform((value) => value ?? false);

/** Milliseconds of an RFC 3339 time; 0 for none, for Go's zero time, and for what cannot be one. */
const time = z
  .string()
  .nullish()
  .transform((value) => {
    const ms = Date.parse(value ?? '');
    return ms > 0 && ms < ABSURD_MS ? ms : 0;
  });

const initiator = z
  .object({ username: text, automated: flag })
  .nullish()
  .transform((who) => (who?.automated ? 'automated' : (who?.username ?? '')));

const metadata = z.object({
  name: z.string().min(1),
  namespace: text,
  creationTimestamp: time,
  deletionTimestamp: time,
  labels: z.record(z.string(), z.string()).nullish(),
});

const destination = z.object({ server: text, namespace: text, name: text });

const health = z
  .object({ status: text, lastTransitionTime: time })
  .nullish()
  .transform((state) => ({ status: state?.status ?? '', since: state?.lastTransitionTime ?? 0 }));

const revisions = { revision: text, revisions: texts };
const sources = { source: z.unknown().optional(), sources: z.array(z.unknown()).nullish() };

const tuple = { phase: text, startedAt: time, finishedAt: time };

const sync = z.object({
  ...revisions,
  ...sources,
  dryRun: flag,
  resources: z.array(z.unknown()).nullish(),
  autoHealAttemptsCount: number,
});

const syncResult = z.object({
  ...revisions,
  ...sources,
  resources: z.array(z.object({ images: texts })).nullish(),
});

const operationState = z.object({
  ...tuple,
  message: text,
  retryCount: number,
  operation: z.object({ sync: sync.nullish(), initiatedBy: initiator }).nullish(),
  syncResult: syncResult.nullish(),
});

const historyEntry = z
  .object({
    id: z.number().int().nonnegative(),
    deployedAt: time,
    deployStartedAt: time,
    initiatedBy: initiator,
    ...revisions,
    ...sources,
  })
  .transform(
    (entry): HistoryEntry => ({
      id: entry.id,
      deployedAt: entry.deployedAt,
      startedAt: entry.deployStartedAt,
      initiatedBy: entry.initiatedBy,
      revisions: revisionsOf(entry),
      sources: sourcesOf(entry),
    }),
  );

/** An item of the projected list. */
export const listedApplication = z
  .object({
    metadata,
    spec: z.object({ project: text, destination: destination.nullish() }).nullish(),
    status: z
      .object({ health, sync: z.object({ status: text }).nullish(), operationState: z.object(tuple).nullish() })
      .nullish(),
  })
  .transform(({ metadata, spec, status }) => listed(metadata, spec, status));

/** What comes by the stream: a change, or, where `result` is null, an error with its gRPC code, if it tells one. */
export interface StreamEvent {
  readonly result: { readonly type: string; readonly application: Listed } | null;
  readonly error: number | null;
}

export const streamEvent = z
  .object({
    result: z.object({ type: text, application: listedApplication }).nullish(),
    error: z.object({ grpc_code: number }).nullish(),
  })
  .transform(({ result, error }): StreamEvent => ({ result: result ?? null, error: error?.grpc_code ?? null }));

/** A whole application. */
export const application = z
  .object({
    metadata,
    spec: z
      .object({ project: text, destination: destination.nullish(), revisionHistoryLimit: number, ...sources })
      .nullish(),
    status: z
      .object({
        health,
        sync: z.object({ status: text, ...revisions }).nullish(),
        operationState: operationState.nullish(),
        history: z.array(historyEntry).nullish(),
      })
      .nullish(),
  })
  .transform(({ metadata, spec, status }): Application => {
    const own = sourcesOf(spec ?? {});
    return {
      ...listed(metadata, spec, status),
      sources: own,
      historyLimit: spec?.revisionHistoryLimit ?? null,
      comparedTo: status?.sync == null ? [] : revisionsOf(status.sync),
      operation: status?.operationState == null ? null : operationOf(status.operationState, own),
      history: (status?.history ?? []).toSorted((a, b) => a.id - b.id),
    };
  });

/** A list. A server that has just started has no `resourceVersion`, and nothing in it. */
export function listOf<T>(item: z.ZodType<T>) {
  return z
    .object({
      metadata: z.object({ resourceVersion: text }).nullish(),
      items: z.array(item).nullish(),
    })
    .transform(({ metadata, items }) => ({
      started: (metadata?.resourceVersion ?? '') !== '',
      items: items ?? [],
    }));
}

/** The projected list, its items as they came. */
export const rawList = listOf(z.unknown());

export const eventList = listOf(
  z
    .object({
      reason: text,
      message: text,
      type: text,
      firstTimestamp: time,
      lastTimestamp: time,
      eventTime: time,
    })
    .transform(
      (event): ApplicationEvent => ({
        at: event.lastTimestamp || event.eventTime || event.firstTimestamp,
        reason: event.reason,
        warning: event.type === 'Warning',
        message: event.message,
      }),
    ),
);

export const version = z.object({ Version: text }).transform((answer) => answer.Version);

export const userInfo = z.object({ loggedIn: flag }).transform((answer) => answer.loggedIn);

function listed(
  meta: z.output<typeof metadata>,
  spec:
    | { readonly project: string; readonly destination?: Listed['destination'] | null | undefined }
    | null
    | undefined,
  status:
    | {
        readonly health: Listed['health'];
        readonly sync?: { readonly status: string } | null | undefined;
        readonly operationState?: Tuple | null | undefined;
      }
    | null
    | undefined,
): Listed {
  const { status: state, since } = status?.health ?? { status: '', since: 0 };
  return {
    name: meta.name,
    namespace: meta.namespace,
    createdAt: meta.creationTimestamp,
    deletingSince: meta.deletionTimestamp,
    labels: meta.labels ?? {},
    project: spec?.project ?? '',
    destination: spec?.destination ?? { server: '', namespace: '', name: '' },
    // Restored from a copy, it has times of the application that was before it.
    health: { status: state, since: since === 0 ? 0 : Math.max(since, meta.creationTimestamp) },
    sync: status?.sync?.status ?? '',
    operation: tupleOf(status?.operationState),
  };
}

function tupleOf(state: Tuple | null | undefined): Tuple | null {
  if (state == null || state.phase === '') return null;
  return { phase: state.phase, startedAt: state.startedAt, finishedAt: state.finishedAt };
}

function operationOf(state: z.output<typeof operationState>, own: readonly unknown[]): Operation | null {
  const base = tupleOf(state);
  if (base === null) return null;
  const asked = state.operation?.sync ?? {};
  const result = state.syncResult ?? {};
  const [resultRevisions, resultSources, askedSources] = [revisionsOf(result), sourcesOf(result), sourcesOf(asked)];
  return {
    ...base,
    message: state.message,
    retryCount: state.retryCount ?? 0,
    initiatedBy: state.operation?.initiatedBy ?? '',
    dryRun: state.operation?.sync?.dryRun ?? false,
    partial: (state.operation?.sync?.resources ?? []).length > 0,
    autoHealAttempts: state.operation?.sync?.autoHealAttemptsCount ?? 0,
    revision: state.syncResult?.revision ?? '',
    revisions: resultRevisions.length > 0 ? resultRevisions : revisionsOf(asked),
    sources: [resultSources, askedSources].find(({ length }) => length > 0) ?? own,
    images: [...new Set((state.syncResult?.resources ?? []).flatMap(({ images }) => images))],
  };
}

/** With several sources `revision` is empty and `revisions` has one for each. */
function revisionsOf(holder: { readonly revision?: string; readonly revisions?: readonly string[] }): string[] {
  const { revision = '', revisions: several = [] } = holder;
  if (several.some((one) => one !== '')) return [...several];
  return revision === '' ? [] : [revision];
}

/** With several sources `source` is there all the same, with an empty `repoURL`. */
function sourcesOf(holder: { readonly source?: unknown; readonly sources?: readonly unknown[] | null | undefined }) {
  const several = holder.sources ?? [];
  if (several.length > 0) return several;
  return isEmpty(holder.source) ? [] : [holder.source];
}
