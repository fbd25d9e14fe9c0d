import type { Config } from '../config/config.ts';
import type { Loaded } from '../config/load.ts';
import { notBuilt } from '../config/not-built.ts';
import type { Clock } from '../domain/clock.ts';
import { SINK_CAPABILITIES } from '../domain/error-event.ts';
import type { Observation } from '../domain/observation.ts';
import type { Plan } from '../domain/transition.ts';
import { createApp } from '../http/app.ts';
import { Passwords } from '../http/passwords.ts';
import type { App } from '../http/ports.ts';
import { startServer } from '../http/server.ts';
import { NO_WEB_CONFIGURATION, tlsMode, type WebConfiguration } from '../http/web-configuration.ts';
import { SWEPT_ERROR_TABLES } from '../ledger/errors/sweep-errors.ts';
import { openLedger } from '../ledger/ledger.ts';
import type { Changes } from '../ledger/projection.ts';
import { SWEPT_TABLES } from '../ledger/sweep.ts';
import type { MetricsSource } from '../metrics/known-series.ts';
import { type Metrics, openMetrics } from '../metrics/metrics.ts';
import { planMessages } from '../notify/plan.ts';
import { PARK_REASONS } from '../notify/trouble.ts';
import { Intake } from '../sink/intake.ts';
import { openSink } from '../sink/sink.ts';
import { lookedUpSources } from './lead-time.ts';
import { NotifierBoard } from './notifier-board.ts';
import { type Notifier, startNotifier } from './notifying.ts';
import { USER_AGENT, VERSION } from './package.ts';
import type { Log } from './parts.ts';
import { openSources, type PollingSources } from './polling-sources.ts';
import { openRecorder } from './recorder.ts';
import { ServiceWatch } from './service-watch.ts';
import { StatusBoard } from './status-board.ts';
import { letTimePass } from './ticking.ts';

export interface ProgramParts {
  readonly config: Config;
  /** Reads the configuration again. */
  readonly load: () => Loaded;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
}

/** The program at work. */
export interface Program {
  readonly url: string;
  /** Takes the configuration over as it is now; a bad one changes nothing. */
  reload(): Promise<{ readonly ok: true } | { readonly ok: false; readonly problems: readonly string[] }>;
  /** Stops everything in order; what was under way is no failure. */
  stop(): Promise<void>;
}

/** How long answers that are under way get at the end, in milliseconds. */
const GRACE_MS = 2_000;

