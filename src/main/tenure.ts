import type { Config } from '../config/config.ts';
import type { Clock } from '../domain/clock.ts';
import type { Observation, Observe } from '../domain/observation.ts';
import type { Plan } from '../domain/transition.ts';
import type { Board } from '../http/ports.ts';
import { SWEPT_ERROR_TABLES } from '../ledger/errors/sweep-errors.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Changes } from '../ledger/projection.ts';
import type { CollectorRecord } from '../ledger/records.ts';
import { SWEPT_TABLES } from '../ledger/sweep.ts';
import { type Metrics, openMetrics } from '../metrics/metrics.ts';
import type { ProgramMetrics } from '../metrics/program.ts';
import { PARK_REASONS } from '../notify/trouble.ts';
import { planOf, shownSources } from './configured.ts';
import { lookedUpSources } from './lead-time.ts';
import { NotifierBoard } from './notifier-board.ts';
import { type Notifier, startNotifier } from './notifying.ts';
import { USER_AGENT } from './package.ts';
import type { Log } from './parts.ts';
import { openSources, type PollingSources } from './polling-sources.ts';
import { openRecorder, type Recorder } from './recorder.ts';
import { ServiceWatch } from './service-watch.ts';
import { StatusBoard } from './status-board.ts';
import { letTimePass } from './ticking.ts';

export interface TenureParts {
  readonly config: Config;
  /** Opens the ledger that this tenure writes. */
  readonly openLedger: (heard: { readonly plan: Plan; readonly observe: Observe }) => Promise<Ledger>;
  /** Whether other processes share the ledger, and leave what they took in to this one. */
  readonly isShared: boolean;
  readonly program: ProgramMetrics;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
}

/**
 * The time in which this process is the one that polls, records, shows targets and sends. All that it knows was read
 * from the ledger at its beginning or was recorded since.
 */
export interface Tenure extends AsyncDisposable {
  readonly ledger: Ledger;
  readonly recorder: Recorder;
  readonly metrics: Metrics;
  /** What people can be told without asking the ledger. */
  readonly board: Omit<Board, 'workspaces'>;
  collectors(): readonly CollectorRecord[];
  /** Begins to poll, to send and to let time pass. */
  start(): Promise<void>;
  /** Takes a configuration over. Throws, with the old sources polling on, when its sources cannot be opened. */
  reload(config: Config): Promise<void>;
  /** Stops all of it; what was under way is no failure. Safe to call twice. */
  end(): Promise<void>;
}

/** Rebuilds what is shown from the ledger. Throws a `StoreFailure` when it does not answer, having undone the rest. */
export async function openTenure(parts: TenureParts): Promise<Tenure> {
  const { clock, log, random } = parts;
  let { config } = parts;
  const ending = new AbortController();
  await using resources = new AsyncDisposableStack();

  const board = new StatusBoard();
  const notifierBoard = new NotifierBoard();
  const services = new ServiceWatch(log);
  // The ledger is opened before the metrics that are rebuilt from it.
  let metrics: Metrics | null = null;
  let notifier: Notifier | null = null;
  const observe = (observation: Observation) => {
    board.observe(observation);
    notifierBoard.observe(observation);
    metrics?.observe(observation);
    notifier?.observe(observation);
  };
  const ledger = await parts.openLedger({
    plan: (transitions, news, now) => planOf(config)(transitions, news, now),
    observe,
  });
  resources.defer(() => ledger.close());

  const show = (changes: Changes) => {
    board.apply(changes);
    shown.apply(changes);
    services.look(changes.targets, new Set(config.sources.map(({ name }) => name)));
    notifier?.wake();
  };
  const recorder = openRecorder(ledger, show);
  const parted = { ledger, recorder, board, userAgent: USER_AGENT, clock, random, observe, log };
  let sources: PollingSources & { start(): void } = openSources({ ...parted, config });
  resources.defer(() => sources.stop());

  const snapshot = await ledger.snapshot();
  board.apply(snapshot);
  services.look(snapshot.targets, new Set(config.sources.map(({ name }) => name)));
  const shown = openMetrics({
    projections: snapshot.targets,
    counts: snapshot.counts,
    successes: snapshot.successes,
    sources: shownSources(sources, config),
    birthHoldMs: config.birthHoldMs,
    windows: config.windows,
    minSamples: config.minSamples,
    limits: { inAll: config.seriesLimit, perSource: config.seriesLimitPerSource },
    program: parts.program,
    clock,
  });
  const longestMs = Math.max(0, ...config.windows.map(({ ms }) => ms));
  for await (const rows of ledger.windowRows(clock.now() - longestMs)) shown.takeRows(rows);
  metrics = shown;
  resources.defer(() => shown.close());
  // The counters are there before the first rows go.
  for (const table of [...SWEPT_TABLES, ...SWEPT_ERROR_TABLES]) observe({ kind: 'swept', table, rows: 0 });

  const notifying = { messages: ledger.messages, userAgent: USER_AGENT, clock, observe, log };
  const openNotifier = async () => {
    const { matrix } = config.notify;
    const status = matrix === null ? null : await ledger.messages.status();
    if (status === null) shown.endNotifier();
    else {
      const heartbeatAt = matrix?.heartbeat == null ? null : status.heartbeatAt;
      shown.beginNotifier({ ...status, heartbeatAt }, PARK_REASONS);
    }
    notifierBoard.begin(status);
    notifier = startNotifier({ ...notifying, config });
  };

  const failed = (error: unknown, row: { readonly id: number; readonly kind: string }) =>
    log.error({ err: error, ...row }, 'a row of the inbox could not be taken: it is kept there');
  const takeInbox = () => {
    const { sink, attributionWindowMs: blameWithinMs } = config;
    return recorder.takeInbox({ sink: sink.rules, blameWithinMs, now: clock.now(), failed }, ending.signal);
  };
  // What came before this lead is done before what comes to it: events keep their order.
  if (parts.isShared) await takeInbox();

  let time: Promise<void> = Promise.resolve();
  let ended: Promise<void> | null = null;
  const all = resources.move();
  async function end(): Promise<void> {
    ending.abort(new Error('asked to stop'));
    await Promise.all([sources.stop(), time, notifier?.stop()]);
  }
  return {
    ledger,
    recorder,
    metrics: shown,
    board: {
      look: async () => {},
      leads: () => true,
      targets: () => shown.known(),
      collectors: () => sources.records(),
      notCounted: () => shownSources(sources, config).map(({ name }) => board.notCounted(name)),
      notifier: () => notifierBoard.record(),
      storeFailure: () => board.storeFailure,
    },
    collectors: () => sources.records(),
    async start() {
      time = letTimePass({
        recorder,
        metrics: shown,
        retentionMs: () => ({ rows: config.retentionMs, errors: config.sink.retentionMs }),
        lookedUp: () => lookedUpSources(config.sources),
        takeInbox: parts.isShared ? takeInbox : null,
        clock,
        log,
        stop: ending.signal,
      });
      await openNotifier();
      sources.start();
    },
    async reload(next) {
      // What cannot be opened leaves the old ones polling.
      const opened = openSources({ ...parted, config: next });
      await Promise.all([sources.stop(), notifier?.stop()]);
      config = next;
      sources = opened;
      shown.setSources(shownSources(sources, config));
      if (!ending.signal.aborted) {
        await openNotifier();
        sources.start();
      }
    },
    end() {
      ended ??= end();
      return ended;
    },
    async [Symbol.asyncDispose]() {
      ended ??= end();
      await ended;
      await all.disposeAsync();
    },
  };
}
