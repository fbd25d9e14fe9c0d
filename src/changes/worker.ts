import { backOffMs } from '../domain/back-off.ts';
import type { FoundChange, Lookup } from '../domain/change.ts';
import type { Clock } from '../domain/clock.ts';
import { StoreFailure } from '../domain/store-failure.ts';
import type { Find, Queue } from './ports.ts';
import type { Trouble } from './trouble.ts';

/** Lookups at a time: a cold one makes Argo CD check a repository out (facts of Argo CD §8). */
const AT_ONCE = 2;
/** The first wait after an attempt in vain, doubling with each. */
const AGAIN_MS = 30_000;
/** How often one commit that cannot be read is asked for. */
const MOST_ATTEMPTS = 5;
/** How long an upstream that is away is waited for. */
const GIVE_UP_MS = 24 * 3600_000;
/** Between two looks at the queue while nothing calls. */
const LONGEST_NAP_MS = 60_000;
const SHORTEST_NAP_MS = 5_000;

/** The part of a pino logger that the worker uses. */
export interface Log {
  debug(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface WorkerOptions {
  /** The configured name of the source. */
  readonly source: string;
  readonly find: Find;
  readonly queue: Queue;
  readonly clock: Clock;
  readonly log: Log;
  readonly stop: AbortSignal;
}

/** Looks up what deployments of one source brought, one after another, in nobody's way. */
export class Worker {
  readonly #options: WorkerOptions;
  #nap = new AbortController();
  #woken = false;
  /** Failures of the whole upstream in a row. */
  #failures = 0;
  #restUntil = 0;
  #complained = false;

  constructor(options: WorkerOptions) {
    this.#options = options;
  }

  /** There may be something new in the queue. */
  wake(): void {
    this.#woken = true;
    this.#nap.abort();
  }

  /** Works until `stop`; resolves when what was under way has ended. Never rejects. */
  async run(): Promise<void> {
    const { stop, log, source } = this.#options;
    while (!stop.aborted) {
      let napMs: number;
      try {
        napMs = await this.#workOnce();
      } catch (error) {
        if (stop.aborted) return;
        if (error instanceof StoreFailure) log.warn({ source, detail: error.message }, 'a lookup was not recorded');
        else log.error({ source, err: error }, 'a lookup of commits failed');
        await this.#sleep(SHORTEST_NAP_MS);
        continue;
      }
      if (napMs > 0) await this.#sleep(napMs);
    }
  }

  /** For how long nothing will be due, in milliseconds; 0: something was, and was worked on. */
  async #workOnce(): Promise<number> {
    const { queue, source, clock } = this.#options;
    this.#woken = false;
    const now = clock.now();
    if (now < this.#restUntil) return napMs(this.#restUntil - now);
    const { lookups, nextAt } = await queue.due(source, now, AT_ONCE);
    const ends = await Promise.allSettled(lookups.map((lookup) => this.#lookUp(lookup)));
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
    return lookups.length > 0 ? 0 : napMs((nextAt ?? Number.POSITIVE_INFINITY) - now);
  }

  async #lookUp(lookup: Lookup): Promise<void> {
    const { find, queue, stop } = this.#options;
    const outcome = await find(lookup, stop);
    if (outcome.ok) {
      this.#failures = 0;
      this.#complained = false;
      return await queue.settle(lookup, outcome.value);
    }
    await this.#inVain(lookup, outcome.trouble);
  }

  async #inVain(lookup: Lookup, trouble: Trouble): Promise<void> {
    const { queue, clock, log, source } = this.#options;
    const { reason, detail, waitMs, everywhere } = trouble;
    const { app, environment } = lookup.target;
    const fields = { source, app, environment, deployment: lookup.upstreamId, reason, detail };
    log[this.#complained ? 'debug' : 'warn'](fields, 'commits could not be looked up');
    this.#complained = true;
    const now = clock.now();
    if (everywhere) {
      this.#failures += 1;
      this.#restUntil = Math.max(this.#restUntil, now + backOffMs(SHORTEST_NAP_MS, this.#failures, waitMs));
    }
    const over = everywhere ? now - lookup.queuedAt > GIVE_UP_MS : lookup.attempts + 1 >= MOST_ATTEMPTS;
    if (over) return await queue.settle(lookup, [givenUp(lookup, trouble)]);
    // What the whole upstream refuses is not the commit's fault: it is asked for as soon as that has rested.
    const again = everywhere ? this.#restUntil : now + backOffMs(AGAIN_MS, lookup.attempts + 1, null);
    await queue.postpone(lookup.id, reason, again);
  }

  async #sleep(ms: number): Promise<void> {
    const { clock, stop } = this.#options;
    if (this.#woken && clock.now() >= this.#restUntil) return;
    this.#nap = new AbortController();
    await clock.sleep(ms, AbortSignal.any([stop, this.#nap.signal])).catch(() => {});
  }
}

function napMs(untilDueMs: number): number {
  return Math.min(LONGEST_NAP_MS, Math.max(SHORTEST_NAP_MS, untilDueMs));
}

function givenUp({ commit, lookup }: Lookup, { reason }: Trouble): FoundChange {
  return { known: false, sha: commit, repository: lookup['repository'] ?? '', reason, number: 1 };
}
