import type { Capabilities } from '../../src/domain/batch.ts';
import type { Clock } from '../../src/domain/clock.ts';
import { emptyTotals } from '../../src/domain/totals.ts';
import type { Changes, TargetProjection } from '../../src/ledger/projection.ts';
import { NO_WINDOW_CHANGES } from '../../src/ledger/window-log.ts';
import { type Metrics, type MetricsOptions, openMetrics } from '../../src/metrics/metrics.ts';
import { ProgramMetrics } from '../../src/metrics/program.ts';

export const NOW = 1_750_000_000_000;

export const CAPABILITIES: Capabilities = { kinds: ['deployment'], causes: ['deployment'], rework: ['deployment'] };

export const WOODPECKER = { name: 'woodpecker', capabilities: CAPABILITIES, ignoredReasons: [] } as const;

/** A clock that stands still until it is told otherwise; `step` is how far each look at `monotonic` moves it. */
export class FakeClock implements Clock {
  at = NOW;
  step = 0;
  #ticks = 0;

  now(): number {
    return this.at;
  }

  monotonic(): number {
    this.#ticks += this.step;
    return this.#ticks;
  }

  sleep(): Promise<void> {
    return Promise.reject(new Error('metrics never sleep'));
  }
}

/** A target that was never deployed, but for what `parts` says. */
export function projection(parts: Partial<TargetProjection> = {}): TargetProjection {
  return {
    id: 1,
    source: 'woodpecker',
    app: 'shop/cart',
    environment: 'production',
    team: 'shop',
    capabilities: CAPABILITIES,
    observedSince: NOW - 90 * 86_400_000,
    bornLiveAt: null,
    lastActiveAt: NOW,
    lastSuccessAt: null,
    failureAt: null,
    recoveryAt: null,
    open: [],
    totals: emptyTotals(),
    ...parts,
  };
}

/** That target after this many successes. */
export function deployed(successes: number, parts: Partial<TargetProjection> = {}): TargetProjection {
  const totals = emptyTotals();
  totals.deployments.success = successes;
  return projection({ totals, lastSuccessAt: NOW - 1000, ...parts });
}

export function changes(parts: Partial<Changes>): Changes {
  return { targets: [], gone: [], counts: [], windows: NO_WINDOW_CHANGES, successes: [], ...parts };
}

export function open(parts: Partial<MetricsOptions> = {}): Metrics {
  return openMetrics({
    projections: [],
    counts: [],
    successes: [],
    sources: [WOODPECKER],
    birthHoldMs: 0,
    limits: { inAll: 0, perSource: 0 },
    windows: [],
    minSamples: 5,
    program: new ProgramMetrics({ version: '1.2.3', revision: 'abc', node: 'v26' }, (error) => {
      throw error;
    }),
    clock: new FakeClock(),
    ...parts,
  });
}

export const OPEN_METRICS = 'application/openmetrics-text;version=1.0.0';

/** The body of a scrape, uncompressed. */
export async function page(metrics: Metrics, accept: string | null = null): Promise<string> {
  const { chunks } = await metrics.scrape({ accept, acceptEncoding: null });
  return Buffer.concat(chunks).toString();
}

/** The body of a scrape that arrived whole. */
export async function served(metrics: Metrics, accept: string | null = null): Promise<string> {
  const body = await page(metrics, accept);
  metrics.served();
  return body;
}

/** The part of a page that tells of targets. */
export function ofTargets(body: string): string {
  return body.slice(0, body.indexOf('# HELP dora_incident_transitions'));
}

/** Values of one family's samples, by what stands between the braces. */
export function values(body: string, sample: string): Record<string, number> {
  const found: Record<string, number> = {};
  for (const line of body.split('\n')) {
    const [, name, labels = '', value] = /^([a-z_]+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    if (name === sample) found[labels] = Number(value);
  }
  return found;
}
