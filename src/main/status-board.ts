import type { FailureReason, Observation } from '../domain/observation.ts';
import type { Changes } from '../ledger/projection.ts';
import type { CollectorRecord, NotCountedRecord } from '../ledger/records.ts';

interface Seen {
  up: boolean | null;
  lastPollAt: number | null;
  lastFailure: { readonly reason: FailureReason; readonly detail: string; readonly at: number } | null;
  targets: number | null;
}

interface NotCounted {
  readonly ignored: Map<string, number>;
  readonly unknownLeadTimes: Map<string, number>;
  gaps: number;
  corrections: number;
}

/** What people can be told of the collectors: kept from what they report, and from what the ledger counts of them. */
export class StatusBoard {
  readonly #seen = new Map<string, Seen>();
  readonly #successes = new Map<string, number>();
  readonly #notCounted = new Map<string, NotCounted>();
  #storeFailure: Seen['lastFailure'] = null;

  observe(observation: Observation): void {
    if (observation.kind === 'listed') this.#of(observation.source).targets = observation.targets;
    if (observation.kind === 'committed') this.#storeFailure = null;
    if (observation.kind !== 'poll') return;
    const { source, at, failure, detail } = observation;
    const seen = this.#of(source);
    seen.up = failure === null;
    seen.lastPollAt = at;
    if (failure !== null) seen.lastFailure = { reason: failure, detail: detail ?? '', at };
    if (failure === 'store') this.#storeFailure = seen.lastFailure;
  }

  apply({ successes, counts }: Pick<Changes, 'successes' | 'counts'>): void {
    for (const { source, at } of successes) this.#successes.set(source, at);
    for (const count of counts) {
      const of = this.#notCountedOf(count.source);
      switch (count.counter) {
        case 'ignored':
          add(of.ignored, count.labels.reason, count.by);
          break;
        case 'lead_time_unknown':
          add(of.unknownLeadTimes, count.labels.reason, count.by);
          break;
        case 'gaps':
        case 'corrections':
          of[count.counter] += count.by;
          break;
      }
    }
  }

  /** Why the ledger took nothing at the last poll that brought something; null: it did, since. */
  get storeFailure(): Seen['lastFailure'] {
    return this.#storeFailure;
  }

  notCounted(source: string): NotCountedRecord {
    return { source, ...this.#notCountedOf(source) };
  }

  /** How a source is doing that polls now. */
  record(source: string, type: string, backfill: CollectorRecord['backfill']): CollectorRecord {
    return { source, type, ...this.#of(source), lastSuccessAt: this.#successes.get(source) ?? null, backfill };
  }

  #notCountedOf(source: string): NotCounted {
    const none = { ignored: new Map(), unknownLeadTimes: new Map(), gaps: 0, corrections: 0 };
    const of = this.#notCounted.get(source) ?? none;
    this.#notCounted.set(source, of);
    return of;
  }

  #of(source: string): Seen {
    const seen = this.#seen.get(source) ?? { up: null, lastPollAt: null, lastFailure: null, targets: null };
    this.#seen.set(source, seen);
    return seen;
  }
}

function add(counts: Map<string, number>, reason: string, by: number): void {
  counts.set(reason, (counts.get(reason) ?? 0) + by);
}
