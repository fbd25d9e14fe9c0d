import type { Batch } from '../../domain/batch.ts';
import type { Clock } from '../../domain/clock.ts';
import type { Observe } from '../../domain/observation.ts';
import type { Failure, Upstream } from '../../upstream/upstream.ts';
import { Backfill, type Progress } from '../backfill.ts';
import { type End, failed, orStoreFailure } from '../end.ts';
import { HistoryLog } from '../history-log.ts';
import { inParallel } from '../in-parallel.ts';
import type { Inbox, Log } from '../inbox.ts';
import { type WoodpeckerApi, woodpeckerApi } from './api.ts';
import { CAPABILITIES } from './capabilities.ts';
import { firstSight } from './first-sight.ts';
import { type Listed, Lister } from './listing.ts';
import type { RepositoryMemory } from './memory.ts';
import { NewsOfPoll } from './news-of-poll.ts';
import type { Repository } from './pipeline.ts';
import { Presence } from './presence.ts';
import { afterAbsence, readHistory } from './read-history.ts';
import { needsReading, type Reading, readRepository } from './read-repository.ts';
import { mapping, rename } from './rename.ts';
import type { WoodpeckerSettings } from './settings.ts';
import { isWanted } from './target-of.ts';

export interface CollectorOptions {
  readonly settings: WoodpeckerSettings;
  readonly upstream: Upstream;
  readonly inbox: Inbox;
  /** Milliseconds after which an open row is given up. */
  readonly retentionMs: number;
  readonly clock: Clock;
  readonly observe: Observe;
  readonly log: Log;
}

/** Polls one Woodpecker server (counting.md §2) and records what it finds. */
export class WoodpeckerCollector {
  readonly #options: CollectorOptions;
  readonly #lister = new Lister();
  readonly #presence: Presence;
  readonly #backfill: Backfill<number, Listed>;
  readonly #historyLog: HistoryLog;
  /** By repository id, as committed. */
  #memories: Map<number, RepositoryMemory> | null = null;
  /** Repositories whose targets were told with their teams since the start, or since a rename. */
  readonly #mapped = new Set<number>();
  #listedBefore = false;
  /** That the token sees nothing is said once. */
  #warned = false;

  constructor(options: CollectorOptions) {
    this.#options = options;
    this.#presence = new Presence(options.settings);
    this.#historyLog = new HistoryLog(options.settings.name, options.log);
    this.#backfill = new Backfill(options.settings.concurrency, (listed, stop) => this.#readHistory(listed, stop));
  }

  get name(): string {
    return this.#options.settings.name;
  }

  get backfill(): Progress {
    return this.#backfill.progress;
  }

