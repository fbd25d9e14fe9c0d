import type { Clock } from '../domain/clock.ts';
import type { WebConfiguration } from './web-configuration.ts';

/** The toolkit's token bucket: full at first, it gains a token every interval and gives one to each request. */
export class RateLimit {
  readonly #clock: Pick<Clock, 'monotonic'>;
  #tokens = Number.POSITIVE_INFINITY;
  #at: number;

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock;
    this.#at = clock.monotonic();
  }

  /** Whether one more request may pass now. */
  allows(limit: WebConfiguration['rateLimit']): boolean {
    if (limit === null) return true;
    const now = this.#clock.monotonic();
    this.#tokens = Math.min(limit.burst, this.#tokens + (now - this.#at) / limit.intervalMs);
    this.#at = now;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
