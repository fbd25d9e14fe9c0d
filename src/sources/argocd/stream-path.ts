import type { ArgocdSettings } from './settings.ts';

/**
 * What a stream tells of an application. Its name alone tells a server which events are alike, so that what comes must
 * differ by namespace too, and an error that is not asked for comes as `{}` (facts §1.2).
 */
const FIELDS = [
  'result.type',
  'result.application.metadata.name',
  'result.application.metadata.namespace',
  'result.application.metadata.creationTimestamp',
  'result.application.metadata.deletionTimestamp',
  'result.application.status.health.status',
  'result.application.status.health.lastTransitionTime',
  'result.application.status.sync.status',
  'result.application.status.operationState.phase',
  'result.application.status.operationState.startedAt',
  'result.application.status.operationState.finishedAt',
  'error',
];

/**
 * Where the stream of the applications is that a source wants. Without `resourceVersion`: the server then begins with
 * every application, which shows what happened while there was no stream, and that this one is alive. A namespace can
 * only be asked for with a name.
 */
export function streamPath({ projects, selector }: Pick<ArgocdSettings, 'projects' | 'selector'>): string {
  const query = new URLSearchParams({ fields: FIELDS.join(',') });
  for (const project of projects) query.append('projects', project);
  if (selector !== '') query.set('selector', selector);
  return `/api/v1/stream/applications?${query}`;
}
