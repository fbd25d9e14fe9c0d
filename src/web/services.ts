import type { IncidentKind } from '../domain/deployment.ts';
import type { KnownTarget } from '../domain/known-target.ts';
import type { Window } from '../domain/windows.ts';

/** What a page is asked to show. A null asks for all. */
export interface Filter {
  /** Part of an app's name, in whatever case. */
  readonly q: string | null;
  readonly team: string | null;
  readonly environment: string | null;
  readonly window: Window;
}

/** An app in an environment, as all sources together know it. Times in milliseconds since the epoch. */
export interface Service {
  readonly app: string;
  readonly environment: string;
  /** Empty when unknown. */
  readonly team: string;
  readonly targets: readonly KnownTarget[];
  readonly open: readonly OpenIncident[];
  /** End of the latest counted deployment; null: it has none. */
  readonly latestAt: number | null;
}

/** An incident that is open, as this process knows it without asking the ledger. */
export interface OpenIncident {
  readonly source: string;
  readonly kind: IncidentKind;
  /** Null where the beginning is not known. */
  readonly since: number | null;
}

/** The targets that a filter leaves. */
export function matching(targets: readonly KnownTarget[], filter: Pick<Filter, 'q' | 'team' | 'environment'>) {
  const part = filter.q?.toLowerCase() ?? null;
  return targets.filter(
    ({ app, team, environment }) =>
      (part === null || app.toLowerCase().includes(part)) &&
      (filter.team === null || team === filter.team) &&
      (filter.environment === null || environment === filter.environment),
  );
}

/** Targets by app and environment: those that are failing first, then those that were deployed last. */
export function servicesOf(targets: readonly KnownTarget[]): readonly Service[] {
  return [...Map.groupBy(targets, ({ app, environment }) => JSON.stringify([app, environment])).values()]
    .map(serviceOf)
    .sort(
      (a, b) =>
        Number(b.open.length > 0) - Number(a.open.length > 0) ||
        (b.latestAt ?? 0) - (a.latestAt ?? 0) ||
        (a.app < b.app ? -1 : 1),
    );
}

function serviceOf(targets: readonly KnownTarget[]): Service {
  const [first] = targets;
  const ends = targets.flatMap(({ latestAt }) => latestAt ?? []);
  return {
    app: first?.app ?? '',
    environment: first?.environment ?? '',
    team: targets.find(({ team }) => team !== '')?.team ?? '',
    targets,
    open: targets.flatMap(({ source, open }) => open.map((incident) => ({ source, ...incident }))),
    latestAt: ends.length === 0 ? null : Math.max(...ends),
  };
}
