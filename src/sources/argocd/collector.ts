import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../../domain/clock.ts';
import type { Observe } from '../../domain/observation.ts';
import type { Failure, Upstream } from '../../upstream/upstream.ts';
import { Backfill, type Progress } from '../backfill.ts';
import { type End, failed, orStoreFailure } from '../end.ts';
import { HistoryLog } from '../history-log.ts';
import { inParallel } from '../in-parallel.ts';
import type { Inbox, Log } from '../inbox.ts';
import { argocdApi } from './api.ts';
import { applicationId, type Listed, placeOf } from './application.ts';
import { CAPABILITIES } from './capabilities.ts';
import { type Claim, type Claims, claimTargets, type Placed } from './claims.ts';
import { Lister } from './listing.ts';
import { LISTED_KEY, type Remembered, remembered } from './memory.ts';
import { News } from './news.ts';
import { Presence } from './presence.ts';
import { type Poll, Reader } from './reader.ts';
import type { ArgocdSettings } from './settings.ts';

export interface CollectorOptions {
  readonly settings: ArgocdSettings;
  readonly upstream: Upstream;
  readonly inbox: Inbox;
  /** Milliseconds after which a target that is gone is forgotten. */
  readonly retentionMs: number;
  readonly clock: Clock;
  readonly observe: Observe;
  readonly log: Log;
}

/** Polls one Argo CD server (counting.md §5) and records what it finds. */
export class ArgocdCollector {
  readonly #options: CollectorOptions;
  readonly #lister: Lister;
  readonly #presence: Presence;
  readonly #reader: Reader;
  readonly #firstSights: Backfill<string, Claim>;
  readonly #historyLog: HistoryLog;
  /** As committed. */
  #memory: Remembered | null = null;
  /** The time of this poll's list, in milliseconds since the epoch. */
  #listedAt = 0;
  /** What was found out of listed items that are still the same. */
  readonly #placed = new WeakMap<Listed, Placed>();
  /** Applications that are left out and were told so since the start. */
  readonly #leftOut = new Set<string>();
  /** That the token sees nothing is said once. */
  #warned = false;

