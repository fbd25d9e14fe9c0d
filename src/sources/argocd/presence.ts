import type { Failure } from '../../upstream/upstream.ts';
import { inParallel } from '../in-parallel.ts';
import { Missing } from '../missing.ts';
import type { ArgocdApi } from './api.ts';
import { placeOf } from './application.ts';
import type { Claims } from './claims.ts';
import { type ApplicationMemory, applicationKey, type TargetMemory, targetKey } from './memory.ts';
import type { News } from './news.ts';
import type { ArgocdSettings } from './settings.ts';

/** One look at what is still there. */
export interface Look {
  readonly applications: Iterable<ApplicationMemory>;
  readonly targets: Iterable<TargetMemory>;
  /** Places of all that is listed, targets or not. */
  readonly places: ReadonlySet<string>;
  readonly claims: Claims['claims'];
  /** Milliseconds since the epoch, and of a clock that never goes back. */
  readonly now: number;
  readonly monotonic: number;
}

/**
 * What became of applications that the list no longer has (counting.md §5.1). Deleted is gone at once; what cannot be
 * seen any more, or is left out, is gone once complete good polls have lacked it for `forget_after`.
 */
export class Presence {
  readonly #retentionMs: number;
  readonly #concurrency: number;
  /** Places that were asked for since they left the list and are still there: whether we may not see them. */
  readonly #unlisted = new Map<string, boolean>();
  readonly #missing: Missing;

  /** `retentionMs`: how long what is gone is remembered, in milliseconds. */
  constructor(
    { forgetAfterMs, concurrency }: Pick<ArgocdSettings, 'forgetAfterMs' | 'concurrency'>,
    retentionMs: number,
  ) {
    this.#missing = new Missing(forgetAfterMs);
    this.#retentionMs = retentionMs;
    this.#concurrency = concurrency;
  }

  /** Asks once for each application that has left the list. Failures that say nothing about it are returned. */
  async ask(look: Look, api: ArgocdApi, news: News): Promise<readonly Failure[]> {
    const failures: Failure[] = [];
    for (const place of this.#unlisted.keys()) if (look.places.has(place)) this.#unlisted.delete(place);
    const left = [...look.applications].filter(
      (memory) => !look.places.has(placeOf(memory)) && !this.#unlisted.has(placeOf(memory)),
    );
    await inParallel(left, this.#concurrency, async (memory) => {
      const answer = await api.application(memory);
      if (answer.ok || answer.failure.status === 403) this.#unlisted.set(placeOf(memory), !answer.ok);
      else if (answer.failure.status === 404) news.forget(memory);
      else failures.push(answer.failure);
    });
    return failures;
  }

  /** Whether something that was listed is there and may not be seen. */
  get isDenied(): boolean {
    return [...this.#unlisted.values()].includes(true);
  }

  /** Tells which targets are gone, or there again. `good`: the poll was complete and good. */
  tell(look: Look, good: boolean, news: News): void {
    const present = new Set([...look.claims.values()].map(({ target }) => targetKey(target)));
    const deleted = new Set<string>();
    for (const memory of look.applications) {
      if (news.application(applicationKey(memory)) === null) deleted.add(targetKey(memory.target));
    }
    for (const before of look.targets) {
      const key = targetKey(before.target);
      const memory = news.target(key) ?? before;
      if (present.has(key)) {
        this.#missing.found(key);
        if (memory.goneAt !== null) news.list(memory, 'listed', look.now);
      } else if (memory.goneAt !== null && look.now - memory.goneAt > this.#retentionMs) {
        news.forgetTarget(memory, look.applications);
      } else if (
        memory.goneAt === null &&
        (deleted.has(key) || (good && this.#missing.isOverdue(key, look.monotonic)))
      ) {
        news.list(memory, 'removed', look.now);
      }
    }
  }
}
