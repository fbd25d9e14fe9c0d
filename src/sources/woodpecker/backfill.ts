import type { Failure } from '../../upstream/upstream.ts';
import { Gate, untilAborted } from '../gate.ts';
import type { Listed } from './listing.ts';

/** How far the first reads have come, in repositories. */
export interface Progress {
  readonly pending: number;
  readonly done: number;
}

/**
 * First reads of repositories, a few at a time, over as many slices as they take. Between slices they wait at the
 * gate, in the middle of a repository if need be, and go on from there.
 */
export class Backfill {
  readonly gate = new Gate();
  readonly #concurrency: number;
  readonly #read: (listed: Listed, stop: AbortSignal) => Promise<Failure | null>;
  readonly #pending = new Map<number, Listed>();
  readonly #running = new Map<number, Promise<void>>();
  /** Failed in this slice: read again in the next. */
  readonly #failed = new Set<number>();
  #failure: Failure | null = null;
  #bug: unknown = null;
  #done = 0;

  constructor(concurrency: number, read: (listed: Listed, stop: AbortSignal) => Promise<Failure | null>) {
    this.#concurrency = concurrency;
    this.#read = read;
  }

  get progress(): Progress {
    return { pending: this.#pending.size, done: this.#done };
  }

  /** These are all that wait for their first read; what is being read goes on. */
  wait(listed: Iterable<Listed>): void {
    for (const id of this.#pending.keys()) if (!this.#running.has(id)) this.#pending.delete(id);
    for (const one of listed) if (!this.#running.has(one.id)) this.#pending.set(one.id, one);
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
    for (const [id, listed] of this.#pending) {
      if (this.#running.size >= this.#concurrency) return;
      if (this.#running.has(id) || this.#failed.has(id)) continue;
      this.#running.set(id, this.#readOne(id, listed, stop));
    }
  }

  async #readOne(id: number, listed: Listed, stop: AbortSignal): Promise<void> {
    try {
      const failure = await this.#read(listed, stop);
      if (failure === null) {
        this.#pending.delete(id);
        this.#done += 1;
      } else this.#fail(id, failure);
    } catch (error) {
      this.#failed.add(id);
      if (!stop.aborted) this.#bug ??= error;
    } finally {
      this.#running.delete(id);
      if (!stop.aborted) this.#start(stop);
    }
  }

  #fail(id: number, failure: Failure): void {
    this.#failed.add(id);
    this.#failure ??= failure;
  }
}
