import type { TargetProjection } from '../ledger/projection.ts';
import type { Log } from './parts.ts';

/** Says once of each service that two sources count it: sums over `source` are wrong then (design.md §1). */
export class ServiceWatch {
  readonly #log: Log;
  /** By app and environment, the sources that count deployments of it. */
  readonly #sources = new Map<string, Set<string>>();

  constructor(log: Log) {
    this.#log = log;
  }

  /** `configured` are the sources that are polled: what others counted once is not shown. */
  look(targets: readonly TargetProjection[], configured: ReadonlySet<string>): void {
    for (const { app, environment, source, totals } of targets) {
      if (!configured.has(source) || totals.deployments.success + totals.deployments.failure === 0) continue;
      const service = JSON.stringify([app, environment]);
      const sources = this.#sources.get(service) ?? new Set();
      this.#sources.set(service, sources);
      if (sources.has(source)) continue;
      sources.add(source);
      if (sources.size < 2) continue;
      const fields = { app, environment, sources: [...sources] };
      this.#log.warn(fields, 'two sources count deployments of one service: set deployments: false for one of them');
    }
  }
}
