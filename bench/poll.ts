import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLedger } from '../src/ledger/ledger.ts';
import { openRecorder } from '../src/main/recorder.ts';
import { type Metrics, openMetrics } from '../src/metrics/metrics.ts';
import { systemClock } from '../src/polling/system-clock.ts';
import { CAPABILITIES, IGNORES } from '../src/sources/woodpecker/capabilities.ts';
import { openWoodpecker } from '../src/sources/woodpecker/open.ts';
import { woodpeckerSettings } from '../src/sources/woodpecker/settings.ts';
import type { Row } from './row.ts';
import { measured } from './stall.ts';

const PIPELINES = 5;
const ROUNDS = 9;
const CHANGED = 20;

/** Polls of a simulated Woodpecker server in another process, through the real collector, ledger and metrics. */
export async function benchPoll(): Promise<Row[]> {
  const small = await polls(100);
  const large = await polls(1000);
  const times = large.changed.cpuMs / small.changed.cpuMs;
  const row = (
    name: string,
    figure: number,
    unit: string,
    target: string,
    ok: boolean,
    ratio: number | null = null,
  ): Row => ({
    name,
    figure,
    unit,
    target,
    ratio,
    ok,
  });
  return [
    row('quiet poll, 1,000 repositories', large.quiet.requests, 'requests', '1 request', large.quiet.requests === 1),
    row('quiet poll, 1,000 repositories, CPU', large.quiet.cpuMs, 'ms', '-', true),
    row(
      'quiet poll, 1,000 repositories, longest stall',
      large.quiet.stallMs,
      'ms',
      'at most 10 ms',
      large.quiet.stallMs <= 10,
    ),
    row(
      `poll, ${CHANGED} of 1,000 changed`,
      large.changed.requests,
      'requests',
      'O(k)',
      large.changed.requests <= 3 * CHANGED + 1,
    ),
    row(`poll, ${CHANGED} of 100 changed, CPU`, small.changed.cpuMs, 'ms', '-', true),
    row(
      `poll, ${CHANGED} of 1,000 changed, CPU`,
      large.changed.cpuMs,
      'ms',
      'at most 1.5 of that of 100',
      times <= 1.5,
      times,
    ),
    row(
      `poll, ${CHANGED} of 1,000 changed, longest stall`,
      large.changed.stallMs,
      'ms',
      'at most 10 ms',
      large.changed.stallMs <= 10,
    ),
    row('first read of 1,000 repositories', large.firstReadMs, 'ms', '-', true),
  ];
}

interface Cost {
  readonly requests: number;
  readonly cpuMs: number;
  readonly stallMs: number;
}

/** Medians over some rounds of quiet polls and of polls in which some repositories have one more pipeline. */
async function polls(repositories: number): Promise<{ quiet: Cost; changed: Cost; firstReadMs: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'dora-bench-'));
  const server = fork(new URL('./simulated-server.ts', import.meta.url), [String(repositories), String(PIPELINES)]);
  try {
    const [{ url }] = (await once(server, 'message')) as [{ url: string }];
    const change = async (count: number): Promise<number> => {
      server.send(count);
      const [{ requests }] = (await once(server, 'message')) as [{ requests: number }];
      return requests;
    };
    const { collector, close } = await openCollector(folder, url);
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
    const changed = await median(() => cost(CHANGED));
    await close();
    return { quiet, changed, firstReadMs };
  } finally {
    server.kill();
    rmSync(folder, { recursive: true });
  }
}

async function openCollector(folder: string, url: string) {
  const clock = systemClock;
  let metrics: Metrics | null = null;
  const observe = (observation: Parameters<Metrics['observe']>[0]) => metrics?.observe(observation);
  const rules = { expiryMs: 30 * 86_400_000 };
  const ledger = await openLedger({ file: join(folder, 'ledger.db'), rules, plan: () => [], clock, observe });
  const shown = openMetrics({
    projections: [],
    counts: [],
    successes: [],
    sources: [{ name: 'woodpecker', capabilities: CAPABILITIES, ignoredReasons: IGNORES }],
    birthHoldMs: 0,
    limits: { inAll: 0, perSource: 0 },
    build: { version: 'bench', revision: '', node: '' },
    clock,
    onError: (error) => {
      throw error;
    },
  });
  metrics = shown;
  const recorder = openRecorder(ledger, (changes) => shown.apply(changes));
  const settings = woodpeckerSettings({
    path: (name) => name,
    existing: (name) => ({ ok: true, value: name }),
    secret: () => ({ ok: true, value: { read: () => 'bench-token' } }),
  }).parse({ type: 'woodpecker', url, token_file: 'token' });
  const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
  const collector = openWoodpecker(settings, {
    inbox: {
      record: (batch) => recorder.record(batch),
      decided: (ids) => ledger.decided(settings.name, ids),
      state: () => ledger.state(settings.name),
    },
    retentionMs: 400 * 86_400_000,
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
