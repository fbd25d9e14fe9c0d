import { mayRead, type Rights } from './accounts.ts';
import type { Application } from './model.ts';
import { parseSelector, type Selects } from './selector.ts';
import type { ArgocdState } from './state.ts';

/** What a list's or a stream's query asks for, read once. */
export interface Wanted {
  /** Empty for all. `projects=a,b` names one project with a comma in it. */
  readonly projects: readonly string[];
  readonly selects: Selects;
  readonly name: string;
  readonly namespace: string;
}

/** Reads the query; null where its selector cannot be read. */
export function wantedBy(query: URLSearchParams): Wanted | null {
  const selects = parseSelector(query.get('selector') ?? '');
  if (selects === null) return null;
  return {
    projects: [...query.getAll('projects'), ...query.getAll('project')],
    selects,
    name: query.get('name') ?? '',
    namespace: query.get('appNamespace') ?? '',
  };
}

/** The applications that are asked for and may be read, by name. */
export function selectApplications(state: ArgocdState, rights: Rights, wanted: Wanted): readonly Application[] {
  const found = [...state.applications.values()].filter((app) => isWanted(app, rights, wanted));
  return found.sort((a, b) => compare(a.metadata.name, b.metadata.name));
}

export function isWanted({ metadata, spec }: Application, rights: Rights, wanted: Wanted): boolean {
  const { projects, selects, name, namespace } = wanted;
  if (!mayRead(rights, spec.project)) return false;
  if (projects.length > 0 && !projects.includes(spec.project)) return false;
  if (name !== '' && metadata.name !== name) return false;
  if (namespace !== '' && metadata.namespace !== namespace) return false;
  return selects(metadata.labels ?? {});
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
