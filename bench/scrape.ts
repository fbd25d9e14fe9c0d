import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Clock } from '../src/domain/clock.ts';
import { DURATION_BOUNDS, emptyTotals, observe, RECOVERY_BOUNDS, type Totals } from '../src/domain/totals.ts';
import { spanOf, type Window, windowKeys } from '../src/domain/windows.ts';
import type { TargetProjection } from '../src/ledger/projection.ts';
import { NO_WINDOW_CHANGES } from '../src/ledger/window-log.ts';
import { type Metrics, openMetrics } from '../src/metrics/metrics.ts';
import { ProgramMetrics } from '../src/metrics/program.ts';
import { TARGET_FAMILIES } from '../src/metrics/target-families.ts';
import { WindowBook } from '../src/metrics/window-book.ts';
import type { Row } from './row.ts';

const NOW = 1_750_000_000_000;
const ROUNDS = 9;
const FRESH_ROUNDS = 5;
const CAPABILITIES = { kinds: ['deployment'], causes: ['deployment'], rework: ['deployment'] } as const;
const WINDOWS: readonly Window[] = [7, 30, 90].map((days) => ({ name: `${days}d`, ms: days * 86_400_000 }));
/**
 * Series of one target as `projection` makes it: every family but `dora_incident_open_since_timestamp_seconds`, and of
 * windows without a row the sample sizes.
 */
const SERIES_PER_TARGET = 2 + 3 + 11 + 1 + 1 + 1 + 14 + 1 + 1 + 3 * 6;

const realClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: () => Promise.reject(new Error('nothing here sleeps')),
};

/** Scrapes of 100,000 series against prom-client's `metrics()` over the same series, and the stalls they cause. */
export async function benchScrape(): Promise<Row[]> {
  const projections = targets(100_000);
  const theirs = await promClient(projections);
  const rows: Row[] = [
    { name: "prom-client's metrics(), 100k series", figure: theirs.ms, unit: 'ms', target: '-', ratio: null, ok: true },
    {
      name: "prom-client's metrics(), 100k series, stall",
      figure: theirs.stall,
      unit: 'ms',
      target: '-',
      ratio: null,
      ok: true,
    },
  ];
  for (const encoding of ['identity', 'gzip']) {
    const first = await firstScrape(projections, encoding);
    const metrics = open(projections);
    await scrape(metrics, encoding);
    metrics.served();
    const unchanged = await median(() => scrape(metrics, encoding));
    let round = 0;
    const changed = await median(() => {
      round += 1;
      metrics.apply({
        targets: touched(projections, round),
        gone: [],
        counts: [],
        windows: NO_WINDOW_CHANGES,
        successes: [],
      });
      return scrape(metrics, encoding);
    });
    metrics.close();
    const row = (what: string, figure: number, target: string, ok: boolean, ratio: number | null = null): Row => ({
      name: `scrape, 100k series, ${encoding}, ${what}`,
      figure,
      unit: 'ms',
      target,
      ratio,
      ok,
    });
    const share = ({ ms }: Timing) => ms / theirs.ms;
    const stall = Math.max(first.stall, unchanged.stall, changed.stall);
    rows.push(
      row('first', first.ms, '-', true, share(first)),
      row('unchanged', unchanged.ms, "at most 1/20 of prom-client's", share(unchanged) <= 1 / 20, share(unchanged)),
      row('1 % changed', changed.ms, "at most 1/5 of prom-client's", share(changed) <= 1 / 5, share(changed)),
      row('longest stall', stall, 'at most 10 ms', stall <= 10),
    );
  }
  rows.push(...(await benchMillion()));
  return rows;
}

async function benchMillion(): Promise<Row[]> {
  const rows: Row[] = [];
  const projections = targets(1_000_000);
  for (const encoding of ['identity', 'gzip']) {
    const { stall } = await firstScrape(projections, encoding);
    const name = `scrape, 1M series, ${encoding}, longest stall`;
    rows.push({ name, figure: stall, unit: 'ms', target: 'at most 50 ms', ratio: null, ok: stall <= 50 });
  }
  return rows;
}

/** The first scrape after a start, when every line must be rendered: the longest of all. */
async function firstScrape(projections: readonly TargetProjection[], encoding: string): Promise<Timing> {
  const timings: Timing[] = [];
  for (let round = 0; round < FRESH_ROUNDS; round += 1) {
    globalThis.gc?.();
    const metrics = open(projections);
    timings.push(await timed(() => scrape(metrics, encoding)));
    metrics.close();
  }
  return middle(timings);
}

function open(projections: readonly TargetProjection[]): Metrics {
  return openMetrics({
    projections,
    counts: [],
    successes: [],
    sources: [{ name: 'woodpecker', capabilities: CAPABILITIES, ignoredReasons: [] }],
    birthHoldMs: 0,
    limits: { inAll: 1_500_000, perSource: 0 },
    windows: WINDOWS,
    minSamples: 5,
    program: new ProgramMetrics({ version: 'bench', revision: '', node: '' }, (error) => {
      throw error;
    }),
    clock: realClock,
  });
}

async function scrape(metrics: Metrics, encoding: string): Promise<void> {
  await metrics.scrape({ accept: 'application/openmetrics-text;version=1.0.0', acceptEncoding: encoding });
}

