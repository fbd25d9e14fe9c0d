import type { Clock } from '../domain/clock.ts';

/** Lets loops sleep until their time has come or there is news. */
export class Waker {
  readonly #clock: Clock;
  readonly #stop: AbortSignal;
  #news = 0;
  #sleeping = new AbortController();

  constructor(clock: Clock, stop: AbortSignal) {
    this.#clock = clock;
    this.#stop = stop;
  }

  /** A number that changes with each `wake`. */
  get news(): number {
    return this.#news;
  }

  wake(): void {
    this.#news += 1;
    this.#sleeping.abort();
    this.#sleeping = new AbortController();
  }

  /** Resolves after `ms`, or at once when there was news since `seen`, or when told to stop. */
  async sleep(ms: number, seen: number): Promise<void> {
    if (this.#news !== seen) return;
    await this.#until(ms, AbortSignal.any([this.#stop, this.#sleeping.signal]));
  }

  /** Resolves after `ms`, or when told to stop, whatever the news. */
  async wait(ms: number): Promise<void> {
    if (ms > 0) await this.#until(ms, this.#stop);
  }

  async #until(ms: number, signal: AbortSignal): Promise<void> {
    try {
      await this.#clock.sleep(ms, signal);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }
}
