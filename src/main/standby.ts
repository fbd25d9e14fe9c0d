import type { Config } from '../config/config.ts';
import type { Clock } from '../domain/clock.ts';
import type { Board } from '../http/ports.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { Targets } from '../metrics/targets.ts';
import { NotifierBoard } from './notifier-board.ts';
import { StatusBoard } from './status-board.ts';

/** For so long what was read of the ledger is shown again, in milliseconds. */
const FRESH_MS = 10_000;

interface View {
  readonly board: StatusBoard;
  readonly notifier: NotifierBoard;
  readonly targets: Targets;
}

/**
 * What a replica that does not lead can tell people: what the ledger had when it was last asked, which is when somebody
 * looked. How a collector does is known to the leader alone.
 */
export class Standby implements Omit<Board, 'workspaces'> {
  readonly #ledger: Pick<Ledger, 'snapshot' | 'windowRows' | 'messages'>;
  readonly #config: () => Config;
  readonly #clock: Pick<Clock, 'now' | 'monotonic'>;
  #view: View | null = null;
  #readAt = Number.NEGATIVE_INFINITY;
  #reading: Promise<void> | null = null;

  constructor(
    ledger: Pick<Ledger, 'snapshot' | 'windowRows' | 'messages'>,
    config: () => Config,
    clock: Pick<Clock, 'now' | 'monotonic'>,
  ) {
    this.#ledger = ledger;
    this.#config = config;
    this.#clock = clock;
  }

  /** Reads the ledger when that is a while ago, once for all who ask meanwhile. Throws `StoreFailure`. */
  async look(): Promise<void> {
    if (this.#clock.monotonic() - this.#readAt < FRESH_MS) return;
    this.#reading ??= this.#read().finally(() => {
      this.#reading = null;
    });
    await this.#reading;
  }

  leads(): boolean {
    return false;
  }

  targets(): ReturnType<Board['targets']> {
    return this.#view?.targets.known() ?? [];
  }

  collectors(): ReturnType<Board['collectors']> {
    const board = this.#view?.board ?? new StatusBoard();
    return this.#config().sources.map(({ name, type }) => board.record(name, type, null));
  }

  notCounted(): ReturnType<Board['notCounted']> {
    const board = this.#view?.board ?? new StatusBoard();
    return namesOf(this.#config()).map((name) => board.notCounted(name));
  }

  notifier(): ReturnType<Board['notifier']> {
    return this.#view?.notifier.record() ?? null;
  }

  storeFailure(): null {
    return null;
  }

  async #read(): Promise<void> {
    const { birthHoldMs, windows, minSamples, seriesLimit, seriesLimitPerSource, notify } = this.#config();
    const now = this.#clock.now();
    const snapshot = await this.#ledger.snapshot();
    const board = new StatusBoard();
    board.apply(snapshot);
    const limits = { inAll: seriesLimit, perSource: seriesLimitPerSource };
    const targets = new Targets(snapshot.targets, { birthHoldMs, limits, windows, minSamples, now });
    targets.setSources(namesOf(this.#config()));
    const longestMs = Math.max(0, ...windows.map(({ ms }) => ms));
    for await (const rows of this.#ledger.windowRows(now - longestMs)) targets.takeRows(rows, now);
    const notifier = new NotifierBoard();
    notifier.begin(notify.matrix === null ? null : await this.#ledger.messages.status());
    this.#view = { board, notifier, targets };
    this.#readAt = this.#clock.monotonic();
  }
}

function namesOf({ sources, sink }: Config): string[] {
  return [...sources, ...sink.workspaces].map(({ name }) => name);
}
