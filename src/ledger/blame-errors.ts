import type { Kysely, Selectable } from 'kysely';
import { culpritOfErrors, type ServiceAttempt } from '../domain/service-errors.ts';
import type { Folded } from './fold-target.ts';
import { loadTargetsById } from './load-targets.ts';
import { inSlices } from './rows.ts';
import { ATTEMPT_COLUMNS, attemptKey, candidates, readServices, type Service, serviceAttempt } from './services.ts';
import type { IncidentsTable, SightingsTable, Tables } from './tables.ts';
import type { IncidentWork, NewSighting, TargetWork } from './target-work.ts';

/** What errors are blamed on now. */
export interface Blamed {
  /** The services of the targets that were worked on, and of `others`, by the target's number. */
  readonly services: ReadonlyMap<number, Service>;
  /** Other targets of these services: their deployments are to be judged anew. */
  readonly others: readonly TargetWork[];
  /** Numbers of recorded incidents whose culprit is another one now. */
  readonly incidents: readonly number[];
}

export interface FoldOfTarget {
  readonly work: TargetWork;
  readonly folded: Folded;
}

type Incident = Pick<Selectable<IncidentsTable>, 'id' | 'target_id' | 'opened_at' | 'opened_by'>;
type Opener = Pick<Selectable<SightingsTable>, 'id' | 'target_id' | 'upstream_id' | 'blame_within_ms'> &
  Pick<Selectable<SightingsTable>, 'blamed' | 'blamed_target'>;

/**
 * Blames the `errors` incidents that this transaction bears on (counting.md §7), once incidents are written: those that
 * changed, and those that a deployment which came late may have caused. The sighting that opens an incident keeps the
 * deployment to blame. `arrived` are targets that had another name until now: all they did is new to their service.
 */
export async function blameErrors(
  trx: Kysely<Tables>,
  works: readonly TargetWork[],
  folds: readonly FoldOfTarget[],
  arrived: ReadonlySet<TargetWork> = new Set(),
): Promise<Blamed> {
  const errors = folds.filter(
    ({ folded }) => folded.kind === 'errors' && folded.changed.length + folded.vanished.length > 0,
  );
  const failing = new Set(errors.map(({ work }) => work));
  const bearing = works.filter((work) => failing.has(work) || hasDeployments(work));
  const services = new Map(bearing.length === 0 ? [] : await readServices(trx, bearing));
  const incidents: number[] = [];
  const others = new Map<number, TargetWork>();
  const known = new Set(works.map(({ row }) => row.id));
  for (const [service, members] of Map.groupBy(bearing, ({ row }) => services.get(row.id))) {
    if (service === undefined) continue;
    const ofService = errors.filter(({ work }) => members.includes(work));
    const all = members.some((work) => arrived.has(work));
    const blaming = new Blaming(trx, service, members);
    await blaming.run(ofService, all);
    incidents.push(...blaming.reblamed);
    if (service.from === null) continue;
    const judged = [...service.deploying, ...blaming.culprits].filter((id) => !known.has(id) && !others.has(id));
    for (const work of (await loadTargetsById(trx, judged)).values()) {
      others.set(work.row.id, work);
      services.set(work.row.id, service);
    }
  }
  return { services, others: [...others.values()], incidents };
}

function hasDeployments({ row }: TargetWork): boolean {
  return row.capabilities.includes('"deployment"');
}

/** Blames the errors of one service. */
class Blaming {
  readonly #trx: Kysely<Tables>;
  readonly #service: Service;
  readonly #fresh: ReadonlyMap<string, NewSighting>;
  /** Numbers of targets whose deployments were or are to blame. */
  readonly culprits = new Set<number>();
  readonly reblamed: number[] = [];