/** Wires the parts and starts them in order. Throws when the ledger or the port cannot be had, having undone the rest. */
export async function startProgram(parts: ProgramParts): Promise<Program> {
  const { clock, log, load, random } = parts;
  let { config } = parts;
  if (config.ledger.kind !== 'sqlite') throw new Error('a ledger in PostgreSQL is not built yet');
  const stopping = new AbortController();
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
  const ledger = await openLedger({
    file: config.ledger.file,
    rules: { expiryMs: config.incidentExpiryMs },
    plan: (transitions, news, now) => planOf(config)(transitions, news, now),
    clock,
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
  let sources = openSources({ ...parted, config });
  resources.defer(() => sources.stop());

  const snapshot = await ledger.snapshot();
  board.apply(snapshot);
  services.look(snapshot.targets, new Set(config.sources.map(({ name }) => name)));
  const shown = openMetrics({
    projections: snapshot.targets,
    counts: snapshot.counts,
    successes: snapshot.successes,
    sources: known(sources, config),
    birthHoldMs: config.birthHoldMs,
    windows: config.windows,
    minSamples: config.minSamples,
    limits: { inAll: config.seriesLimit, perSource: config.seriesLimitPerSource },
    build: { version: VERSION, revision: 'unknown', node: process.version },
    clock,
    onError: (error) => log.error({ err: error }, 'a metric of the program failed'),
  });
  const longestMs = Math.max(0, ...config.windows.map(({ ms }) => ms));
  for await (const rows of ledger.windowRows(clock.now() - longestMs)) shown.takeRows(rows);
  metrics = shown;
  resources.defer(() => shown.close());
  observe({ kind: 'reloaded', at: clock.now() });
  // The counters are there before the first rows go.
  for (const table of [...SWEPT_TABLES, ...SWEPT_ERROR_TABLES]) observe({ kind: 'swept', table, rows: 0 });

  const life = {
    ready: () =>
      stopping.signal.aborted ? ({ ready: false, why: 'shutting down' } as const) : ({ ready: true } as const),
    reload: () => reload(),
  };
  const records = { ...ledger.queries, collectors: async () => sources.records() };
  // After a reload it may be another file.
  const webFile = { current: () => webConfiguration(config) };
  const passwords = new Passwords();
  resources.defer(() => passwords.close());
  const intake = new Intake((posts) =>
    recorder.ingest(posts, config.sink.rules, clock.now(), config.attributionWindowMs),
  );
  const appOf = ({ web, sink }: Config): App =>
    createApp({
      version: VERSION,
      externalUrl: web.externalUrl ?? '',
      exposition: shown,
      records,
      board: {
        targets: () => shown.known(),
        collectors: () => sources.records(),
        notCounted: () => known(sources, config).map(({ name }) => board.notCounted(name)),
        notifier: () => notifierBoard.record(),
        storeFailure: () => board.storeFailure,
        workspaces: sink.workspaces.map(({ name }) => name),
      },
      windows: config.windows,
      overrides: recorder,
      minSamples: config.minSamples,
      life,
      adminTokens: web.adminTokens,
      webFile,
      passwords,
      sink: {
        sink: openSink({ rules: sink.rules, retentionMs: sink.retentionMs, intake, queries: ledger.errors, clock }),
        workspaces: sink.workspaces,
        maxBodyBytes: sink.maxBodyBytes,
      },
      clock,
      log,
    });
  let app = appOf(config);
  const { host, port } = config.web.listenAddress;
  const server = await startServer({
    app: { fetch: (request, env) => app.fetch(request, env) },
    host: host ?? '',
    port,
    webFile,
    log,
  });
  resources.defer(() => server.close(GRACE_MS));

  const time = letTimePass({
    recorder,
    metrics: shown,
    retentionMs: () => ({ rows: config.retentionMs, errors: config.sink.retentionMs }),
    lookedUp: () => lookedUpSources(config.sources),
    clock,
    log,
    stop: stopping.signal,
  });
  resources.defer(() => time);
  const notifying = { messages: ledger.messages, userAgent: USER_AGENT, clock, observe, log };
  const openNotifier = async () => {
    const { matrix } = config.notify;
    const status = matrix === null ? null : await ledger.messages.status();
    if (status !== null) {
      const heartbeatAt = matrix?.heartbeat == null ? null : status.heartbeatAt;
      shown.beginNotifier({ ...status, heartbeatAt }, PARK_REASONS);
    }
    notifierBoard.begin(status);
    notifier = startNotifier({ ...notifying, config });
  };
  await openNotifier();
  resources.defer(async () => notifier?.stop());
  sources.start();

  let last: Promise<unknown> = Promise.resolve();
  function reload(): ReturnType<Program['reload']> {
    const done = last.then(takeOver);
    last = done.catch(() => {});
    return done;
  }
  async function takeOver(): ReturnType<Program['reload']> {
    const loaded = load();
    const problems = loaded.ok ? [...notBuilt(loaded.config), ...fixedChanges(config, loaded.config)] : loaded.problems;
    if (!loaded.ok || problems.length > 0) {
      log.error({ problems }, 'the configuration was not reloaded');
      return { ok: false, problems };
    }
    // What cannot be opened leaves the old ones polling.
    const next = openSources({ ...parted, config: loaded.config });
    await Promise.all([sources.stop(), notifier?.stop()]);
    config = loaded.config;
    sources = next;
    shown.setSources(known(sources, config));
    app = appOf(config);
    if (!stopping.signal.aborted) {
      await openNotifier();
      sources.start();
    }
    observe({ kind: 'reloaded', at: clock.now() });
    log.info({ sources: config.sources.map(({ name }) => name) }, 'configuration reloaded');
    return { ok: true };
  }

  const running = resources.move();
  return {
    url: server.url,
    reload,
    async stop() {
      stopping.abort(new Error('asked to stop'));
      await last;
      // Until nothing is polled any more, whoever asks is told that it is not ready.
      await Promise.all([sources.stop(), time, notifier?.stop()]);
      await running.disposeAsync();
    },
  };
}

/** Without a place to send them to nothing becomes a message, not even later. */
function planOf({ notify }: Config): Plan {
  if (notify.matrix === null) return () => [];
  return planMessages({ maxAgeMs: notify.maxAgeMs, heartbeatRoom: notify.matrix.heartbeat?.room ?? 'critical' });
}

/** The sources whose series are shown: those that are polled, and the workspaces that are posted to. */
function known(sources: PollingSources, { sink }: Config): readonly MetricsSource[] {
  return [
    ...sources.collectors.map(({ name, capabilities, ignores }) => ({
      name,
      capabilities,
      ignoredReasons: ignores,
      unknownLeadTimes: sources.unknownLeadTimes.get(name),
    })),
    ...sink.workspaces.map(({ name }) => ({
      name,
      takesPosts: true,
      capabilities: SINK_CAPABILITIES,
      ignoredReasons: [],
    })),
  ];
}

function webConfiguration({ web }: Config): WebConfiguration {
  return web.configFile?.current() ?? NO_WEB_CONFIGURATION;
}

/** What a running program cannot take over: it was built around it. */
function fixedChanges(before: Config, after: Config): string[] {
  const fixed = {
    'web.listen_address': (config: Config) => config.web.listenAddress,
    'web.config_file: tls_server_config': (config: Config) => tlsMode(webConfiguration(config)),
    ledger: (config: Config) => config.ledger,
    incident_expiry: (config: Config) => config.incidentExpiryMs,
    windows: (config: Config) => config.windows,
    min_samples: (config: Config) => config.minSamples,
    birth_hold: (config: Config) => config.birthHoldMs,
    series_limit: (config: Config) => config.seriesLimit,
    series_limit_per_source: (config: Config) => config.seriesLimitPerSource,
    log: (config: Config) => config.log,
  };
  return Object.entries(fixed)
    .filter(([, value]) => JSON.stringify(value(before)) !== JSON.stringify(value(after)))
    .map(([key]) => `${key} has changed, which takes a restart`);
}
