import type { Reply } from './support.ts';

/** An application as JSON, in the API's own shape. */
// biome-ignore lint/suspicious/noExplicitAny: the API's own JSON.
export type Json = any;

/** What an Argo CD server holds, for answers made in the process. */
export interface Holding {
  version: string;
  loggedIn: boolean;
  health: number;
  applications: Json[];
  /** By `namespace/name`. */
  events: Map<string, Json[]>;
  /** Statuses that stand in for answers, by path. */
  broken: Map<string, number>;
}

export function holding(applications: Json[] = []): Holding {
  return { version: 'v3.5.1+abc', loggedIn: true, health: 200, applications, events: new Map(), broken: new Map() };
}

/** Answers as Argo CD 3.5.1 does (facts §1). */
export function answerOf(held: Holding, url: URL): Reply {
  const broken = held.broken.get(url.pathname);
  if (broken !== undefined) return { status: broken };
  if (url.pathname === '/api/version') return { body: { Version: held.version } };
  if (url.pathname === '/api/v1/session/userinfo') return { body: held.loggedIn ? { loggedIn: true } : {} };
  if (url.pathname === '/healthz') return { status: held.health };
  const parts = /^\/api\/v1\/applications(?:\/([^/]+)(\/events)?)?$/.exec(url.pathname);
  if (parts === null || url.searchParams.has('refresh')) return { status: 404 };
  const [, name, events] = parts;
  if (name === undefined) return { body: list(held, url) };
  const found = held.applications.find(
    ({ metadata, spec }) =>
      metadata.name === name &&
      metadata.namespace === url.searchParams.get('appNamespace') &&
      (spec.project || 'default') === url.searchParams.get('project'),
  );
  if (found === undefined) return { status: 404 };
  if (events === undefined) return { body: found };
  const items = held.events.get(`${found.metadata.namespace}/${name}`) ?? [];
  return { body: { metadata: { resourceVersion: '1' }, items: items.length === 0 ? null : items } };
}

function list(held: Holding, url: URL): Json {
  const name = url.searchParams.get('name');
  const items = held.applications.filter(({ metadata }) => name === null || metadata.name === name);
  const projected = url.searchParams.has('fields') ? items.map(project) : items;
  return { metadata: { resourceVersion: '7' }, items: projected.length === 0 ? null : projected };
}

/** Only what the whitelist of a list has, with its explicit nulls (facts §1.1, §9.9). */
function project({ metadata, spec, status }: Json): Json {
  const { name, namespace, labels, creationTimestamp, deletionTimestamp = null } = metadata;
  const { phase, startedAt, finishedAt } = status?.operationState ?? {};
  return {
    metadata: { name, namespace, labels, creationTimestamp, deletionTimestamp },
    spec: { project: spec.project, destination: spec.destination, source: { repoURL: '' }, sources: null },
    status: {
      health: status?.health ?? {},
      sync: { status: status?.sync?.status ?? '', comparedTo: { source: { repoURL: '' } } },
      ...(phase === undefined ? {} : { operationState: { phase, startedAt, finishedAt, operation: { retry: {} } } }),
    },
  };
}

/** An event as the controller writes one (facts §1). */
export function completed(at: string, warning: boolean, message: string): Json {
  return {
    reason: 'OperationCompleted',
    type: warning ? 'Warning' : 'Normal',
    message,
    lastTimestamp: at,
    eventTime: null,
  };
}
