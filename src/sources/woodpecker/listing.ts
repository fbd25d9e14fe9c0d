import { setImmediate } from 'node:timers/promises';
import type { Answer, Failure } from '../../upstream/upstream.ts';
import type { WoodpeckerApi } from './api.ts';
import type { NewestRow } from './memory.ts';
import type { Pipeline, Repository } from './pipeline.ts';
import { feedRow, listedRepository, repository } from './schema.ts';
import { listsNewest } from './version.ts';

/** A repository as one listing shows it. */
export interface Listed {
  readonly id: number;
  /** Null: only its id is known, and it has to be asked for. */
  readonly repository: Repository | null;
  readonly newest: NewestRow | null;
  /** The whole newest row, where the listing gives it. Throws when it is not what a pipeline should be. */
  row(): Pipeline | null;
}

/** How often names and default branches are read anew beside a feed (counting.md §2.2). */
const NAMES_EVERY_MS = 15 * 60_000;
/** Rows between two chances for others to run. */
const SLICE = 250;

/**
 * The one listing of a poll: `/api/user/repos` where it shows newest pipelines, else the feed with the names that
 * `/api/user/repos` gives now and then. `known` saves reading a repository again that has not changed.
 */
export class Lister {
  #feed = false;
  /** Null: not read yet, or broken (500), as on servers that cannot list a thousand repositories. */
  #names: ReadonlyMap<number, Repository> | null = null;
  #namesAt = Number.NEGATIVE_INFINITY;

  async read(
    api: WoodpeckerApi,
    known: (id: number) => Repository | null,
    now: number,
  ): Promise<Answer<readonly Listed[]>> {
    if (!this.#feed || now - this.#namesAt >= NAMES_EVERY_MS) {
      const answer = await api.userRepositories();
      if (!answer.ok && answer.failure.status !== 500) return answer;
      this.#feed = !answer.ok || !listsNewest(answer.headers['x-woodpecker-version'] ?? '');
      if (answer.ok && !this.#feed) return await reading(answer, () => fromRepositories(answer.value, known));
      const failure = await this.#takeNames(answer, now);
      if (failure !== null) return failure;
    }
    const feed = await api.latestFeed();
    if (!feed.ok) {
      // Where both are broken it is not that the server cannot list so many: the better listing is tried first again.
      if (this.#names === null) this.#feed = false;
      return feed;
    }
    const namesRead = this.#namesAt;
    const unknown = this.#names !== null && feed.value.some((row) => !this.#names?.has(idOf(row, 'repo_id')));
    if (unknown && namesRead !== now) {
      const answer = await api.userRepositories();
      if (!answer.ok && answer.failure.status !== 500) return answer;
      const failure = await this.#takeNames(answer, now);
      if (failure !== null) return failure;
    }
    return await reading(feed, () => fromFeed(feed.value, this.#names, known));
  }

  async #takeNames(answer: Answer<readonly unknown[]>, now: number): Promise<Answer<never> | null> {
    this.#namesAt = now;
    if (!answer.ok) {
      this.#names = null;
      return null;
    }
    const names = await reading(answer, async () => {
      const read: Repository[] = [];
      for await (const raw of inSlices(answer.value)) read.push(repository.parse(raw));
      return read;
    });
    if (!names.ok) return names;
    this.#names = new Map(names.value.map((one) => [one.id, one]));
    return null;
  }
}

async function fromRepositories(rows: readonly unknown[], known: (id: number) => Repository | null): Promise<Listed[]> {
  const listed: Listed[] = [];
  for await (const raw of inSlices(rows)) {
    const id = idOf(raw, 'id');
    const before = known(id);
    const same = before !== null && sameRepository(before, raw as Record<string, unknown>);
    const row = () => listedRepository.parse(raw).last_pipeline ?? null;
    listed.push({ id, repository: same ? before : repository.parse(raw), newest: newestOf(raw, row), row });
  }
  return listed;
}

async function fromFeed(
  rows: readonly unknown[],
  names: ReadonlyMap<number, Repository> | null,
  known: (id: number) => Repository | null,
): Promise<Listed[]> {
  const listed: Listed[] = [];
  for await (const raw of inSlices(rows)) {
    const { repositoryId: id, fullName, newest } = feedRow.parse(raw);
    const before = known(id);
    const unchanged = before !== null && (fullName === '' || fullName === before.fullName) ? before : null;
    const newestRow = newest === null ? null : { ...newest, updated: null };
    listed.push({ id, repository: names?.get(id) ?? unchanged, newest: newestRow, row: () => null });
  }
  return listed;
}

/** Reads of a listed row only what is compared: of thousands of rows nearly all are the same as before. */
function newestOf(raw: unknown, row: () => Pipeline | null): NewestRow | null {
  const last = (raw as { last_pipeline?: Record<string, unknown> | null }).last_pipeline;
  if (last == null) return null;
  const { id, status, updated, finished } = last;
  if (
    typeof id === 'number' &&
    typeof status === 'string' &&
    typeof updated === 'number' &&
    typeof finished === 'number'
  ) {
    return { id, status, updated: updated * 1000, finished: finished * 1000 };
  }
  return row();
}

function sameRepository(before: Repository, raw: Record<string, unknown>): boolean {
  const events = raw['cancel_previous_pipeline_events'];
  return (
    before.fullName === raw['full_name'] &&
    before.defaultBranch === raw['default_branch'] &&
    before.cancelPrevious.length === (Array.isArray(events) ? events.length : 0) &&
    before.cancelPrevious.every((event, i) => event === (events as unknown[])[i])
  );
}

function idOf(raw: unknown, key: string): number {
  return Number((raw as Record<string, unknown> | null)?.[key]);
}

async function* inSlices(rows: readonly unknown[]): AsyncGenerator<unknown> {
  for (const [index, row] of rows.entries()) {
    if (index % SLICE === SLICE - 1) await setImmediate();
    yield row;
  }
}

/** Rows are validated here, not by the request: what they are not is told the same way. */
async function reading<T>(answer: Extract<Answer<unknown>, { ok: true }>, read: () => Promise<T>): Promise<Answer<T>> {
  try {
    return { ...answer, value: await read() };
  } catch (error) {
    const failure: Failure = {
      reason: 'bad_response',
      detail: `a listed repository: ${describe(error)}`,
      status: 200,
      retryAfterMs: null,
    };
    return { ok: false, failure };
  }
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const [issue] = 'issues' in error ? (error.issues as { path: PropertyKey[]; message: string }[]) : [];
  return issue === undefined ? error.message : `${issue.path.join('.')}: ${issue.message}`;
}
