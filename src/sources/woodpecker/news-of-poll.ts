import type { Batch } from '../../domain/batch.ts';
import { memoryKey, type RepositoryMemory } from './memory.ts';
import type { RepositoryNews } from './repository-news.ts';

type Parts = Pick<Batch, 'deployments' | 'ignored' | 'targets' | 'moves' | 'listings'>;

/** Collects what one poll found, to be recorded as one batch. */
export class NewsOfPoll {
  readonly #memories = new Map<number, RepositoryMemory>();
  readonly #parts: { [K in keyof Parts]: Parts[K][number][] } = {
    deployments: [],
    ignored: [],
    targets: [],
    moves: [],
    listings: [],
  };

  /** What to remember of a repository once the batch is recorded. */
  remember(memory: RepositoryMemory): void {
    this.#memories.set(memory.repository.id, memory);
  }

  /** What this poll has already found out of a repository. */
  memory(repositoryId: number): RepositoryMemory | null {
    return this.#memories.get(repositoryId) ?? null;
  }

  take(news: RepositoryNews): void {
    this.#parts.deployments.push(...news.deployments);
    this.#parts.ignored.push(...news.ignored);
    this.#parts.targets.push(...news.targets);
    this.remember(news.memory);
  }

  add<K extends 'targets' | 'moves' | 'listings'>(part: K, rows: Parts[K]): void {
    (this.#parts[part] as Parts[K][number][]).push(...rows);
  }

  get memories(): Iterable<RepositoryMemory> {
    return this.#memories.values();
  }

  /** The batch, or null where there is nothing to record. */
  batch(frame: Pick<Batch, 'source' | 'origin' | 'now' | 'capabilities' | 'complete'>): Batch | null {
    const empty = this.#memories.size === 0 && Object.values(this.#parts).every((rows) => rows.length === 0);
    if (empty && !frame.complete) return null;
    const state = new Map([...this.#memories.values()].map((memory) => [memoryKey(memory.repository.id), memory]));
    return { ...frame, ...this.#parts, state, gaps: 0 };
  }
}
