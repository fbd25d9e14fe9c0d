import type { Application, ResourceStatus } from './model.ts';

/** What an application consists of: unless it was recorded otherwise a ConfigMap and a Deployment. */
export function resourcesOf(app: Application): readonly ResourceStatus[] {
  const { name } = app.metadata;
  const namespace = app.spec.destination.namespace ?? 'default';
  return (
    app.status.resources ?? [
      { version: 'v1', kind: 'ConfigMap', namespace, name: `${name}-config` },
      { group: 'apps', version: 'v1', kind: 'Deployment', namespace, name },
    ]
  );
}
