import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Observation } from '../../../src/domain/observation.ts';
import { openLedger } from '../../../src/ledger/ledger.ts';
import type { Changes } from '../../../src/ledger/projection.ts';
import { openRecorder } from '../../../src/main/recorder.ts';
import { openMetrics } from '../../../src/metrics/metrics.ts';
import { ProgramMetrics } from '../../../src/metrics/program.ts';
import { runCycle } from '../../../src/polling/run-cycle.ts';
import type { End } from '../../../src/sources/end.ts';
import type { Inbox, Log } from '../../../src/sources/inbox.ts';
import { openWoodpecker } from '../../../src/sources/woodpecker/open.ts';
import { type WoodpeckerSettings, woodpeckerSettings } from '../../../src/sources/woodpecker/settings.ts';
import type { FakeClock } from '../../support/fake-clock.ts';
import { holding } from '../../support/files.ts';

export const TOKEN = 'token-of-dev-7f3a';
export const DAY_MS = 86_400_000;
export const HOUR_MS = 3_600_000;
export const POLL_MS = 30_000;

/** Keys as in the configuration file. */
export type Keys = Readonly<Record<string, unknown>>;

export function settings(keys: Keys): WoodpeckerSettings {
  return woodpeckerSettings(holding(TOKEN)).parse({ type: 'woodpecker', token_file: 'token', ...keys });
}

/** The program from the collector to `/metrics`, without HTTP before it: every poll is asked for. */
export interface Program extends AsyncDisposable {
  readonly observed: readonly Observation[];
  /** Everything that was logged, as text. */
  readonly logged: readonly string[];
  /** One cycle as the poller runs it: the news, history, and the stamp. */
  cycle(): Promise<End>;
  /** The same, and an error when it did not end well. */
  good(): Promise<void>;
  page(): Promise<Page>;
  /** Stops and starts again over the same ledger, perhaps with other keys. */
  restart(keys: Keys): Promise<void>;
  /** The inbox as the collector has it, to look at what it remembers or to break it. */
  readonly inbox: { -readonly [K in keyof Inbox]: Inbox[K] };
}

export async function openProgram(
  clock: FakeClock,
  keys: Keys,
  options: { readonly retentionMs?: number } = {},
): Promise<Program> {
  const directory = await mkdtemp(join(tmpdir(), 'dora-woodpecker-'));
  const observed: Observation[] = [];
  const logged: string[] = [];
  const write = (fields: object, message: string) => void logged.push(`${message} ${JSON.stringify(fields)}`);
  const log: Log = { debug: write, info: write, warn: write, error: write };

  async function start(now: Keys) {
    const own = settings(now);
    let apply: (changes: Changes) => void = () => {};
    const ledger = await openLedger({
      file: join(directory, 'dora.db'),
      rules: { expiryMs: 30 * DAY_MS },
      plan: () => [],
      clock,
      observe: () => {},
    });
    const recorder = openRecorder(ledger, (changes) => apply(changes));
    const inbox: Inbox = {
      record: (batch) => recorder.record(batch),
      decided: (ids) => ledger.decided(own.name, ids),
      state: () => ledger.state(own.name),
    };
    const observe = (observation: Observation) => {
      observed.push(observation);
      metrics.observe(observation);
    };
    const collector = openWoodpecker(own, {
      inbox,
      retentionMs: options.retentionMs ?? 400 * DAY_MS,
      attributionWindowMs: 86_400_000,
      userAgent: 'dora-exporter/test',
      clock,
      observe,
      log,
    });
    const snapshot = await ledger.snapshot();
    const metrics = openMetrics({
      projections: snapshot.targets,
      counts: snapshot.counts,
      successes: snapshot.successes,
      sources: [{ name: own.name, capabilities: collector.capabilities, ignoredReasons: collector.ignores }],
      birthHoldMs: 0,
      limits: { inAll: 0, perSource: 0 },
      windows: [],
      minSamples: 5,
      program: new ProgramMetrics({ version: '0', revision: '0', node: '0' }, (error) => {
        throw error;
      }),
      clock,
    });
    apply = (changes) => metrics.apply(changes);
    const close = async () => {
      await collector.close();
      metrics.close();
      await ledger.close();
    };
    return { own, collector, metrics, inbox, observe, close };
  }

  let running = await start(keys);
  const cycle = async (): Promise<End> => {
    const { own, collector, observe } = running;
    const cycled = await runCycle(
      {
        pollable: collector,
        intervalMs: own.pollIntervalMs,
        timeoutMs: own.pollTimeoutMs,
        clock,
        stop: new AbortController().signal,
      },
      clock.monotonic() + own.pollIntervalMs,
    );
    if (cycled.bug !== null) throw cycled.bug;
    const { end } = cycled;
    const trouble = end.ok ? { failure: null, detail: null } : { failure: end.reason, detail: end.detail };
    observe({ kind: 'poll', source: own.name, at: clock.now(), tookMs: cycled.tookMs, ...trouble });
    return end;
  };
  const page = async (): Promise<Page> => {
    const { chunks } = await running.metrics.scrape({ accept: null, acceptEncoding: null });
    running.metrics.served();
    return new Page(Buffer.concat(chunks).toString());
  };
  return {
    observed,
    logged,
    cycle,
    async good() {
      const end = await cycle();
      if (!end.ok) throw new Error(`the poll failed: ${end.reason}, ${end.detail}`);
    },
    page,
    async restart(again) {
      await running.close();
      running = await start(again);
      // The first scrape shows counters as they were before.
      await page();
    },
    get inbox() {
      return running.inbox;
    },
    async [Symbol.asyncDispose]() {
      await running.close();
      await rm(directory, { recursive: true });
    },
  };
}

/** What one scrape showed. */
export class Page {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  /** The sum over the samples that have these labels; null where there is none. */
  value(name: string, labels: Readonly<Record<string, string>> = {}): number | null {
    const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
    const found = this.text
      .split('\n')
      .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
      .filter((line) => wanted.every((label) => line.includes(label)));
    return found.length === 0 ? null : found.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
  }

  /** Deployments of an app, or of all. */
  deployments(app?: string): { success: number | null; failure: number | null } {
    const of = (outcome: string) =>
      this.value('dora_deployments_total', app === undefined ? { outcome } : { app, outcome });
    return { success: of('success'), failure: of('failure') };
  }

  /** What was ignored, by reason, without the reasons of nothing. */
  ignored(): Record<string, number> {
    const found: Record<string, number> = {};
    for (const [, reason = '', count] of this.text.matchAll(
      /^dora_deployments_ignored_total\{.*reason="(\w+)".*\} (\d+)$/gm,
    )) {
      if (Number(count) > 0) found[reason] = Number(count);
    }
    return found;
  }
}
