import type { Clock } from '../domain/clock.ts';
import type { Exposition, Scrape } from '../http/ports.ts';
import { expose } from '../metrics/exposition.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { ProgramMetrics } from '../metrics/program.ts';

export interface ExpositionParts {
  readonly program: ProgramMetrics;
  /** What the leader shows, while this process leads and may say so; null: it does not. */
  readonly leading: () => Metrics | null;
  readonly clock: Clock;
}

/**
 * `/metrics` of a process that leads or does not. Who led when a scrape began and leads no more, as after it was frozen,
 * sends none of it from there on: the scrape breaks off, and Prometheus takes half a page for none.
 */
export function openExposition({ program, leading, clock }: ExpositionParts): Exposition {
  const shownBy = new WeakMap<Scrape, Metrics>();
  return {
    async scrape(request) {
      const metrics = leading();
      const whole = await metrics?.scrape(request);
      if (metrics === null || whole === undefined || leading() !== metrics) {
        return await expose(null, program, clock, request);
      }
      const scrape = { ...whole, chunks: whileLeading(whole.chunks, () => leading() === metrics) };
      shownBy.set(scrape, metrics);
      return scrape;
    },
    served: (scrape) => shownBy.get(scrape)?.served(),
  };
}

function* whileLeading(chunks: Iterable<Uint8Array>, leads: () => boolean): Generator<Uint8Array> {
  for (const chunk of chunks) {
    if (!leads()) throw new Error('this process led when the scrape began, and leads no more');
    yield chunk;
  }
}
