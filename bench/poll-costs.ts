import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLedger } from '../src/ledger/ledger.ts';
import { openRecorder } from '../src/main/recorder.ts';
import { type Metrics, openMetrics } from '../src/metrics/metrics.ts';
import { ProgramMetrics } from '../src/metrics/program.ts';
import { systemClock } from '../src/polling/system-clock.ts';
import type { Collector, SourceParts } from '../src/sources/collector.ts';
import type { Files } from '../src/sources/setting-pieces.ts';
import { measured } from './stall.ts';

const ROUNDS = 9;

/** A simulated server in a process of its own, and the collector that polls it. */
export interface Upstream {
  /** The script of the server, beside this one, and the words that it is started with. */
  readonly script: string;
  readonly words: readonly string[];
  readonly open: (url: string, parts: SourceParts) => Collector;
  /** How many change before a poll of which something changed. */
  readonly changed: number;
}

export interface Cost {
  readonly requests: number;
  readonly cpuMs: number;
  readonly stallMs: number;
}

/** Settings that name files get these. */
export const NO_FILES: Files = {
  path: (name) => name,
  existing: (name) => ({ ok: true, value: name }),
  secret: () => ({ ok: true, value: { read: () => 'bench-token' } }),
};

/** Medians over some rounds of quiet polls and of polls before which something changed, after the first read. */
export async function pollCosts(upstream: Upstream): Promise<{ quiet: Cost; changed: Cost; firstReadMs: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'dora-bench-'));
  const server = fork(new URL(upstream.script, import.meta.url), [...upstream.words]);
  try {
    const [{ url }] = (await once(server, 'message')) as [{ url: string }];
    const change = async (count: number): Promise<number> => {
      server.send(count);
      const [{ requests }] = (await once(server, 'message')) as [{ requests: number }];
      return requests;
    };
    const { collector, close } = await openCollector(folder, (parts) => upstream.open(url, parts));
    const never = new AbortController().signal;
    const cycle = async () => {
      await expectGood(collector.poll(never));
      await expectGood(collector.catchUp(never, never));
      await expectGood(collector.stamp());
    };
    const { tookMs: firstReadMs } = await measured(cycle);
    const cost = async (changed: number): Promise<Cost> => {
      const before = await change(changed);
      const cpu = process.cpuUsage();
      const { stallMs } = await measured(cycle);
      const { user, system } = process.cpuUsage(cpu);
      return { requests: (await change(0)) - before, cpuMs: (user + system) / 1000, stallMs };
    };
    const quiet = await median(() => cost(0));
    const changed = await median(() => cost(upstream.changed));
    await close();
    return { quiet, changed, firstReadMs };
  } finally {
    server.kill();
    rmSync(folder, { recursive: true });
  }
}

async function openCollector(folder: string, open: (parts: SourceParts) => Collector) {
  const clock = systemClock;
  let metrics: Metrics | null = null;
  const observe = (observation: Parameters<Metrics['observe']>[0]) => metrics?.observe(observation);
  const rules = { expiryMs: 30 * 86_400_000 };
  const ledger = await openLedger({ file: join(folder, 'ledger.db'), rules, plan: () => [], clock, observe });
  const shown = openMetrics({
    projections: [],
    counts: [],
    successes: [],
    sources: [],
    birthHoldMs: 0,
    limits: { inAll: 0, perSource: 0 },
    windows: [],
    minSamples: 5,
    program: new ProgramMetrics({ version: 'bench', revision: '', node: '' }, (error) => {
      throw error;
    }),
    clock,
  });
  metrics = shown;
  const recorder = openRecorder(ledger, (changes) => shown.apply(changes));
  const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
  const collector = open({
    inbox: {
      record: (batch) => recorder.record(batch),
      decided: (ids) => ledger.decided('bench', ids),
      state: () => ledger.state('bench'),
    },
    retentionMs: 400 * 86_400_000,
    attributionWindowMs: 86_400_000,
    userAgent: 'bench',
    clock,
    observe,
    log: silent,
  });
  const close = async () => {
    await collector.close();
    await ledger.close();
    shown.close();
  };
  return { collector, close };
}

async function expectGood(end: Promise<{ readonly ok: boolean }>): Promise<void> {
  const result = await end;
  if (!result.ok) throw new Error(`a poll failed: ${JSON.stringify(result)}`);
}

async function median(run: () => Promise<Cost>): Promise<Cost> {
  const costs: Cost[] = [];
  for (let round = 0; round < ROUNDS; round += 1) costs.push(await run());
  const middle = (of: (cost: Cost) => number) => costs.map(of).sort((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? 0;
  return {
    requests: middle(({ requests }) => requests),
    cpuMs: middle(({ cpuMs }) => cpuMs),
    stallMs: middle(({ stallMs }) => stallMs),
  };
}