function targets(series: number): TargetProjection[] {
  const count = Math.ceil(series / SERIES_PER_TARGET);
  return Array.from({ length: count }, (_, index) => projection(index + 1));
}

function projection(id: number): TargetProjection {
  return {
    id,
    source: 'woodpecker',
    app: `team-${id % 40}/application-${id}`,
    environment: 'production',
    team: `team-${id % 40}`,
    capabilities: CAPABILITIES,
    observedSince: NOW - 90 * 86_400_000,
    bornLiveAt: null,
    lastActiveAt: NOW - id * 1000,
    lastSuccessAt: NOW - id * 1000,
    failureAt: NOW - id * 7000,
    recoveryAt: NOW - id * 5000,
    open: [],
    totals: history(id),
  };
}

/** Ten deployments, some of them in each bucket that people's pipelines fall into. */
function history(id: number): Totals {
  const totals = emptyTotals();
  totals.deployments.success = 8 + (id % 50);
  totals.deployments.failure = 2 + (id % 7);
  for (const outcome of ['success', 'failure'] as const) {
    totals.exemplars[outcome] = { id: `${id}-${outcome}-${NOW}`, value: 1, at: NOW };
  }
  for (let run = 0; run < 10; run += 1) {
    const ms = 1000 * ((id * 37 + run * 101) % 900);
    observe(totals.durations, DURATION_BOUNDS, ms, { id: `${id}-${run}`, at: NOW });
  }
  totals.changeFailures.deployment = totals.deployments.failure;
  totals.rework.deployment = 2;
  const recoveries = structuredClone(emptyTotals().durations);
  totals.recoveries.deployment = {
    ...recoveries,
    buckets: new Array<number>(RECOVERY_BOUNDS.length + 1).fill(0),
    exemplars: new Array<null>(RECOVERY_BOUNDS.length + 1).fill(null),
  };
  observe(totals.recoveries.deployment, RECOVERY_BOUNDS, 1000 * (id % 9000), { id: `${id}-r`, at: NOW });
  return totals;
}

/** One target in a hundred after another deployment; other ones in every round. */
function touched(projections: readonly TargetProjection[], round: number): TargetProjection[] {
  return projections
    .filter((_, index) => (index * 7919 + round * 31) % 100 === 0)
    .map((target) => {
      const totals = structuredClone(target.totals);
      totals.deployments.success += round;
      observe(totals.durations, DURATION_BOUNDS, 42_000 * round, { id: `live-${round}`, at: NOW });
      return { ...target, lastActiveAt: NOW + round, lastSuccessAt: NOW + round, totals };
    });
}

/** Measured apart, so that its objects are gone before ours are measured. */
async function promClient(projections: readonly TargetProjection[]): Promise<Timing> {
  const registry = await promRegistry(projections);
  return await median(() => registry.metrics());
}

/** prom-client with the very series that our page has of these targets. */
async function promRegistry(projections: readonly TargetProjection[]): Promise<Registry> {
  const registry = new Registry();
  const nothing = new WindowBook(WINDOWS, NOW).rowsOf(0);
  const windows = WINDOWS.map((window) => ({ name: window.name, keys: windowKeys(nothing, spanOf(window, NOW), 5) }));
  for (const family of TARGET_FAMILIES) {
    const described = { name: family.name, help: family.help, labelNames: family.labels, registers: [registry] };
    const made =
      family.type === 'histogram'
        ? new Histogram({ ...described, buckets: [...family.bounds] })
        : new { counter: Counter, gauge: Gauge }[family.type](described);
    for (const target of projections) {
      const { source, app, environment, team } = target;
      for (const sample of family.samples({ projection: target, totals: target.totals, leadTimes: null, windows })) {
        const labels = { source, app, environment, team, ...sample.labels };
        if (made instanceof Histogram) made.observe(labels, 60);
        else if ('value' in sample) made.inc(labels, sample.value);
      }
    }
  }
  const lines = (await registry.metrics()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  if (lines.length !== projections.length * SERIES_PER_TARGET)
    throw new Error(`prom-client has ${lines.length} series`);
  return registry;
}

interface Timing {
  readonly ms: number;
  /** The longest time in which nothing else had its turn. */
  readonly stall: number;
}

async function median(work: () => Promise<unknown>): Promise<Timing> {
  const timings: Timing[] = [];
  for (let round = 0; round < ROUNDS; round += 1) timings.push(await timed(work));
  return middle(timings);
}

/** Medians, for stalls too: another process on the same machine can stall any single round. */
function middle(timings: readonly Timing[]): Timing {
  const at = (values: readonly number[]): number =>
    values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
  return { ms: at(timings.map(({ ms }) => ms)), stall: at(timings.map(({ stall }) => stall)) };
}

async function timed(work: () => Promise<unknown>): Promise<Timing> {
  let stall = 0;
  let running = true;
  const started = performance.now();
  let last = started;
  function probe(): void {
    const now = performance.now();
    stall = Math.max(stall, now - last);
    last = now;
    if (running) setImmediate(probe);
  }
  setImmediate(probe);
  await work();
  const ms = performance.now() - started;
  running = false;
  stall = Math.max(stall, performance.now() - last);
  return { ms, stall };
}
