import type { KnownTarget } from '../domain/known-target.ts';
import type { IncidentRecord } from '../ledger/records.ts';
import { type OpenIncidentModel, SHOWN_INCIDENTS } from '../web/open-incidents.ts';
import type { Service } from '../web/services.ts';
import type { Trouble } from './pages.ts';
import type { Records } from './ports.ts';
import { incidentQuery } from './query.ts';

/** How many of an app's incidents are shown. */
const RECENT = 10;

type Reader = Pick<Records, 'incidents'>;

/** The incidents that are open for longest, with what the ledger says of them, and how many there are in all. */
export async function openIncidentsOf(services: readonly Service[], records: Reader, trouble: Trouble) {
  const all = services
    .flatMap((service) => service.open.map((incident) => ({ service, ...incident })))
    .sort((a, b) => (a.since ?? 0) - (b.since ?? 0));
  const incidents: OpenIncidentModel[] = [];
  for (const incident of all.slice(0, SHOWN_INCIDENTS)) {
    const { source, kind, service } = incident;
    const { app, environment } = service;
    // One that does not answer once is not asked a dozen times.
    const found = trouble.isReal
      ? null
      : await trouble.orNull(() =>
          records.incidents(incidentQuery.parse({ source, app, environment, kind, state: 'open', limit: '1' })),
        );
    incidents.push({ ...incident, record: found?.items[0] ?? null });
  }
  return { incidents, count: all.length };
}

/** The latest incidents of an app; null when the ledger does not answer. */
export async function recentIncidents(targets: readonly KnownTarget[], records: Reader, trouble: Trouble) {
  const found: IncidentRecord[] = [];
  let areAll = true;
  for (const { source, app, environment } of targets) {
    const page = await trouble.orNull(() =>
      records.incidents(incidentQuery.parse({ source, app, environment, limit: String(RECENT) })),
    );
    if (page === null) return null;
    found.push(...page.items);
    if (page.next !== null) areAll = false;
  }
  found.sort((a, b) => openedAt(b) - openedAt(a));
  return { items: found.slice(0, RECENT), areAll: areAll && found.length <= RECENT };
}

function openedAt({ openedAt, closedAt }: IncidentRecord): number {
  return openedAt ?? closedAt ?? 0;
}
