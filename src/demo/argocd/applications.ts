import { addEvent } from './events.ts';
import { keyOf } from './key-of.ts';
import type { Application, Metadata, Source, Spec } from './model.ts';
import { stamp } from './stamp.ts';
import type { ArgocdState } from './state.ts';
import { changed } from './watchers.ts';

const REPO_URL = 'https://git.example.org/platform/deploy.git';

/** What one wants to say about an application; with `sources` it is a multi-source one. */
export interface ApplicationFields {
  readonly name: string;
  readonly namespace?: string;
  readonly project?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly source?: Source;
  readonly sources?: readonly Source[];
  readonly destination?: Spec['destination'];
  readonly syncPolicy?: unknown;
  readonly revisionHistoryLimit?: number;
}

/**
 * Creates an application, at `at` (milliseconds since the epoch, now unless said otherwise): of project `default`, in
 * namespace `argocd`, with one source. Its controller has not looked at it yet: no health, no sync status.
 * Created again after a deletion it has a new uid and its history begins at 0.
 */
export function addApplication(state: ArgocdState, fields: ApplicationFields, at = state.now()): Application {
  const { name, namespace = 'argocd' } = fields;
  state.lastUid += 1;
  const app: Application = {
    metadata: {
      name,
      namespace,
      uid: `00000000-0000-4000-8000-${String(state.lastUid).padStart(12, '0')}`,
      resourceVersion: '',
      generation: 1,
      creationTimestamp: stamp(at),
      ...(fields.labels === undefined ? {} : { labels: fields.labels }),
      managedFields: [{ manager: 'argocd-application-controller', operation: 'Update' }],
    },
    spec: specOf(fields),
    status: {
      sync: { status: '', comparedTo: { source: { repoURL: '' }, destination: {} } },
      health: {},
      summary: {},
      sourceHydrator: {},
    },
  };
  state.applications.set(keyOf(namespace, name), app);
  changed(state, app, 'ADDED');
  addEvent(state, app, { reason: 'ResourceCreated', message: 'admin created application', by: 'admin' }, at);
  return app;
}

/** Puts in an application as it was recorded, its resource version too. */
export function putApplication(state: ArgocdState, app: Application): void {
  const { namespace, name, resourceVersion } = app.metadata;
  state.applications.set(keyOf(namespace, name), app);
  state.lastResourceVersion = Math.max(state.lastResourceVersion, Number(resourceVersion));
}

/** Marks an application for deletion: it stays until removeApplication, as with a finalizer that takes its time. */
export function deleteApplication(state: ArgocdState, app: Application, at = state.now()): void {
  const { metadata } = app;
  metadata.deletionTimestamp = stamp(at);
  metadata.deletionGracePeriodSeconds = 0;
  changed(state, app);
}

/** The application is gone. */
export function removeApplication(state: ArgocdState, app: Application): void {
  state.applications.delete(keyOf(app.metadata.namespace, app.metadata.name));
  changed(state, app, 'DELETED');
}

/** Gives an application other labels. */
export function setLabels(state: ArgocdState, app: Application, labels: NonNullable<Metadata['labels']>): void {
  app.metadata.labels = labels;
  changed(state, app);
}

function specOf(fields: ApplicationFields): Spec {
  const { name, sources, syncPolicy, revisionHistoryLimit } = fields;
  const source = fields.source ?? { repoURL: REPO_URL, path: `apps/${name}`, targetRevision: 'main' };
  return {
    ...(sources === undefined ? { source } : {}),
    destination: fields.destination ?? { server: 'https://kubernetes.default.svc', namespace: name },
    project: fields.project ?? 'default',
    ...(syncPolicy === undefined ? {} : { syncPolicy }),
    ...(revisionHistoryLimit === undefined ? {} : { revisionHistoryLimit }),
    ...(sources === undefined ? {} : { sources }),
  };
}
