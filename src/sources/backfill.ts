import type { Failure } from '../upstream/upstream.ts';
import { Gate, untilAborted } from './gate.ts';

/** How far the first reads have come, in repositories or applications. */
export interface Progress {
  readonly pending: number;
  readonly done: number;
}

/**
 * First reads of what a source lists, each by its key, a few at a time, over as many slices as they take. Between
 * slices they wait at the gate, in the middle of one if need be, and go on from there.
 */
export class Backfill<K, T> {
  readonly gate = new Gate();
  readonly #concurrency: number;
  readonly #read: (item: T, stop: AbortSignal, key: K) => Promise<Failure | null>;
  readonly #pending = new Map<K, T>();
  readonly #running = new Map<K, Promise<void>>();
  /** Failed in this slice: read again in the next. */
  readonly #failed = new Set<K>();
  #failure: Failure | null = null;
  #bug: unknown = null;
  #done = 0;

  /** `read` waits at the gate before each of its requests. */
  constructor(concurrency: number, read: (item: T, stop: AbortSignal, key: K) => Promise<Failure | null>) {
    this.#concurrency = concurrency;
    this.#read = read;
  }

  get progress(): Progress {
    return { pending: this.#pending.size, done: this.#done };
  }

  /** These are all that wait for their first read; what is being read goes on. */
  wait(unread: ReadonlyMap<K, T>): void {
    for (const key of this.#pending.keys()) if (!this.#running.has(key)) this.#pending.delete(key);
    for (const [key, item] of unread) if (!this.#running.has(key)) this.#pending.set(key, item);
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
    for (const [key, item] of this.#pending) {
      if (this.#running.size >= this.#concurrency) return;
      if (this.#running.has(key) || this.#failed.has(key)) continue;
      this.#running.set(key, this.#readOne(key, item, stop));
    }
  }

  async #readOne(key: K, item: T, stop: AbortSignal): Promise<void> {
    try {
      const failure = await this.#read(item, stop, key);
      if (failure === null) {
        this.#pending.delete(key);
        this.#done += 1;
      } else {
        this.#failed.add(key);
        this.#failure ??= failure;
      }
    } catch (error) {
      this.#failed.add(key);
      if (!stop.aborted) this.#bug ??= error;
    } finally {
      this.#running.delete(key);
      if (!stop.aborted) this.#start(stop);
    }
  }
}
