import type { Batch } from '../../../src/domain/batch.ts';
import type { Observation } from '../../../src/domain/observation.ts';
import type { Collector } from '../../../src/sources/collector.ts';
import type { End } from '../../../src/sources/end.ts';
import { openErrors } from '../../../src/sources/errors/open.ts';
import { type ErrorsSettings, errorsSettings } from '../../../src/sources/errors/settings.ts';
import { FakeClock } from '../../support/fake-clock.ts';

export const WORKSPACE = '3f2b8c1e-0000-4000-8000-000000000001';
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

export function settingsOf(url: string, keys: Readonly<Record<string, unknown>> = {}): ErrorsSettings {
  const files = {
    path: (name: string) => name,
    existing: (name: string) => ({ ok: true, value: name }) as const,
    secret: (name: string) => ({ ok: true, value: { read: () => `the ${name}` } }) as const,
  };
  return errorsSettings(files).parse({ type: 'errors', url, token_file: 'token', ...keys });
}

/** A collector with a ledger that only takes notes. */
export class Desk implements AsyncDisposable {
  readonly clock = new FakeClock();
  readonly batches: Batch[] = [];
  readonly observed: Observation[] = [];
  #state = new Map<string, unknown>();
  #settings: ErrorsSettings;
  #collector: Collector;

  constructor(settings: ErrorsSettings) {
    this.#settings = settings;
    this.#collector = this.#open();
  }

  /** One cycle, as the poller has it. */
  async poll(): Promise<End> {
    const stop = new AbortController().signal;
    const end = await this.#collector.poll(stop);
    if (!end.ok) return end;
    return await this.#collector.stamp();
  }

  /** Begins anew with what was remembered, with other settings if given. */
  async restart(settings = this.#settings): Promise<void> {
    await this.#collector.close();
    this.#settings = settings;
    this.#collector = this.#open();
  }

  /** What was told of incidents: kind, target and seconds since `from`. */
  told(from: number): string[] {
    return this.batches
      .flatMap(({ sightings = [] }) => sightings)
      .map(({ kind, target, at }) => `${kind} ${target.app} ${(at - from) / 1000}`);
  }

  get listings(): string[] {
    return this.batches.flatMap(({ listings }) => listings).map(({ target, change }) => `${target.app} ${change}`);
  }

  /** The gauge as it was told last: events by app. */
  get gauge(): Record<string, number> | null {
    const told = this.observed.findLast((one) => one.kind === 'errors_in_window');
    if (told?.kind !== 'errors_in_window') return null;
    return Object.fromEntries(told.targets.map(({ app, events }) => [app, events]));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#collector.close();
  }

  #open(): Collector {
    return openErrors(this.#settings, {
      clock: this.clock,
      retentionMs: 400 * 24 * HOUR,
      attributionWindowMs: 86_400_000,
      userAgent: 'dora-exporter/test',
      observe: (one) => void this.observed.push(one),
      log: { debug() {}, info() {}, warn() {}, error() {} },
      inbox: {
        record: async (batch) => {
          this.batches.push(batch);
          for (const [key, value] of batch.state) {
            if (value === null) this.#state.delete(key);
            else this.#state.set(key, JSON.parse(JSON.stringify(value)));
          }
        },
        decided: async () => new Set(),
        state: async () => new Map(this.#state),
      },
    });
  }
}
