import { targetId } from '../../domain/deployment.ts';
import type { Answer, Failure } from '../../upstream/upstream.ts';
import type { ArgocdApi } from './api.ts';
import { type Application, type ApplicationEvent, hasFailed, placeOf } from './application.ts';
import type { Claim } from './claims.ts';
import { NOTHING_COUNTED } from './counting-attempts.ts';
import { readHealthOf } from './findings.ts';
import {
  type ApplicationMemory,
  applicationKey,
  blankMemory,
  type Remembered,
  type TargetMemory,
  targetKey,
  unseenHealth,
} from './memory.ts';
import { becameSynced, isUnchanged, needsEvents, needsReading } from './needs-reading.ts';
import type { News } from './news.ts';
import { readApplication } from './read-application.ts';
import type { ArgocdSettings } from './settings.ts';

/** What a poll, or a first read, is about. `date`: the list's time, in milliseconds since the epoch. */
export interface Poll {
  readonly api: ArgocdApi;
  readonly date: number;
  readonly memory: Remembered;
  readonly news: News;
}

/** Looks at applications one by one, and asks for more where what is listed has changed. */
export class Reader {
  readonly #settings: ArgocdSettings;
  /** By place, when the list last showed an application unchanged since its GET, in milliseconds since the epoch. */
  readonly #unchangedAt = new Map<string, number>();

  constructor(settings: ArgocdSettings) {
    this.#settings = settings;
  }

  knows({ memory }: Poll, place: string): boolean {
    return memory.applications.has(`application:${place}`);
  }

  /** What was seen was not recorded: it is to be seen again. */
  forget(): void {
    this.#unchangedAt.clear();
  }

  /** A first read: its history is counted, from then on its failures are looked for. A failure where it was not read. */
  async meet(claim: Claim, poll: Poll): Promise<Failure | null> {
    const answer = await poll.api.application(claim.listed);
    if (!answer.ok) return answer.failure.status === 404 ? null : answer.failure;
    const { degraded } = this.#targetMemory(claim, answer.date, poll);
    const before = blankMemory(claim.listed, claim, degraded, answer.date);
    this.#take(before, claim, answer, null, { firstSight: true, becameSynced: false }, poll);
    return null;
  }

  /** Looks at a listed application that is known. A failure where it had to be read and could not be. */
  async look(place: string, claim: Claim, poll: Poll): Promise<Failure | null> {
    const { listed } = claim;
    const known = poll.memory.applications.get(applicationKey(listed));
    if (known === undefined) return null;
    const memory = this.#mapped(known, claim, poll);
    if (!needsReading(memory, listed)) {
      this.#takeListed(place, memory, claim, poll);
      return null;
    }
    const answer = await poll.api.application(listed);
    // Deleted meanwhile: the next list lacks it.
    if (!answer.ok) return answer.failure.status === 404 ? null : answer.failure;
    // Deleted and created anew: failures of the new one are looked for from its beginning on.
    const before =
      memory.createdAt !== listed.createdAt
        ? { ...blankMemory(listed, claim, false, listed.createdAt), health: memory.health }
        : { ...memory, knownUntil: this.#knownUntil(place, memory, poll.memory.listedAt) };
    let events: readonly ApplicationEvent[] | null = null;
    if (needsEvents(before, answer.value)) {
      const read = await poll.api.events(listed);
      // Of an application whose project is missing the server shows no events either.
      if (!read.ok && read.failure.status !== 400) return read.failure;
      events = read.ok ? read.value : [];
    }
    this.#take(before, claim, answer, events, { firstSight: false, becameSynced: becameSynced(memory, listed) }, poll);
    return null;
  }

  #take(
    before: ApplicationMemory,
    claim: Claim,
    { value: application, date }: Extract<Answer<Application>, { ok: true }>,
    events: readonly ApplicationEvent[] | null,
    why: { readonly firstSight: boolean; readonly becameSynced: boolean },
    poll: Poll,
  ): void {
    // It was deleted and created anew since it was listed.
    if (application.createdAt !== before.createdAt) return;
    const target = this.#targetMemory(claim, date, poll);
    const holder = placeOf(application);
    const tookOver = target.holder === undefined ? why.firstSight : target.holder !== holder;
    const reading = { application, events, date, ...why, tookOver, settings: this.#settings };
    poll.news.take(readApplication(before, target.counted, reading), { ...target, holder }, date);
  }

  /** What the list alone tells: health, its project, and, while an operation has failed, sync. */
  #takeListed(place: string, memory: ApplicationMemory, claim: Claim, poll: Poll): void {
    const { listed } = claim;
    if (isUnchanged(memory, listed)) this.#unchangedAt.set(place, poll.date);
    const health = readHealthOf(memory, listed, poll.date, this.#settings);
    const failed = listed.operation !== null && hasFailed(listed.operation);
    const sync = failed ? listed.sync : memory.sync;
    const { project } = listed;
    if (health.memory === memory.health && sync === memory.sync && project === memory.project) return;
    poll.news.remember({ ...memory, health: health.memory, sync, project });
    if (health.sightings.length === 0) return;
    poll.news.sighting(health.sightings);
    const degraded = health.memory?.open ?? false;
    poll.news.rememberTarget({ ...this.#targetMemory(claim, poll.date, poll), degraded });
  }

  /** The application under the target that it is now, which is told where it is another one, or of another team. */
  #mapped(memory: ApplicationMemory, claim: Claim, poll: Poll): ApplicationMemory {
    const { target, team } = claim;
    const same = targetId(memory.target) === targetId(target);
    if (same && memory.team === team) return memory;
    const after = this.#targetMemory(claim, poll.date, poll);
    // What its health means was told of another target.
    const health = same ? memory.health : unseenHealth(after.degraded);
    const mapped = { ...memory, target, team, health };
    poll.news.remember(mapped);
    poll.news.rememberTarget(after);
    return mapped;
  }

  #targetMemory({ target, team }: Claim, date: number, { news, memory }: Poll): TargetMemory {
    const key = targetKey(target);
    const known = news.target(key) ?? memory.targets.get(key);
    return known === undefined
      ? { target, team, observedSince: date, counted: NOTHING_COUNTED, degraded: false, goneAt: null }
      : { ...known, team };
  }

  /** Until when all ends of operations are known: the last list that showed the same operation as the GET. */
  #knownUntil(place: string, memory: ApplicationMemory, listedAt: number): number {
    const proven = memory.tuple !== null || memory.lastOperation === null;
    return Math.max(memory.knownUntil, this.#unchangedAt.get(place) ?? (proven ? listedAt : 0));
  }
}
