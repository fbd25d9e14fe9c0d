import type { News } from '../domain/news.ts';
import type { Messages } from '../ledger/messages.ts';
import { type DownState, grownOld, polled, type WatchStep } from './collector-watch.ts';
import { dueHeartbeat, type HeartbeatTime } from './heartbeat.ts';

/** One poll that ended. */
export interface PollEnd {
  readonly source: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly failure: string | null;
  readonly detail: string | null;
}

const HEARTBEAT = 'heartbeat day';
const collectorKey = (source: string) => `collector ${source}`;

/** Decides on what no commit brings: collectors that are down, and the daily self-test. One thing at a time. */
export class Watch {
  readonly #messages: Messages;
  readonly #heartbeat: HeartbeatTime | null;
  /** Collectors that are down, and had a failed poll since this program's start: before, nobody polled. */
  readonly #down = new Map<string, DownState>();
  readonly #polls: PollEnd[] = [];
  #remembered: Map<string, unknown> | null = null;

  constructor(messages: Messages, heartbeat: HeartbeatTime | null) {
    this.#messages = messages;
    this.#heartbeat = heartbeat;
  }

  /** Takes note of a poll; `run` acts on it. */
  observe({ source, at, failure, detail }: PollEnd): void {
    this.#polls.push({ source, at, failure, detail });
  }

  /**
   * Acts on what was observed, and on time having passed until `now`, milliseconds since the epoch; `sources` are those
   * that are polled. Throws `StoreFailure`, having forgotten nothing.
   */
  async run(now: number, sources: ReadonlySet<string>): Promise<void> {
    this.#remembered ??= new Map(await this.#messages.remembered());
    for (const source of this.#down.keys()) if (!sources.has(source)) this.#down.delete(source);
    for (let poll = this.#polls[0]; poll !== undefined; poll = this.#polls[0]) {
      await this.#polled(poll, now);
      this.#polls.shift();
    }
    for (const [source, state] of this.#down) await this.#take(source, state, grownOld(source, state, now), now);
    await this.#beat(now);
  }

  async #polled({ source, at, failure, detail }: PollEnd, now: number): Promise<void> {
    const before =
      this.#down.get(source) ?? (this.#remembered?.get(collectorKey(source)) as DownState | undefined) ?? null;
    const step = polled(source, before, at, failure === null ? null : { reason: failure, detail: detail ?? '' });
    await this.#take(source, before, step, now);
  }

  async #take(source: string, before: DownState | null, { state, news }: WatchStep, now: number): Promise<void> {
    // What the latest failure said is not worth a write.
    if (news !== null || (state === null) !== (before === null)) {
      await this.#announce(news === null ? [] : [news], collectorKey(source), state, now);
    }
    if (state === null) this.#down.delete(source);
    else this.#down.set(source, state);
  }

  async #beat(now: number): Promise<void> {
    if (this.#heartbeat === null) return;
    const lastDay = (this.#remembered?.get(HEARTBEAT) as string | undefined) ?? null;
    const due = dueHeartbeat(this.#heartbeat, lastDay, now);
    if (due !== null) await this.#announce([{ kind: 'heartbeat', ...due }], HEARTBEAT, due.day, now);
  }

  async #announce(news: readonly News[], key: string, value: unknown, now: number): Promise<void> {
    await this.#messages.announce(news, new Map([[key, value]]), now);
    if (value === null) this.#remembered?.delete(key);
    else this.#remembered?.set(key, value);
  }
}
