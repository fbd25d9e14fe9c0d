import type { Clock } from '../domain/clock.ts';
import type { KnownTarget } from '../domain/known-target.ts';
import type { Observe } from '../domain/observation.ts';
import type { Window } from '../domain/windows.ts';
import type { NotifierStatus } from '../ledger/notifier-state.ts';
import type { Changes, SourceCount, TargetProjection } from '../ledger/projection.ts';
import type { WindowChanges } from '../ledger/window-log.ts';
import type { SeriesLimits } from './budget.ts';
import { expose, type Scrape, type ScrapeRequest } from './exposition.ts';
import type { MetricsSource } from './known-series.ts';
import type { ProgramMetrics } from './program.ts';
import { Targets } from './targets.ts';

/** What the ledger has committed so far, and what is configured. */
export interface MetricsOptions {
  /** All targets. None of them is changed after it was handed over, here or by `apply`. */
  readonly projections: readonly TargetProjection[];
  readonly counts: readonly SourceCount[];
  readonly successes: Changes['successes'];
  readonly sources: readonly MetricsSource[];
  /** How long a target that a live event made known shows its counters at 0, in milliseconds; 0: not at all. */
  readonly birthHoldMs: number;
  readonly limits: SeriesLimits;
  readonly windows: readonly Window[];
  /** Below it a ratio is absent. */
  readonly minSamples: number;
  /** What this process shows whether it leads or not; closing leaves it without what only a leader knows. */
  readonly program: ProgramMetrics;
  readonly clock: Clock;
}

/** Everything on `/metrics` of the process that leads. Nothing here reads the ledger: it is told. */
export interface Metrics {
  readonly observe: Observe;
  /** At start, before the first scrape: what windows are taken over. */
  takeRows(rows: WindowChanges): void;
  /** Takes over what a commit changed. */
  apply(changes: Changes): void;
  /** There is a notifier, which stands so in the ledger; after the first time its counters go on. */
  beginNotifier(status: NotifierStatus, parkReasons: readonly string[]): void;
  /** There is none any more. */
  endNotifier(): void;
  /** After a reload: only these sources, and targets of theirs, are shown. */
  setSources(sources: readonly MetricsSource[]): void;
  /** The targets of these sources, with what windows are taken over. */
  known(): readonly KnownTarget[];
  /** Time passed: `now` in milliseconds since the epoch. */
  tick(now: number): void;
  /** Time passed for windows. */
  advance(now: number): void;
  scrape(request: ScrapeRequest): Promise<Scrape>;
  /** A scrape was sent to its last byte. */
  served(): void;
  /** Nothing that is told from now on is shown: it is for another process to show. Safe to call twice. */
  close(): void;
}

export function openMetrics(options: MetricsOptions): Metrics {
  const { birthHoldMs, limits, windows, minSamples, clock, program } = options;
  const targets = new Targets(options.projections, { birthHoldMs, limits, windows, minSamples, now: clock.now() });
  const setSources = (sources: readonly MetricsSource[]): void => {
    targets.setSources(sources.map(({ name }) => name));
    program.setSources(sources);
  };
  setSources(options.sources);
  program.apply(options);
  let closed = false;
  return {
    observe: (observation) => {
      if (!closed) program.observe(observation);
    },
    apply: (changes) => {
      if (closed) return;
      targets.apply(changes, clock.now());
      program.apply(changes);
    },
    takeRows: (rows) => targets.takeRows(rows, clock.now()),
    beginNotifier: (status, parkReasons) => {
      if (!closed) program.beginNotifier(status, parkReasons);
    },
    endNotifier: () => {
      if (!closed) program.endNotifier();
    },
    setSources: (sources) => {
      if (!closed) setSources(sources);
    },
    known: () => targets.known(),
    advance: (now) => targets.advance(now),
    tick: (now) => targets.tick(now),
    scrape: (request) => expose(targets, program, clock, request),
    served: () => targets.served(),
    close: () => {
      if (!closed) program.endLead();
      closed = true;
    },
  };
}
