import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from '../../src/domain/clock.ts';
import type { News, Posted } from '../../src/domain/news.ts';
import type { Observation } from '../../src/domain/observation.ts';
import type { RoomName } from '../../src/domain/severity.ts';
import { type Ledger, openLedger } from '../../src/ledger/ledger.ts';
import type { Messages } from '../../src/ledger/messages.ts';
import type { Homeserver } from '../../src/notify/homeserver.ts';
import { openMatrix } from '../../src/notify/matrix.ts';
import { planMessages } from '../../src/notify/plan.ts';
import { type Sender, startSender } from '../../src/notify/sender.ts';
import { systemClock } from '../../src/polling/system-clock.ts';
import { temporaryFolder } from '../ledger/sqlite-store.ts';
import { RULES } from '../ledger/support.ts';
import type { Message, TestHomeserver, TestRoom } from '../support/homeserver.ts';
import { posted } from './support.ts';

const PATIENCE_MS = 60_000;

/** A clock that waits a hundredth of what it is asked to, for what takes its time by design. */
export const hurried: Clock = {
  ...systemClock,
  sleep: (ms, signal) => systemClock.sleep(Math.max(5, ms / 100), signal),
};

/** A clock that goes so many times as fast. */
export function quick(times: number): Clock {
  const begin = systemClock.now();
  return {
    now: () => begin + (systemClock.now() - begin) * times,
    monotonic: () => systemClock.monotonic() * times,
    sleep: (ms, signal) => systemClock.sleep(ms / times, signal),
  };
}

export interface NotifierOptions {
  readonly rooms: Readonly<Record<RoomName, string>>;
  readonly dedupeMs?: number;
  readonly throttleMs?: number;
  readonly clock?: Clock;
  readonly requestTimeoutMs?: number;
  /** Where the homeserver is reached; absent: by its own address. */
  readonly url?: string;
  readonly token?: () => string;
  /** What stands between the sender and the homeserver, or the ledger. */
  readonly homeserver?: (real: Homeserver) => Homeserver;
  readonly messages?: (real: Messages) => Messages;
}

/** A ledger and a sender on a homeserver, as the program wires them; it can be stopped and started again. */
export class NotifierStage implements AsyncDisposable {
  readonly ledger: Ledger;
  readonly observed: Observation[] = [];
  readonly logged: string[] = [];
  readonly #url: string;
  readonly #token: string;
  readonly #options: NotifierOptions;
  readonly #folder: AsyncDisposable;
  #stopping = new AbortController();
  #sender: Sender | null = null;

  private constructor(on: TestHomeserver, options: NotifierOptions, ledger: Ledger, folder: AsyncDisposable) {
    this.#url = options.url ?? on.url;
    this.#token = on.bot.token;
    this.#options = options;
    this.ledger = ledger;
    this.#folder = folder;
  }

  static async open(on: TestHomeserver, options: NotifierOptions): Promise<NotifierStage> {
    const folder = await temporaryFolder();
    const ledger = await openLedger({
      file: join(folder.path, 'ledger.db'),
      rules: RULES,
      plan: planMessages({ maxAgeMs: 3_600_000, heartbeatRoom: 'critical' }),
      clock: systemClock,
      observe: () => {},
    });
    const stage = new NotifierStage(on, options, ledger, folder);
    stage.start();
    return stage;
  }

  start(messages = this.#options.messages?.(this.ledger.messages) ?? this.ledger.messages): void {
    const {
      rooms,
      dedupeMs = 0,
      throttleMs = 0,
      clock = systemClock,
      token,
      requestTimeoutMs = 15_000,
    } = this.#options;
    const read = token ?? (() => this.#token);
    const matrix = openMatrix({
      baseUrl: this.#url,
      token: { read },
      caFile: null,
      requestTimeoutMs,
      userAgent: 'test',
      clock: systemClock,
    });
    const note = (level: string) => (fields: object, text: string) => {
      this.logged.push(JSON.stringify({ level, ...fields, text }));
    };
    this.#stopping = new AbortController();
    const sender = startSender({
      rooms,
      dedupeMs,
      throttleMs,
      dashboard: 'https://grafana.example.org/d/dora?var-app={app}',
      messages,
      homeserver: this.#options.homeserver?.(matrix) ?? matrix,
      clock,
      observe: (observation) => this.observed.push(observation),
      log: { info: note('info'), warn: note('warn'), error: note('error') },
      stop: this.#stopping.signal,
    });
    this.#sender = { wake: sender.wake, done: sender.done.finally(() => matrix.close()) };
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new Error('asked to stop'));
    await this.#sender?.done;
  }

  /** Makes these known, as a commit does. */
  async tell(...news: readonly News[]): Promise<void> {
    await this.ledger.messages.announce(news, new Map(), (this.#options.clock ?? systemClock).now());
    this.#sender?.wake();
  }

  /** `count` error events of as many origins, told in turn; their ids. */
  async tellMany(count: number, more: (n: number) => Partial<Posted> = () => ({})): Promise<string[]> {
    const ids: string[] = [];
    for (let n = 0; n < count; n += 1) {
      const id = randomUUID();
      ids.push(id);
      await this.tell(posted({ id, at: Date.now(), message: `error ${n}`, origin: `origin ${n}`, ...more(n) }));
    }
    return ids;
  }

  /** How often it observed what matches. */
  count(matches: Partial<Record<string, unknown>>): number {
    return this.observed.filter((one) =>
      Object.entries(matches).every(([key, value]) => (one as unknown as Record<string, unknown>)[key] === value),
    ).length;
  }

  async until(condition: () => unknown, what: string, patienceMs = PATIENCE_MS): Promise<void> {
    const deadline = performance.now() + patienceMs;
    while (!(await condition())) {
      if (performance.now() > deadline) throw new Error(`not seen: ${what}\n${this.logged.join('\n')}`);
      await wait(25);
    }
  }

  /** Resolves once nothing waits any more. */
  async drained(patienceMs = PATIENCE_MS): Promise<void> {
    await this.until(
      async () => {
        const { rooms } = await this.ledger.messages.status();
        return rooms.every(({ pending }) => pending === 0);
      },
      'everything is sent',
      patienceMs,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await this.ledger.close();
    await this.#folder[Symbol.asyncDispose]();
  }
}

/** Two rooms with the bot in them, and their names for the configuration: one by alias, one by id. */
export async function twoRooms(on: TestHomeserver) {
  const critical = await on.room(`critical-${randomUUID().slice(0, 8)}`);
  const warning = await on.room(`warning-${randomUUID().slice(0, 8)}`);
  return { critical, warning, names: { critical: critical.alias, warning: warning.id } };
}

/** The messages of a room that are no edits and stand in no thread. */
export async function plainMessages(on: TestHomeserver, room: TestRoom): Promise<readonly Message[]> {
  return (await on.messages(room)).filter(({ content }) => content['m.relates_to'] === undefined);
}

/** The ids of events that a room accounts for, in the order of its messages. */
export function idsIn(messages: readonly Message[]): string[] {
  return messages.flatMap(({ content }) => content['dora-exporter.events'] as string[]);
}