  async poll(signal: AbortSignal): Promise<End> {
    return await orStoreFailure(() => this.#poll(signal));
  }

  async catchUp(slice: AbortSignal, stop: AbortSignal): Promise<End> {
    return await orStoreFailure(async () => {
      const failure = await this.#backfill.run(slice, stop);
      return failure === null ? { ok: true } : failed(failure, true);
    });
  }

  async stamp(): Promise<End> {
    return await orStoreFailure(async () => {
      await this.#record(new NewsOfPoll(), 'poll', true);
      return { ok: true };
    });
  }

  async #poll(signal: AbortSignal): Promise<End> {
    const { settings, clock, observe, log } = this.#options;
    const memories = await this.#load();
    const now = clock.now();
    const api = woodpeckerApi(this.#options.upstream, signal);
    const listing = await this.#lister.read(api, (id) => memories.get(id)?.repository ?? null, now);
    if (!listing.ok) return failed(listing.failure, false);
    const listed = listing.value;
    observe({ kind: 'listed', source: settings.name, targets: listed.length });
    if (listed.length === 0) {
      // Lost permission looks like this; nothing may be forgotten for it.
      if (this.#listedBefore) return failed(SEES_NOTHING, false);
      if (!this.#warned) log.warn({ source: settings.name }, SEES_NOTHING.detail);
      this.#warned = true;
      return { ok: true };
    }
    this.#listedBefore = true;

    const news = new NewsOfPoll();
    if (!settings.deployments) {
      // Its pipelines are builds: what it counted before it was told so is left out like a repository that is.
      await this.#recordPresence(new Map(), news, true);
      return { ok: true };
    }
    const failures: Failure[] = [];
    const unlisted = new Set<number>();
    const context = { api, now, date: listing.date };
    const unread = new Map<number, Listed>();
    for (const one of listed) {
      const sight = firstSight(one, memories.get(one.id), settings, listing.date);
      if (sight.kind === 'unread') unread.set(one.id, one);
      if (sight.kind === 'begin') news.remember(sight.memory);
    }
    this.#backfill.wait(unread);
    try {
      await inParallel(listed, settings.concurrency, async (one) => {
        const memory = memories.get(one.id);
        if (memory === undefined || unread.has(one.id) || news.memory(one.id) !== null) return;
        const failure = await this.#readNews(memory, one, context, news, failures);
        if (failure?.reason === 'not_found') unlisted.add(one.id);
        else if (failure !== null) failures.push(failure);
      });
    } finally {
      const good = failures.length === 0 && !signal.aborted;
      const there = new Map(listed.filter(({ id }) => !unlisted.has(id)).map((one) => [one.id, this.#nameOf(one)]));
      await this.#recordPresence(there, news, good);
    }
    const [first] = failures;
    return first === undefined ? { ok: true } : failed(first, true);
  }

  /** Adds to the news of a poll which targets are there, and records all of it. */
  async #recordPresence(there: ReadonlyMap<number, string | null>, news: NewsOfPoll, good: boolean): Promise<void> {
    const memories = [...(this.#memories?.values() ?? [])];
    const now = memories.map((memory) => news.memory(memory.repository.id) ?? memory);
    const presence = this.#presence.look(now, there, good, this.#options.clock.monotonic());
    news.add('listings', presence.listings);
    for (const memory of presence.memories) news.remember(memory);
    await this.#record(news, 'poll', false);
  }

  /** The name under which a listed repository's targets go on; null where it is not known, or left out. */
  #nameOf({ repository }: Listed): string | null {
    return repository !== null && isWanted(repository, this.#options.settings) ? repository.fullName : null;
  }

  /** Reads what is new in a known repository into `news`; a failure where its list could not be read. */
  async #readNews(
    memory: RepositoryMemory,
    listed: Listed,
    context: { readonly api: WoodpeckerApi; readonly now: number; readonly date: number },
    news: NewsOfPoll,
    failures: Failure[],
  ): Promise<Failure | null> {
    const { settings, retentionMs } = this.#options;
    const known = memory.repository;
    const repository = listed.repository ?? (await this.#ask(listed, context.api));
    if ('reason' in repository) return repository;
    const renamed = repository === known ? { memory, moves: [] } : rename(memory, repository, settings);
    const answer = needsReading(renamed.memory, listed, { ...context, retentionMs })
      ? await readRepository(renamed.memory, listed, this.#reading(repository, context, false))
      : null;
    // It keeps its old name then, so that the next poll finds the move again.
    if (answer !== null && !answer.ok) return answer.failure;
    if (repository !== known) this.#mapped.delete(known.id);
    news.add('moves', renamed.moves);
    news.add('targets', this.#teamsOf(renamed.memory));
    if (answer !== null) {
      news.take(answer.value);
      failures.push(...answer.value.failures);
    } else if (repository !== known) news.remember(renamed.memory);
    return null;
  }

  async #ask(listed: Listed, api: WoodpeckerApi): Promise<Repository | Failure> {
    const answer = await api.repository(listed.id);
    return answer.ok ? answer.value : answer.failure;
  }

  /** After a start or a rename targets may belong to another team: history follows it. */
  #teamsOf(memory: RepositoryMemory): Batch['targets'] {
    const { id } = memory.repository;
    if (this.#mapped.has(id)) return [];
    this.#mapped.add(id);
    return memory.targets.flatMap((known) => {
      const team = mapping(known, memory.repository, this.#options.settings)?.team ?? known.team;
      return [{ target: known.target, team, observedSince: memory.observedSince }];
    });
  }

  async #readHistory(listed: Listed, stop: AbortSignal): Promise<Failure | null> {
    const { settings, clock } = this.#options;
    const { gate } = this.#backfill;
    const direct = woodpeckerApi(this.#options.upstream, stop);
    const held =
      <A extends readonly unknown[], R>(request: (...args: A) => Promise<R>) =>
      async (...args: A): Promise<R> => {
        await gate.pass(stop);
        return await request(...args);
      };
    const api: WoodpeckerApi = {
      ...direct,
      repository: held(direct.repository),
      pipelines: held(direct.pipelines),
      pipeline: held(direct.pipeline),
    };
    const repository = listed.repository ?? (await this.#ask(listed, api));
    if ('reason' in repository) return repository;
    const now = clock.now();
    const reading = this.#reading(repository, { api, now, date: now }, true);
    const answer = await readHistory(listed, now - settings.backfillMs, reading);
    if (!answer.ok) return answer.failure;
    const [failure] = answer.value.failures;
    // Counted whole or not at all: a row that could not be decided would make it half a history.
    if (failure !== undefined) return failure;
    await gate.pass(stop);
    const news = new NewsOfPoll();
    news.take(afterAbsence(answer.value, this.#memories?.get(listed.id), answer.date));
    await this.#record(news, 'backfill', false);
    this.#historyLog.read(
      { repository: repository.fullName },
      answer.value.deployments.length,
      this.#backfill.progress,
    );
    return null;
  }

  #reading(
    repository: Repository,
    context: { readonly api: WoodpeckerApi; readonly now: number; readonly date: number },
    backfill: boolean,
  ): Reading {
    const { settings, retentionMs, inbox } = this.#options;
    return { ...context, settings, repository, backfill, retentionMs, decided: (ids) => inbox.decided(ids) };
  }

  async #load(): Promise<Map<number, RepositoryMemory>> {
    if (this.#memories !== null) return this.#memories;
    const state = await this.#options.inbox.state();
    const memories = new Map(
      [...state.values()].map((value) => value as RepositoryMemory).map((m) => [m.repository.id, m]),
    );
    this.#listedBefore = memories.size > 0;
    this.#memories = memories;
    return memories;
  }

  /** Records, and only then remembers: what the store did not take is read again. */
  async #record(news: NewsOfPoll, origin: 'poll' | 'backfill', complete: boolean): Promise<void> {
    const { inbox, settings, clock } = this.#options;
    const batch = news.batch({ source: settings.name, origin, now: clock.now(), capabilities: CAPABILITIES, complete });
    if (batch === null) return;
    try {
      await inbox.record(batch);
    } catch (error) {
      // Teams were told in vain.
      this.#mapped.clear();
      throw error;
    }
    for (const memory of news.memories) this.#memories?.set(memory.repository.id, memory);
  }
}

const SEES_NOTHING: Failure = {
  reason: 'forbidden',
  detail: 'the token sees no repositories: its user needs push or admin permission on them',
  status: 200,
  retryAfterMs: null,
};
