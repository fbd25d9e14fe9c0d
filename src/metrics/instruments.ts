import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { PROGRAM_FAMILIES } from './program-families.ts';

type NameOf<T> = Extract<(typeof PROGRAM_FAMILIES)[number], { readonly type: T }>['name'];

/** prom-client's metric of each family of the program, by its full name. */
export interface Instruments {
  counter(name: NameOf<'counter'>): Counter;
  gauge(name: NameOf<'gauge'>): Gauge;
  histogram(name: NameOf<'histogram'>): Histogram;
  /** Takes all samples away, as if nothing had been observed. */
  forget(name: string): void;
}

/** Registers every family of the program, in the order of the table; none has a sample yet. */
export function createInstruments(registry: Registry): Instruments {
  const counters = new Map<string, Counter>();
  const gauges = new Map<string, Gauge>();
  const histograms = new Map<string, Histogram>();
  for (const family of PROGRAM_FAMILIES) {
    const described = { name: family.name, help: family.help, labelNames: family.labels, registers: [registry] };
    switch (family.type) {
      case 'counter':
        counters.set(family.name, new Counter(described));
        break;
      case 'gauge': {
        const gauge = new Gauge(described);
        // prom-client begins a gauge without labels at 0, which would be a false time: unknown is absent.
        if (family.labels.length === 0) gauge.remove();
        gauges.set(family.name, gauge);
        break;
      }
      case 'histogram':
        histograms.set(family.name, new Histogram({ ...described, buckets: [...family.bounds] }));
        break;
    }
  }
  return {
    counter: (name) => registered(counters, name),
    gauge: (name) => registered(gauges, name),
    histogram: (name) => registered(histograms, name),
    forget(name) {
      (counters.get(name) ?? gauges.get(name) ?? registered(histograms, name)).reset();
      // A reset brings a gauge without labels back to 0.
      if (PROGRAM_FAMILIES.some((family) => family.name === name && family.labels.length === 0))
        gauges.get(name)?.remove();
    },
  };
}

function registered<T>(metrics: ReadonlyMap<string, T>, name: string): T {
  const metric = metrics.get(name);
  if (metric === undefined) throw new Error(`no metric is registered as ${name}`);
  return metric;
}
