import type { IncidentKind } from '../domain/deployment.ts';
import {
  DURATION_BOUNDS,
  emptyHistogram,
  type Histogram,
  observe,
  RECOVERY_BOUNDS,
  type Totals,
} from '../domain/totals.ts';
import { spanOf, type Window, windowKeys } from '../domain/windows.ts';
import type { PastEvent, TargetPast } from '../ledger/past/target-past.ts';
import type { TargetProjection } from '../ledger/projection.ts';
import type { Shown } from './family.ts';
import { WindowBook } from './window-book.ts';

export interface PastOptions {
  /** How long before its first event a target is shown, in milliseconds: a counter must be seen before it rises. */
  readonly leadMs: number;
  readonly windows: readonly Window[];
  readonly minSamples: number;
}

/**
 * One target as `/metrics` would have shown it, from moment to moment. It begins with what the totals hold beyond the
 * events that are kept, and comes to what they are now: exactly that is shown after the last event.
 */
export class PastTarget {
  readonly #past: TargetPast;
  readonly #options: PastOptions;
  readonly #totals: Totals;
  readonly #book: WindowBook;
  readonly #begin: number;
  readonly #open = new Map<number, TargetProjection['open'][number]>();
  #lastSuccessAt: number | null;
  #failureAt: number | null;
  #recoveryAt: number | null;
  #isListed = true;
  #next = 0;
  #shown: Shown | null = null;

  constructor(past: TargetPast, options: PastOptions) {
    const { projection, events, windows } = past;
    this.#past = past;
    this.#options = options;
    this.#totals = beginning(projection.totals, events);
    // Of what the retention took, the gauges tell only where nothing has come since.
    const has = (kind: PastEvent['kind'], isOne: (event: PastEvent) => boolean = () => true) =>
      events.some((event) => event.kind === kind && isOne(event));
    const isSuccess = (event: PastEvent) => event.kind === 'deployment' && event.outcome === 'success';
    this.#lastSuccessAt = has('deployment', isSuccess) ? null : projection.lastSuccessAt;
    this.#failureAt = has('opened') ? null : projection.failureAt;
    this.#recoveryAt = has('closed') ? null : projection.recoveryAt;
    this.#begin = beginOf(past, this.#totals, options.leadMs);
    this.#book = new WindowBook(options.windows, 0);
    this.#book.take(windows, 0);
  }

  /** What is shown at `at`, in milliseconds since the epoch, which never goes back; null: nothing. The same until it changes. */
  at(at: number): Shown | null {
    let moved = false;
    for (;;) {
      const event = this.#past.events[this.#next];
      if (event === undefined || event.at > at) break;
      this.#next += 1;
      this.#take(event);
      moved = true;
    }
    if (this.#book.advance(at).size > 0) moved = true;
    if (!this.#isListed || at < this.#begin) {
      this.#shown = null;
      return null;
    }
    if (moved || this.#shown === null) this.#shown = this.#look();
    return this.#shown;
  }

  #take(event: PastEvent): void {
    add(this.#totals, event);
    switch (event.kind) {
      case 'deployment':
        if (event.outcome === 'success') this.#lastSuccessAt = Math.max(this.#lastSuccessAt ?? 0, event.endedAt);
        break;
      case 'opened':
        this.#open.set(event.incident, { kind: event.about, since: event.since });
        if (event.about === 'deployment' && event.since !== null)
          this.#failureAt = Math.max(this.#failureAt ?? 0, event.since);
        break;
      case 'closed':
        this.#open.delete(event.incident);
        if (event.about === 'deployment' && event.recoveredAt !== null)
          this.#recoveryAt = Math.max(this.#recoveryAt ?? 0, event.recoveredAt);
        break;
      case 'removed':
      case 'listed':
        this.#isListed = event.kind === 'listed';
        break;
      default:
    }
  }

  #look(): Shown {
    const { projection } = this.#past;
    const { windows, minSamples } = this.#options;
    const totals = structuredClone(this.#totals);
    const rows = this.#book.rowsOf(projection.id);
    return {
      // Its totals stay those of now: they say which label values there are.
      projection: {
        ...projection,
        lastSuccessAt: this.#lastSuccessAt,
        failureAt: this.#failureAt,
        recoveryAt: this.#recoveryAt,
        open: [...this.#open.values()],
      },
      totals,
      leadTimes: (totals.leadTimes?.shownSince ?? null) === null ? null : (totals.leadTimes?.all ?? null),
      windows: windows.map((window) => ({
        name: window.name,
        keys: windowKeys(rows, spanOf(window, this.#book.now), minSamples),
      })),
    };
  }
}

/** A target is there before its first event, and, where it was born live, since then at the latest. */
function beginOf({ projection, events }: TargetPast, totals: Totals, leadMs: number): number {
  const { bornLiveAt, observedSince } = projection;
  const known = totals.deployments.success + totals.deployments.failure > 0;
  if (known) return bornLiveAt ?? 0;
  const [first] = events;
  if (first === undefined) return bornLiveAt ?? observedSince;
  return Math.min(bornLiveAt ?? Number.POSITIVE_INFINITY, first.at - leadMs);
}

/** The totals before the first of these events. */
function beginning(totals: Totals, events: readonly PastEvent[]): Totals {
  const before = structuredClone(totals);
  for (const event of events) add(before, event, -1);
  return before;
}

function add(totals: Totals, event: PastEvent, times: 1 | -1 = 1): void {
  switch (event.kind) {
    case 'deployment':
      totals.deployments[event.outcome] += times;
      if (event.durationMs !== null) addTo(totals.durations, DURATION_BOUNDS, event.durationMs, times);
      break;
    case 'change_failure':
      totals.changeFailures[event.cause] = (totals.changeFailures[event.cause] ?? 0) + times;
      break;
    case 'rework':
      totals.rework[event.cause] = (totals.rework[event.cause] ?? 0) + times;
      break;
    case 'recovery':
      addTo(recoveriesOf(totals, event.about), RECOVERY_BOUNDS, event.ms, times);
      break;
    case 'lead_time':
      if (totals.leadTimes !== undefined) addTo(totals.leadTimes.all, RECOVERY_BOUNDS, event.ms, times);
      break;
    default:
  }
}

function recoveriesOf(totals: Totals, about: IncidentKind): Histogram {
  const histogram = totals.recoveries[about] ?? emptyHistogram(RECOVERY_BOUNDS);
  totals.recoveries[about] = histogram;
  return histogram;
}

function addTo(histogram: Histogram, bounds: readonly number[], ms: number, times: 1 | -1): void {
  const one = emptyHistogram(bounds);
  observe(one, bounds, ms, null);
  for (const [bucket, count] of one.buckets.entries())
    histogram.buckets[bucket] = (histogram.buckets[bucket] ?? 0) + times * count;
  histogram.sumMs += times * one.sumMs;
  histogram.count += times * one.count;
}
