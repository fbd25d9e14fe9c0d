import type { TargetKey } from '../../domain/deployment.ts';
import { relabel } from '../../domain/relabel.ts';
import type { Listed } from './application.ts';
import type { ArgocdSettings } from './settings.ts';

/** Where an application belongs. */
export interface Mapped {
  readonly target: TargetKey;
  readonly team: string;
}

/** The target that an application is (counting.md §3); null where relabelling leaves it out. */
export function targetOf(application: Listed, settings: ArgocdSettings): Mapped | null {
  const labels = relabel(labelsOf(application, settings), settings.relabel);
  if (labels === null || !labels['app'] || !labels['environment']) return null;
  return {
    target: { source: settings.name, app: labels['app'], environment: labels['environment'] },
    team: labels['team'] ?? '',
  };
}

function labelsOf(application: Listed, settings: ArgocdSettings): Record<string, string> {
  const { name, namespace, project, destination, labels } = application;
  const own = Object.entries(labels).map(([key, value]) => [`__meta_argocd_label_${labelName(key)}`, value]);
  return {
    ...Object.fromEntries(own),
    __meta_argocd_name: name,
    __meta_argocd_namespace: namespace,
    __meta_argocd_project: project,
    __meta_argocd_destination_name: destination.name,
    __meta_argocd_destination_server: destination.server,
    __meta_argocd_destination_namespace: destination.namespace,
    app: name,
    environment:
      settings.environment || labels['environment'] || labels['env'] || destination.namespace || 'production',
    team: labels['team'] ?? '',
  };
}

/** As Prometheus' Kubernetes discovery names them. */
function labelName(key: string): string {
  return key.replaceAll(/[^a-zA-Z0-9_]/g, '_');
}
