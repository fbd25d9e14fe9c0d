import type { Answer, Failure, Upstream } from '../../upstream/upstream.ts';
import { type Application, type ApplicationEvent, type Listed, placeOf } from './application.ts';
import { fieldsFor } from './fields.ts';
import { application, eventList, listOf, rawList, userInfo, version } from './schema.ts';
import type { ArgocdSettings } from './settings.ts';

/** A list, and whether the server is far enough to have one. */
export interface List {
  readonly started: boolean;
  /** As they came: see `KnownItems`. */
  readonly items: readonly unknown[];
}

/** The requests that the collector makes. None ever has `refresh`: any value of it makes the server work. */
export interface ArgocdApi {
  version(): Promise<Answer<string>>;
  /** Whether the token is somebody's. */
  loggedIn(): Promise<Answer<boolean>>;
  /** Null: the server is complete. */
  health(): Promise<Failure | null>;
  list(serverVersion: string): Promise<Answer<List>>;
  /** One application, by a list where the server refuses to show it alone (its project is missing). */
  application(listed: Place): Promise<Answer<Application>>;
  /** Kubernetes' events of it, about those of the last hour, oldest first. */
  events(listed: Place): Promise<Answer<readonly ApplicationEvent[]>>;
}

type Place = Pick<Listed, 'name' | 'namespace' | 'project'>;

const ROOT = '/api/v1/applications';
/** Where Argo CD takes an application to be that names no project. Asked without one, it says 403 and not 404 of what is gone. */
const DEFAULT_PROJECT = 'default';

export function argocdApi(upstream: Upstream, settings: ArgocdSettings, stop: AbortSignal): ArgocdApi {
  const of = ({ name, namespace, project }: Place, path = '') =>
    `${ROOT}/${encodeURIComponent(name)}${path}?${new URLSearchParams({ appNamespace: namespace, project: project || DEFAULT_PROJECT })}`;

  async function byList(place: Place): Promise<Answer<Application>> {
    const query = new URLSearchParams({ name: place.name, appNamespace: place.namespace });
    const answer = await upstream.get(`${ROOT}?${query}`, listOf(application), stop);
    if (!answer.ok) return answer;
    const found = answer.value.items.find((one) => placeOf(one) === placeOf(place));
    if (found !== undefined) return { ...answer, value: found };
    const detail = `GET ${ROOT}?${query}: it is not listed`;
    return { ok: false, failure: { reason: 'not_found', detail, status: 404, retryAfterMs: null } };
  }

  return {
    version: () => upstream.get('/api/version', version, stop),
    loggedIn: () => upstream.get('/api/v1/session/userinfo', userInfo, stop),
    async health() {
      const answer = await upstream.get('/healthz', version, stop);
      // It says "ok", which is no JSON.
      return answer.ok || answer.failure.status === 200 ? null : answer.failure;
    },
    list: (serverVersion) => upstream.get(`${ROOT}?${listQuery(serverVersion, settings)}`, rawList, stop),
    async application(place) {
      const answer = await upstream.get(of(place), application, stop);
      return answer.ok || answer.failure.status !== 400 ? answer : await byList(place);
    },
    async events(place) {
      const answer = await upstream.get(of(place, '/events'), eventList, stop);
      return answer.ok ? { ...answer, value: answer.value.items } : answer;
    },
  };
}

function listQuery(serverVersion: string, { projects, selector, appNamespaces }: ArgocdSettings): URLSearchParams {
  const query = new URLSearchParams({ fields: fieldsFor(serverVersion).join(',') });
  for (const project of projects) query.append('projects', project);
  if (selector !== '') query.set('selector', selector);
  // The server takes one; several are chosen from what it lists.
  const [only, another] = appNamespaces;
  if (only !== undefined && another === undefined) query.set('appNamespace', only);
  return query;
}