  constructor(options: CollectorOptions) {
    const { settings } = options;
    this.#options = options;
    this.#lister = new Lister(settings);
    this.#presence = new Presence(settings, options.retentionMs);
    this.#reader = new Reader(settings);
    this.#historyLog = new HistoryLog(settings.name, options.log);
    this.#firstSights = new Backfill(settings.concurrency, (claim: Claim, stop, place: string) =>
      this.#readFirst(place, claim, stop),
    );
  }

  get name(): string {
    return this.#options.settings.name;
  }

  get backfill(): Progress {
    return this.#firstSights.progress;
  }

  async poll(signal: AbortSignal): Promise<End> {
    return await orStoreFailure(() => this.#poll(signal));
  }

  async catchUp(slice: AbortSignal, stop: AbortSignal): Promise<End> {
    return await orStoreFailure(async () => {
      const failure = await this.#firstSights.run(slice, stop);
      return failure === null ? { ok: true } : failed(failure, true);
    });
  }

  async stamp(): Promise<End> {
    return await orStoreFailure(async () => {
      const memory = await this.#load();
      await this.#record(new News(), 'poll', new Map([[LISTED_KEY, { at: this.#listedAt }]]));
      memory.listedAt = this.#listedAt;
      return { ok: true };
    });
  }

  async #poll(signal: AbortSignal): Promise<End> {
    const { settings, observe } = this.#options;
    const memory = await this.#load();
    const api = argocdApi(this.#options.upstream, settings, signal);
    const there = [...memory.targets.values()].filter(({ goneAt }) => goneAt === null).length;
    const answer = await this.#lister.read(api, there);
    if (!answer.ok) return failed(answer.failure, false);
    const { value: listed, date } = answer;
    observe({ kind: 'listed', source: settings.name, targets: listed.length });
    if (listed.length === 0 && there === 0) this.#warnOnce();
    if (!settings.deployments) return { ok: true };
    this.#listedAt = date;

    // Each step goes over thousands of applications; others run in between.
    await setImmediate();
    const claims = claimTargets(listed, settings, this.#placed);
    await setImmediate();
    const poll: Poll = { api, date, memory, news: new News() };
    const failures: Failure[] = [];
    this.#tellLeftOut(claims, poll.news);
    const known: [string, Claim][] = [];
    const unknown = new Map<string, Claim>();
    for (const [place, claim] of claims.claims) {
      if (this.#reader.knows(poll, place)) known.push([place, claim]);
      else unknown.set(place, claim);
    }
    this.#firstSights.wait(unknown);
    try {
      await inParallel(known, settings.concurrency, async ([place, claim]) => {
        const failure = await this.#reader.look(place, claim, poll);
        if (failure !== null) failures.push(failure);
      });
      await setImmediate();
      failures.push(...(await this.#askForTheLost(listed, claims, poll)));
      await setImmediate();
    } finally {
      const good = failures.length === 0 && !signal.aborted;
      this.#presence.tell(this.#lookOf(listed, claims, poll), good, poll.news);
      await this.#record(poll.news, 'poll');
    }
    const [first] = failures;
    return first === undefined ? { ok: true } : failed(first, true);
  }

  /** Lost rights look like an empty list; nothing may be forgotten for it while something is still there. */
  async #askForTheLost(listed: readonly Listed[], claims: Claims, poll: Poll): Promise<readonly Failure[]> {
    const failures = await this.#presence.ask(this.#lookOf(listed, claims, poll), poll.api, poll.news);
    return listed.length === 0 && this.#presence.isDenied ? [...failures, SEES_NOTHING] : failures;
  }

  #lookOf(listed: readonly Listed[], { claims }: Claims, { memory }: Poll) {
    const { clock } = this.#options;
    return {
      applications: memory.applications.values(),
      targets: memory.targets.values(),
      places: new Set(listed.map(placeOf)),
      claims,
      now: clock.now(),
      monotonic: clock.monotonic(),
    };
  }

  async #readFirst(place: string, claim: Claim, stop: AbortSignal): Promise<Failure | null> {
    const { settings } = this.#options;
    const { gate } = this.#firstSights;
    await gate.pass(stop);
    const poll: Poll = {
      api: argocdApi(this.#options.upstream, settings, stop),
      date: 0,
      memory: await this.#load(),
      news: new News(),
    };
    const failure = await this.#reader.meet(claim, poll);
    if (failure !== null) return failure;
    await gate.pass(stop);
    await this.#record(poll.news, 'backfill');
    this.#historyLog.read({ application: place }, poll.news.deployments, this.#firstSights.progress);
    return null;
  }

  #tellLeftOut({ filtered, duplicates }: Claims, news: News): void {
    const { log } = this.#options;
    for (const listed of filtered) {
      const id = applicationId(listed);
      if (!this.#leftOut.has(id)) news.ignore(id, 'filtered');
      this.#leftOut.add(id);
    }
    for (const { listed, taken } of duplicates) {
      const id = applicationId(listed);
      if (this.#leftOut.has(id)) continue;
      this.#leftOut.add(id);
      news.ignore(id, 'duplicate_target');
      const { app, environment } = taken.target;
      const fields = {
        source: this.name,
        application: placeOf(listed),
        counts: placeOf(taken.listed),
        app,
        environment,
      };
      log.warn(fields, 'two applications are one target: only the first by namespace and name counts');
    }
  }

  #warnOnce(): void {
    if (!this.#warned) this.#options.log.warn({ source: this.name }, SEES_NOTHING.detail);
    this.#warned = true;
  }

  async #load(): Promise<Remembered> {
    this.#memory ??= remembered(await this.#options.inbox.state());
    return this.#memory;
  }

  /** Records, and only then remembers: what the store did not take is read again. `stamp`: the poll was complete. */
  async #record(news: News, origin: 'poll' | 'backfill', stamp?: ReadonlyMap<string, unknown>): Promise<void> {
    const { inbox, settings, clock } = this.#options;
    const complete = stamp !== undefined;
    const frame = { source: settings.name, origin, now: clock.now(), capabilities: CAPABILITIES, complete };
    const batch = news.batch(frame, stamp);
    if (batch === null) return;
    try {
      await inbox.record(batch);
    } catch (error) {
      this.#leftOut.clear();
      this.#reader.forget();
      throw error;
    }
    const memory = await this.#load();
    for (const [key, one] of news.applications) {
      if (one === null) memory.applications.delete(key);
      else memory.applications.set(key, one);
    }
    for (const [key, one] of news.targets) {
      if (one === null) memory.targets.delete(key);
      else memory.targets.set(key, one);
    }
  }
}

const SEES_NOTHING: Failure = {
  reason: 'forbidden',
  detail: 'the token sees no applications: its account needs the policy "applications, get, */*, allow"',
  status: 200,
  retryAfterMs: null,
};
