import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../domain/clock.ts';
import { StoreFailure } from '../domain/store-failure.ts';
import type { Post } from '../ledger/errors/ingest.ts';

/** Commits posts together; for each, in order, which of its events are new. */
export type Commit = (posts: readonly Post[]) => Promise<readonly ReadonlySet<number>[]>;

/** Enough for one commit: more would keep what polls found waiting. */
const ITEMS_PER_COMMIT = 500;
/** Longest rest between two commits, in milliseconds. */
const LONGEST_REST_MS = 10;
/** What may wait for its commit: more, and applications are told to come again. */
const MOST_WAITING = 20_000;

const NEVER = new AbortController().signal;

interface Waiting {
  readonly post: Post;
  readonly items: number;
  readonly resolve: (fresh: ReadonlySet<number>) => void;
  readonly reject: (error: unknown) => void;
}

/** More waits than can be taken in soon. Nothing of the post is kept. */
export class IntakeFull extends Error {
  readonly code = 'INTAKE_FULL';
}

/**
 * Gathers posts while a commit is under way, so that many small ones share the next. What a commit costs goes with the
 * posts in it only in part, so between two it rests as long as the last one took: under a steady load more share each,
 * and scrapes and polls get the time. A post that comes alone waits for nothing.
 */
export class Intake {
  readonly #commit: Commit;
  readonly #clock: Pick<Clock, 'monotonic' | 'sleep'>;
  #waiting: Waiting[] = [];
  #items = 0;
  #running = false;

  constructor(commit: Commit, clock: Pick<Clock, 'monotonic' | 'sleep'>) {
    this.#commit = commit;
    this.#clock = clock;
  }

  /**
   * Resolves once the post is committed, with the places of its events that are new. Throws `IntakeFull`, and
   * `StoreFailure` when the store did not take it.
   */
  take(post: Post): Promise<ReadonlySet<number>> {
    const items = post.events.length + post.measurements.length;
    if (this.#items > 0 && this.#items + items > MOST_WAITING) throw new IntakeFull('too much waits to be stored');
    return new Promise((resolve, reject) => {
      this.#waiting.push({ post, items, resolve, reject });
      this.#items += items;
      if (!this.#running) void this.#run();
    });
  }

  async #run(): Promise<void> {
    this.#running = true;
    while (this.#waiting.length > 0) {
      // What arrived in the same turn comes along.
      await setImmediate();
      const start = this.#clock.monotonic();
      await this.#commitSome(this.#next());
      const rest = Math.min(this.#clock.monotonic() - start, LONGEST_REST_MS);
      if (rest > 0 && this.#items < ITEMS_PER_COMMIT) await this.#clock.sleep(rest, NEVER);
    }
    this.#running = false;
  }

  #next(): readonly Waiting[] {
    let items = 0;
    let count = 0;
    for (const one of this.#waiting) {
      if (count > 0 && items + one.items > ITEMS_PER_COMMIT) break;
      items += one.items;
      count += 1;
    }
    this.#items -= items;
    return this.#waiting.splice(0, count);
  }

  async #commitSome(group: readonly Waiting[]): Promise<void> {
    try {
      const fresh = await this.#commit(group.map(({ post }) => post));
      for (const [place, { resolve }] of group.entries()) resolve(fresh[place] ?? new Set());
    } catch (error) {
      // A fault that one of them provokes must not keep out those that came at the same time.
      if (group.length > 1 && !(error instanceof StoreFailure)) for (const one of group) await this.#commitSome([one]);
      else for (const { reject } of group) reject(error);
    }
  }
}