  constructor(trx: Kysely<Tables>, service: Service, members: readonly TargetWork[]) {
    this.#trx = trx;
    this.#service = service;
    this.#fresh = new Map(
      members.flatMap(({ row, sightings }) =>
        sightings.map((one) => [attemptKey(row.id, one.sighting.id), one] as [string, NewSighting]),
      ),
    );
  }

  async run(folds: readonly FoldOfTarget[], all: boolean): Promise<void> {
    const { fresh } = this.#service;
    const since = all ? 0 : Math.min(...fresh.map(({ at }) => at));
    const changed = folds.flatMap(({ folded }) => folded.changed.map(({ now }) => now.id ?? 0));
    const before = folds.flatMap(({ work, folded }) =>
      [...folded.changed.flatMap((one) => one.before ?? []), ...folded.vanished].map((incident) => ({
        target: work.row.id,
        incident,
      })),
    );
    const incidents = await this.#incidents(since, changed);
    if (incidents.length + before.length === 0) return;
    this.#reach(since, ...incidents.map((row) => row.opened_at), ...before.map((one) => openedAt(one.incident)));

    const opening = new Map(incidents.map((row) => [attemptKey(row.target_id, row.opened_by), row]));
    const stale = before.map(({ target, incident }) => ({ target, id: incident.incident.openedBy }));
    const openers = await this.#openers([
      ...incidents.map((row) => ({ target: row.target_id, id: row.opened_by })),
      ...stale,
    ]);
    const recorded = new Set<string>();
    for (const opener of openers) {
      const key = attemptKey(opener.target_id, opener.upstream_id);
      recorded.add(key);
      const incident = opening.get(key);
      if (incident === undefined) await this.#clear(opener);
      else await this.#blame(incident, opener);
    }
    for (const [key, incident] of opening) if (!recorded.has(key)) await this.#blame(incident, null);
  }

  async #incidents(since: number, changed: readonly number[]): Promise<readonly Incident[]> {
    const columns = ['id', 'target_id', 'opened_at', 'opened_by'] as const;
    const all = this.#trx.selectFrom('incidents').select(columns).where('kind', '=', 'errors');
    const rows: Incident[] = await inSlices(changed, (slice) => all.where('id', 'in', slice).execute());
    if (since < Number.POSITIVE_INFINITY) {
      const ofService = all.where('target_id', 'in', this.#service.failing);
      rows.push(...(await ofService.where('closed_at', 'is', null).execute()));
      rows.push(...(await ofService.where('closed_at', '>=', since).execute()));
    }
    return [...new Map(rows.map((row) => [row.id, row])).values()];
  }

  async #openers(ids: readonly { readonly target: number; readonly id: string }[]): Promise<readonly Opener[]> {
    const found: Opener[] = [];
    for (const [target, ofTarget] of Map.groupBy(ids, (one) => one.target)) {
      const rows = await inSlices([...new Set(ofTarget.map(({ id }) => id))], (slice) =>
        this.#trx
          .selectFrom('sightings')
          .select(['id', 'target_id', 'upstream_id', 'blame_within_ms', 'blamed', 'blamed_target'])
          .where('target_id', '=', target)
          .where('upstream_id', 'in', slice)
          .execute(),
      );
      found.push(...rows);
    }
    return found;
  }

  /** It opens an incident no longer: nothing is blamed by it. */
  async #clear(opener: Opener): Promise<void> {
    if (opener.blamed === null) return;
    await this.#recordedCulprit(opener);
    await this.#write(opener, null);
  }

  /** `opener` is null where this transaction adds the sighting, or where the retention took it. */
  async #blame({ id, target_id, opened_at: at, opened_by }: Incident, opener: Opener | null): Promise<void> {
    const fresh = opener === null ? this.#fresh.get(attemptKey(target_id, opened_by)) : undefined;
    const withinMs = opener === null ? (fresh?.sighting.blameWithinMs ?? null) : opener.blame_within_ms;
    if (withinMs === null) return;
    // What was blamed stays so until a later one is known, whatever it is called by now.
    const recorded = opener === null ? null : await this.#recordedCulprit(opener);
    const span = { after: at - withinMs - 1, until: at, successes: false };
    const attempts = await candidates(this.#trx, this.#service, span);
    const culprit = culpritOfErrors(recorded === null ? attempts : [...attempts, recorded], at, withinMs);
    if (culprit === null) return;
    this.culprits.add(culprit.target);
    this.#reach(culprit.at);
    if (fresh !== undefined) {
      fresh.blamed = culprit.id;
      fresh.blamedTarget = culprit.target;
      const { source } = fresh.sighting.target;
      this.#service.accusations.push({
        target: culprit.target,
        deployment: culprit.id,
        source,
        at,
        blameWithinMs: withinMs,
      });
    } else if (opener !== null && (opener.blamed !== culprit.id || opener.blamed_target !== culprit.target)) {
      await this.#write(opener, culprit);
      this.reblamed.push(id);
    }
  }

  async #recordedCulprit({ blamed, blamed_target }: Opener): Promise<ServiceAttempt | null> {
    if (blamed === null || blamed_target === null) return null;
    this.culprits.add(blamed_target);
    const row = await this.#trx
      .selectFrom('deployments')
      .select(ATTEMPT_COLUMNS)
      .where('target_id', '=', blamed_target)
      .where('upstream_id', '=', blamed)
      .executeTakeFirst();
    if (row === undefined) return null;
    this.#reach(row.at);
    return serviceAttempt(row);
  }

  async #write({ id, blamed, blamed_target }: Opener, culprit: ServiceAttempt | null): Promise<void> {
    if (blamed !== null && blamed_target !== null) this.#service.released.add(attemptKey(blamed_target, blamed));
    await this.#trx
      .updateTable('sightings')
      .set({ blamed: culprit?.id ?? null, blamed_target: culprit?.target ?? null })
      .where('id', '=', id)
      .execute();
  }

  #reach(...times: readonly number[]): void {
    this.#service.from = Math.min(this.#service.from ?? Number.POSITIVE_INFINITY, ...times);
  }
}

function openedAt({ incident }: IncidentWork): number {
  return incident.opened.at;
}
