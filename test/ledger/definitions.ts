import type { Sighting } from '../../src/domain/batch.ts';
import type { Deployment, FailureCause, IncidentKind, ReworkCause, TargetKey } from '../../src/domain/deployment.ts';
import type { Verdict } from '../../src/domain/override.ts';
import type { PlainDeployment, PlainRecovery } from '../domain/slow-windows.ts';

/** All that was ever told, as it was told. Times in milliseconds. */
export interface History {
  readonly deployments: readonly Deployment[];
  readonly sightings: readonly Sighting[];
  /** What people said of incidents: those of this kind that were open then are over. */
  readonly words: readonly { readonly target: TargetKey; readonly about: IncidentKind; readonly at: number }[];
  /** What was said last of a deployment, by its id. */
  readonly verdicts: ReadonlyMap<string, Verdict | null>;
  readonly expiryMs: number;
}

/** What windows of a target are taken over. */
export interface Judged {
  readonly deployments: readonly PlainDeployment[];
  readonly recoveries: readonly PlainRecovery[];
}

interface Incident {
  readonly openedBy: string;
  readonly openedAt: number;
  readonly known: boolean;
  failedIdentity: string;
  end: { readonly by: string; readonly at: number; readonly outcome: string } | null;
}

/** A place in the order of events: what was seen stands behind the deployments of its moment. */
type Place = readonly [at: number, number: number];

const SEEN = Number.POSITIVE_INFINITY;

function isBefore(a: Place, b: Place): boolean {
  return a[0] < b[0] || (a[0] === b[0] && a[1] < b[1]);
}

/** The one of these that stands last. */
function lastOf<T>(items: readonly T[], place: (item: T) => Place): T | undefined {
  return items.find((one) => items.every((other) => other === one || isBefore(place(other), place(one))));
}

const placeOf = ({ at, sequence }: Deployment): Place => [at, sequence];
const isOf = (a: TargetKey, b: TargetKey) =>
  a.source === b.source && a.app === b.app && a.environment === b.environment;

/** counting.md §7 and §8 word by word over the events themselves, with nothing of the ledger's and no thought for speed. */
export class Definitions {
  readonly #history: History;
  readonly #now: number;

  constructor(history: History, now: number) {
    this.#history = history;
    this.#now = now;
  }

