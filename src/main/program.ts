import type { Config } from '../config/config.ts';
import type { Loaded } from '../config/load.ts';
import type { Clock } from '../domain/clock.ts';
import { createApp } from '../http/app.ts';
import { Passwords } from '../http/passwords.ts';
import type { App } from '../http/ports.ts';
import { startServer } from '../http/server.ts';
import { ProgramMetrics } from '../metrics/program.ts';
import { Intake } from '../sink/intake.ts';
import { openSink } from '../sink/sink.ts';
import { fixedChanges, webConfiguration } from './configured.ts';
import { openExposition } from './exposition.ts';
import { leadAlone } from './leadership.ts';
import { VERSION } from './package.ts';
import type { Log } from './parts.ts';
import { shareLead } from './share-lead.ts';
import { whoeverLeads } from './whoever-leads.ts';
import { letYoungGenerationGrow } from './young-generation.ts';

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
  const stopping = new AbortController();
  await using resources = new AsyncDisposableStack();

  const program = new ProgramMetrics({ version: VERSION, revision: 'unknown', node: process.version }, (error) =>
    log.error({ err: error }, 'a metric of the program failed'),
  );
  resources.defer(() => program.close());
  program.observe({ kind: 'reloaded', at: clock.now() });
  const lead = config.ledger.kind === 'sqlite' ? leadAlone : shareLead;
  const leadership = await lead({ config, program, clock, random, log });
  resources.defer(() => leadership[Symbol.asyncDispose]());
  const { board, overrides, commit } = whoeverLeads(leadership, clock);

  const life = {
    ready: () =>
      stopping.signal.aborted ? ({ ready: false, why: 'shutting down' } as const) : ({ ready: true } as const),
    reload: () => reload(),
  };
  const records = {
    ...leadership.queries,
    async collectors() {
      await board.look();
      return board.collectors();
    },
  };
  // After a reload it may be another file.
  const webFile = { current: () => webConfiguration(config) };
  const passwords = new Passwords();
  resources.defer(() => passwords.close());
  const intake = new Intake((posts) => {
    // They come faster than they are taken in.
    if (posts.length > 1) letYoungGenerationGrow();
    return commit(posts, config);
  }, clock);
  const exposition = openExposition({ program, clock, leading: () => leadership.current()?.metrics ?? null });
  const appOf = ({ web, sink, retentionMs }: Config): App =>
    createApp({
      version: VERSION,
      externalUrl: web.externalUrl ?? '',
      exposition,
      records,
      board: { ...board, workspaces: sink.workspaces.map(({ name }) => name) },
      windows: config.windows,
      overrides,
      minSamples: config.minSamples,
      retentionMs,
      life,
      adminTokens: web.adminTokens,
      webFile,
      passwords,
      sink: {
        sink: openSink({ rules: sink.rules, retentionMs: sink.retentionMs, intake, queries: leadership.errors, clock }),
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

  await leadership.start();

  let last: Promise<unknown> = Promise.resolve();
  function reload(): ReturnType<Program['reload']> {
    const done = last.then(takeOver);
    last = done.catch(() => {});
    return done;
  }
  async function takeOver(): ReturnType<Program['reload']> {
    const loaded = load();
    const problems = loaded.ok ? fixedChanges(config, loaded.config) : loaded.problems;
    if (!loaded.ok || problems.length > 0) {
      log.error({ problems }, 'the configuration was not reloaded');
      return { ok: false, problems };
    }
    await leadership.reload(loaded.config);
    program.observe({ kind: 'reloaded', at: clock.now() });
    config = loaded.config;
    app = appOf(config);
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
      await leadership.end();
      await running.disposeAsync();
    },
  };
}
