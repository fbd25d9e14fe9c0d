import type { Batch, IgnoredReason, TargetFacts } from '../../domain/batch.ts';
import { targetId } from '../../domain/deployment.ts';
import { type ApplicationMemory, applicationKey, type TargetMemory, targetKey } from './memory.ts';
import type { ApplicationNews } from './reading.ts';

type Rows = Pick<Batch, 'deployments' | 'ignored' | 'listings'> & {
  readonly sightings: NonNullable<Batch['sightings']>;
};

/** Collects what one poll, or one first read, found: to be recorded as one batch. */
export class News {
  readonly #applications = new Map<string, ApplicationMemory | null>();
  readonly #targets = new Map<string, TargetMemory | null>();
  /** Targets to be told of, though nothing happened to them. */
  readonly #facts = new Map<string, TargetFacts>();
  readonly #rows: { [K in keyof Rows]: Rows[K][number][] } = {
    deployments: [],
    ignored: [],
    listings: [],
    sightings: [],
  };
  #gaps = 0;

  /** Adds what was found of an application and of the target that it is. `date` of the answer, in ms. */
  take(news: ApplicationNews, target: TargetMemory, date: number): void {
    this.#rows.deployments.push(...news.deployments);
    this.#rows.ignored.push(...news.ignored);
    this.#rows.sightings.push(...news.sightings);
    this.#gaps += news.gaps;
    this.remember(news.memory);
    // A gap ends what is known whole.
    const observedSince = news.gaps > 0 ? Math.max(date, target.observedSince) : target.observedSince;
    const degraded = news.memory.health?.open ?? target.degraded;
    this.rememberTarget({ ...target, counted: news.counted, degraded, observedSince });
  }

  sighting(rows: Rows['sightings']): void {
    this.#rows.sightings.push(...rows);
  }

  ignore(id: string, reason: IgnoredReason): void {
    this.#rows.ignored.push({ id, reason });
  }

  list(target: TargetMemory, change: 'removed' | 'listed', now: number): TargetMemory {
    const after = { ...target, goneAt: change === 'removed' ? now : null };
    this.#rows.listings.push({ target: target.target, change });
    this.rememberTarget(after);
    return after;
  }

  remember(memory: ApplicationMemory): void {
    this.#applications.set(applicationKey(memory), memory);
  }

  forget(memory: ApplicationMemory): void {
    this.#applications.set(applicationKey(memory), null);
  }

  /** Remembers a target, and tells of it. */
  rememberTarget(memory: TargetMemory): void {
    const { target, team, observedSince } = memory;
    this.#targets.set(targetKey(target), memory);
    this.#facts.set(targetId(target), { target, team, observedSince, sighted: true });
  }

  /** Forgets a target that has long been gone, and the applications that were it. */
  forgetTarget({ target }: TargetMemory, applications: Iterable<ApplicationMemory>): void {
    const key = targetKey(target);
    this.#targets.set(key, null);
    for (const memory of applications) if (targetKey(memory.target) === key) this.forget(memory);
  }

  /** The memory of an application after this poll: null is forgotten, undefined is unchanged. */
  application(key: string): ApplicationMemory | null | undefined {
    return this.#applications.get(key);
  }

  target(key: string): TargetMemory | null | undefined {
    return this.#targets.get(key);
  }

  /** How many deployments were found. */
  get deployments(): number {
    return this.#rows.deployments.length;
  }

  get applications(): ReadonlyMap<string, ApplicationMemory | null> {
    return this.#applications;
  }

  get targets(): ReadonlyMap<string, TargetMemory | null> {
    return this.#targets;
  }

  /** The batch, or null where there is nothing to record. `state` is what is remembered beside. */
  batch(
    frame: Pick<Batch, 'source' | 'origin' | 'now' | 'capabilities' | 'complete'>,
    state: ReadonlyMap<string, unknown> = new Map(),
  ): Batch | null {
    const found = Object.values(this.#rows).some((rows) => rows.length > 0);
    const changed = found || this.#applications.size > 0 || this.#targets.size > 0;
    if (!changed && !frame.complete) return null;
    return {
      ...frame,
      ...this.#rows,
      targets: [...this.#facts.values()],
      moves: [],
      state: new Map<string, unknown>([...this.#applications, ...this.#targets, ...state]),
      gaps: this.#gaps,
    };
  }
}