  of(target: TargetKey): Judged {
    const deployments = this.#attempts(target).map((one) => ({
      at: one.at,
      failuresSeen: one.failuresSeen !== false,
      changeFailure: this.#cause(one),
      isRework: this.#rework(one) !== null,
    }));
    return { deployments, recoveries: this.#recoveries(target) };
  }

  #attempts(target: TargetKey): readonly Deployment[] {
    return this.#history.deployments.filter((one) => isOf(one.target, target));
  }

  /** The cause of the earliest event that makes it a change failure; a person's verdict stands over all. */
  #cause(one: Deployment): FailureCause | null {
    const verdict = this.#history.verdicts.get(one.id) ?? null;
    if (verdict === 'not_a_failure') return null;
    const events: { readonly cause: FailureCause; readonly place: Place }[] = [];
    if (one.outcome === 'failure') events.push({ cause: 'deployment', place: placeOf(one) });
    for (const other of this.#attempts(one.target))
      if (other.rollback === true && this.#predecessor(other) === one)
        events.push({ cause: 'rollback', place: placeOf(other) });
    for (const span of this.#history.sightings) {
      if (span.about === 'degraded' && span.kind === 'failure' && this.#culpritOfDegraded(span) === one)
        events.push({ cause: 'degraded', place: [span.at, SEEN] });
    }
    for (const { incident, culprit } of this.#errors())
      if (culprit === one) events.push({ cause: 'errors', place: [incident.openedAt, SEEN] });
    const earliest = events.find((event) => events.every((other) => !isBefore(other.place, event.place)));
    return earliest?.cause ?? (verdict === 'failure' ? 'verdict' : null);
  }

  #predecessor(one: Deployment): Deployment | undefined {
    const before = this.#attempts(one.target).filter((other) => isBefore(placeOf(other), placeOf(one)));
    return lastOf(before, placeOf);
  }

  /** The latest that started at or before it, if it ended at most so long before it, or had not ended. */
  #culpritOfDegraded({ target, at, blameWithinMs }: Sighting): Deployment | null {
    const started = this.#attempts(target).filter((one) => (one.startedAt ?? one.at) <= at);
    const latest = lastOf(started, placeOf);
    return latest !== undefined && blameWithinMs !== null && at - latest.at <= blameWithinMs ? latest : null;
  }

  /** The `errors` incidents, each with the latest deployment of any source that ended before it, not too long before. */
  #errors() {
    const failing = this.#targetsOf('errors');
    return failing.flatMap((target) =>
      this.#incidents(target, 'errors').map((incident) => {
        const opener = this.#history.sightings.find(({ id }) => id === incident.openedBy);
        const within = opener?.blameWithinMs ?? null;
        const { app, environment } = target;
        const before = this.#history.deployments.filter(
          (one) => one.target.app === app && one.target.environment === environment && one.at <= incident.openedAt,
        );
        const latest = lastOf(before, placeOf);
        const isNear = latest !== undefined && within !== null && incident.openedAt - latest.at <= within;
        return { incident, app, environment, culprit: isNear ? latest : null };
      }),
    );
  }

  #targetsOf(kind: IncidentKind): readonly TargetKey[] {
    const events = kind === 'deployment' ? this.#history.deployments : this.#history.sightings;
    const found: TargetKey[] = [];
    for (const { target } of events) if (!found.some((other) => isOf(other, target))) found.push(target);
    return found;
  }

  /** One cause, the first of: a rollback; what closed a deployment incident; the last within a degraded one, or errors. */
  #rework(one: Deployment): ReworkCause | null {
    if (one.rollback === true) return 'rollback';
    const closes = this.#incidents(one.target, 'deployment').find(({ end }) => end?.by === one.id);
    if (closes !== undefined && (one.identity === '' || one.identity !== closes.failedIdentity)) return 'deployment';
    const isWell = ({ end }: Incident) => end !== null && end.outcome !== 'expired';
    const repairs = (incident: Incident, candidates: readonly Deployment[]) => {
      const within = candidates.filter(
        (other) =>
          other.outcome === 'success' &&
          isBefore([incident.openedAt, SEEN], placeOf(other)) &&
          isBefore(placeOf(other), [incident.end?.at ?? 0, SEEN]),
      );
      return isWell(incident) && lastOf(within, placeOf) === one;
    };
    if (this.#incidents(one.target, 'degraded').some((incident) => repairs(incident, this.#attempts(one.target))))
      return 'degraded';
    const repairsErrors = this.#errors().some(({ incident, app, environment }) =>
      repairs(
        incident,
        this.#history.deployments.filter(({ target }) => target.app === app && target.environment === environment),
      ),
    );
    return repairsErrors ? 'errors' : null;
  }

  /** Of incidents that ended well and have a known beginning, by the labels of the deployment to blame. */
  #recoveries(target: TargetKey): readonly PlainRecovery[] {
    const blamed = this.#targetsOf('deployment').flatMap((failing) => [
      ...this.#incidents(failing, 'deployment').map((incident) => ({
        incident,
        culprit: this.#history.deployments.find(({ id }) => id === incident.openedBy) ?? null,
      })),
      ...this.#incidents(failing, 'degraded').map((incident) => {
        const opener = this.#history.sightings.find(({ id }) => id === incident.openedBy);
        return { incident, culprit: opener === undefined ? null : this.#culpritOfDegraded(opener) };
      }),
    ]);
    return [...blamed, ...this.#errors()].flatMap(({ incident, culprit }) => {
      if (culprit === null || !isOf(culprit.target, target)) return [];
      if (incident.end === null || incident.end.outcome === 'expired' || !incident.known) return [];
      if (this.#history.verdicts.get(culprit.id) === 'not_a_failure') return [];
      return [{ deployment: culprit.id, openedAt: incident.openedAt, closedAt: incident.end.at }];
    });
  }

  /** From the first failure to what ends it: a success or a healthy state, a withdrawal, a person's word, or its age. */
  #incidents(target: TargetKey, kind: IncidentKind): readonly Incident[] {
    const { deployments, sightings, words, expiryMs } = this.#history;
    const events = [
      ...(kind === 'deployment' ? deployments : []).map((one) => ({
        ...{ id: one.id, target: one.target, place: placeOf(one), identity: one.identity },
        known: one.beginningKnown,
        kind: one.outcome === 'success' ? 'recovered' : 'failure',
      })),
      ...sightings
        .filter(({ about }) => about === kind)
        .map((one) => ({
          ...{ id: one.id, target: one.target, place: [one.at, SEEN] as Place, identity: '', known: true },
          kind: one.kind === 'recovery' ? 'recovered' : one.kind,
        })),
      ...words
        .filter(({ about }) => about === kind)
        .map(({ at, target: of }) => ({
          ...{ id: 'a person', target: of, place: [at, SEEN] as Place, identity: '', known: true, kind: 'resolved' },
        })),
    ].filter((event) => isOf(event.target, target));
    events.sort((a, b) => (isBefore(a.place, b.place) ? -1 : 1));
    const found: Incident[] = [];
    let open: Incident | null = null;
    for (const event of [...events, { ...NOTHING, place: [this.#now, SEEN] as Place }]) {
      const [at] = event.place;
      if (open !== null && at > open.openedAt + expiryMs) {
        open.end = { by: '', at: open.openedAt + expiryMs, outcome: 'expired' };
        open = null;
      }
      if (event.kind === 'failure') {
        if (open === null) {
          open = { openedBy: event.id, openedAt: at, known: event.known, failedIdentity: '', end: null };
          found.push(open);
        }
        open.failedIdentity = event.identity;
      } else if (open !== null && event.kind !== '') {
        open.end = { by: event.id, at, outcome: event.kind };
        open = null;
      }
    }
    return found;
  }
}

const NOTHING = { id: '', identity: '', known: true, kind: '' };
