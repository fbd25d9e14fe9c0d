import type { FailureReason, Observation } from '../domain/observation.ts';
import type { Changes } from '../ledger/projection.ts';
import type { CollectorRecord } from '../ledger/records.ts';

interface Seen {
  up: boolean | null;
  lastPollAt: number | null;
  lastFailure: { readonly reason: FailureReason; readonly detail: string; readonly at: number } | null;
  targets: number | null;
}

/** What people can be told of the collectors: kept from what they report. */
export class StatusBoard {
  readonly #seen = new Map<string, Seen>();
  readonly #successes = new Map<string, number>();

  observe(observation: Observation): void {
    if (observation.kind === 'listed') this.#of(observation.source).targets = observation.targets;
    if (observation.kind !== 'poll') return;
    const { source, at, failure, detail } = observation;
    const seen = this.#of(source);
    seen.up = failure === null;
    seen.lastPollAt = at;
    if (failure !== null) seen.lastFailure = { reason: failure, detail: detail ?? '', at };
  }

  apply({ successes }: Pick<Changes, 'successes'>): void {
    for (const { source, at } of successes) this.#successes.set(source, at);
  }

  /** How a source is doing that polls now. */
  record(source: string, type: string, backfill: CollectorRecord['backfill']): CollectorRecord {
    return { source, type, ...this.#of(source), lastSuccessAt: this.#successes.get(source) ?? null, backfill };
  }

  #of(source: string): Seen {
    const seen = this.#seen.get(source) ?? { up: null, lastPollAt: null, lastFailure: null, targets: null };
    this.#seen.set(source, seen);
    return seen;
  }
}
