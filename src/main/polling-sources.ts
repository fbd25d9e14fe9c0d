import type { Config } from '../config/config.ts';
import type { Capabilities } from '../domain/batch.ts';
import type { UnknownLeadTime } from '../domain/change.ts';
import type { Clock } from '../domain/clock.ts';
import type { Observe } from '../domain/observation.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { CollectorRecord } from '../ledger/records.ts';
import { startPoller } from '../polling/poller.ts';
import type { Collector } from '../sources/collector.ts';
import { openSource } from '../sources/index.ts';
import { commitsOf, openLeadTime, unknownLeadTimesOf } from './lead-time.ts';
import type { Log } from './parts.ts';
import type { Recorder } from './recorder.ts';
import type { StatusBoard } from './status-board.ts';

export interface PollingParts {
  readonly config: Config;
  readonly ledger: Ledger;
  readonly recorder: Recorder;
  readonly board: StatusBoard;
  readonly userAgent: string;
  readonly clock: Clock;
  readonly random: () => number;
  readonly observe: Observe;
  readonly log: Log;
}

/** The sources that are being polled. */
export interface PollingSources {
  readonly collectors: readonly Collector[];
  /** Why a change of a source can be without a lead time, by the source's name. */
  readonly unknownLeadTimes: ReadonlyMap<string, readonly UnknownLeadTime[]>;
  records(): readonly CollectorRecord[];
  /** Stops polling; resolves when the polls that were under way have ended. Safe to call twice. */
  stop(): Promise<void>;
}

/** Opens the configured sources; `start` begins to poll them. Each has a poller of its own: none waits for another. */
export function openSources(parts: PollingParts): PollingSources & { start(): void } {
  const { config, ledger, recorder, board, clock, observe, random, log } = parts;
  const stopping = new AbortController();
  const hearsOfErrors = config.sink.workspaces.length > 0 || config.sources.some(({ type }) => type === 'errors');
  const opened = config.sources.map((settings) => {
    const leadTime = openLeadTime(settings, parts, stopping.signal);
    const commits = commitsOf(settings);
    const inbox = {
      async record(batch: Parameters<Recorder['record']>[0]) {
        const capabilities = hearsOfErrors ? withErrors(batch.capabilities) : batch.capabilities;
        await recorder.record({ ...batch, capabilities, ...(commits === undefined ? {} : { commits }) });
        leadTime?.wake();
      },
      decided: (ids: readonly string[]) => ledger.decided(settings.name, ids),
      state: () => ledger.state(settings.name),
    };
    const collector = openSource(settings, {
      ...parts,
      retentionMs: config.retentionMs,
      attributionWindowMs: config.attributionWindowMs,
      inbox,
    });
    return { settings, collector, leadTime };
  });
  let polling: Promise<unknown> = Promise.resolve();
  let stopped: Promise<void> | null = null;
  async function stop(): Promise<void> {
    stopping.abort(new Error('asked to stop'));
    await polling;
    await Promise.all(opened.flatMap(({ collector, leadTime }) => [collector.close(), leadTime?.close()]));
  }
  return {
    collectors: opened.map(({ collector }) => collector),
    unknownLeadTimes: new Map(config.sources.map((settings) => [settings.name, unknownLeadTimesOf(settings)])),
    records: () =>
      opened.map(({ settings, collector }) => board.record(settings.name, settings.type, collector.backfill)),
    start() {
      polling = Promise.all(
        opened.flatMap(({ settings, collector, leadTime, collector: { watch } }) => [
          leadTime?.run(),
          startPoller({
            pollable: collector,
            intervalMs: settings.pollIntervalMs,
            timeoutMs: settings.pollTimeoutMs,
            clock,
            random,
            observe,
            log,
            news: watch && ((signal) => watch.news(signal)),
            stop: stopping.signal,
          }),
          watch?.run(stopping.signal),
        ]),
      );
    },
    stop() {
      stopped ??= stop();
      return stopped;
    },
  };
}

/** Where a sink tells of errors, whatever is deployed can be blamed for them, and repair them. */
function withErrors({ causes, rework, ...rest }: Capabilities): Capabilities {
  if (causes.length === 0) return { ...rest, causes, rework };
  return { ...rest, causes: [...causes, 'errors'], rework: [...rework, 'errors'] };
}
