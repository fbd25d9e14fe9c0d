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

export function promMetrics(registry: Registry): readonly PromMetric[] {
  return registry.getMetricsAsArray() as unknown as readonly PromMetric[];
}

/**
 * One metric as text, with those of its samples that `wanted` accepts. A value that is not a number is unknown, and
 * left out. Rejects with whatever the metric's own `collect` throws.
 */
export async function promText(
  metric: PromMetric,
  format: Format,
  wanted: (sample: PromSample) => boolean,
): Promise<string> {
  const { values } = await metric.get();
  const lines = values
    .filter((sample) => !Number.isNaN(sample.value) && wanted(sample))
    .map((sample) => `${sample.metricName ?? metric.name}${braces(sample.labels)} ${formatValue(sample.value)}\n`);
  return header(metric, format) + lines.join('');
}

function braces(labels: PromSample['labels']): string {
  const { le, ...others } = labels;
  const bound = typeof le === 'number' ? formatBound(le) : le;
  const known: Record<string, string | number> = {};
  for (const [name, value] of Object.entries({ ...others, le: bound })) if (value !== undefined) known[name] = value;
  const text = labelText(known);
  return text === '' ? '' : `{${text}}`;
}
