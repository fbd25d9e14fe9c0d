import type { Registry } from 'prom-client';
import type { Format } from './family.ts';
import { formatBound, formatValue, header, labelText } from './format.ts';

/**
 * What prom-client's metrics are at run time; its types leave it out. Its own rendering is not used: it cannot give
 * both formats from one registry, and one metric that throws costs the whole page.
 */
export interface PromMetric {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram' | 'summary';
  get(): Promise<{ readonly values: readonly PromSample[] }>;
}

export interface PromSample {
  readonly value: number;
  readonly labels: Readonly<Record<string, string | number | undefined>>;
  /** With its suffix, for histograms. */
  readonly metricName?: string;
}

/** All metrics of a registry as they really are. */
export function promMetrics(registry: Registry): readonly PromMetric[] {
  return registry.getMetricsAsArray() as unknown as readonly PromMetric[];
}

/**
 * All metrics of a registry as text, with those of their samples that `wanted` accepts. Never rejects: a metric that
 * throws goes without samples, and `onError` hears of it.
 */
export async function promText(
  registry: Registry,
  format: Format,
  wanted: (sample: PromSample, family: string) => boolean,
  onError: (error: unknown) => void,
): Promise<string> {
  let page = '';
  for (const metric of promMetrics(registry)) {
    page += header(metric, format);
    try {
      const { values } = await metric.get();
      page += linesOf(
        metric,
        values.filter((sample) => wanted(sample, metric.name)),
      );
    } catch (error) {
      onError(error);
    }
  }
  return page;
}

function linesOf(metric: PromMetric, samples: readonly PromSample[]): string {
  return samples
    .filter(({ value }) => !Number.isNaN(value)) // a mean over nothing: unknown is absent
    .map(({ metricName, labels, value }) => `${metricName ?? metric.name}${braces(labels)} ${formatValue(value)}\n`)
    .join('');
}

function braces(labels: PromSample['labels']): string {
  const { le, ...others } = labels;
  const bound = typeof le === 'number' ? formatBound(le) : le;
  const known: Record<string, string | number> = {};
  for (const [name, value] of Object.entries({ ...others, le: bound })) if (value !== undefined) known[name] = value;
  const text = labelText(known);
  return text === '' ? '' : `{${text}}`;
}
