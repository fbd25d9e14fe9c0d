import type { Failure } from '../../upstream/upstream.ts';
import { Gate, untilAborted } from '../gate.ts';
import type { Claim } from './claims.ts';

/** How far the first reads have come, in applications. */
export interface Progress {
  readonly pending: number;
  readonly done: number;
}

/** First reads of applications, a few at a time, over as many slices as they take. `read` waits at the gate. */
export class FirstSights {
  readonly gate = new Gate();
  readonly #concurrency: number;
  readonly #read: (place: string, claim: Claim, stop: AbortSignal) => Promise<Failure | null>;
  readonly #pending = new Map<string, Claim>();
  readonly #running = new Map<string, Promise<void>>();
  /** Failed in this slice: read again in the next. */
  readonly #failed = new Set<string>();
  #failure: Failure | null = null;
  #bug: unknown = null;
  #done = 0;

  constructor(concurrency: number, read: (place: string, claim: Claim, stop: AbortSignal) => Promise<Failure | null>) {
    this.#concurrency = concurrency;
    this.#read = read;
  }

  get progress(): Progress {
    return { pending: this.#pending.size, done: this.#done };
  }

  /** These are all that wait for their first read, by place; what is being read goes on. */
  wait(claims: ReadonlyMap<string, Claim>): void {
    for (const place of this.#pending.keys()) if (!this.#running.has(place)) this.#pending.delete(place);
    for (const [place, claim] of claims) if (!this.#running.has(place)) this.#pending.set(place, claim);
  }

  /** Reads until nothing is left or the slice ends. The first failure, if there was one; throws `stop.reason`. */
  async run(slice: AbortSignal, stop: AbortSignal): Promise<Failure | null> {
    this.#failed.clear();
    this.gate.open();
    this.#start(stop);
    while (this.#running.size > 0 && !slice.aborted) await untilAborted(Promise.race(this.#running.values()), slice);
    this.gate.close();
    stop.throwIfAborted();
    const [failure, bug] = [this.#failure, this.#bug];
    this.#failure = null;
    this.#bug = null;
    if (bug !== null) throw bug;
    return failure;
  }

  #start(stop: AbortSignal): void {
    for (const [place, claim] of this.#pending) {
      if (this.#running.size >= this.#concurrency) return;
      if (this.#running.has(place) || this.#failed.has(place)) continue;
      this.#running.set(place, this.#readOne(place, claim, stop));
    }
  }

  async #readOne(place: string, claim: Claim, stop: AbortSignal): Promise<void> {
    try {
      const failure = await this.#read(place, claim, stop);
      if (failure === null) {
        this.#pending.delete(place);
        this.#done += 1;
      } else {
        this.#failed.add(place);
        this.#failure ??= failure;
      }
    } catch (error) {
      this.#failed.add(place);
      if (!stop.aborted) this.#bug ??= error;
    } finally {
      this.#running.delete(place);
      if (!stop.aborted) this.#start(stop);
    }
  }
}
