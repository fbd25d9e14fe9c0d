import type { Exemplar } from '../domain/totals.ts';
import type { Format } from './family.ts';

/**
 * The pieces of which both text formats are made.
 * Text 0.0.4: https://prometheus.io/docs/instrumenting/exposition_formats/
 * OpenMetrics 1.0: https://prometheus.io/docs/specs/om/open_metrics_spec/
 */

/** The most characters that names and values of an exemplar's labels may have together (OpenMetrics, "Exemplars"). */
const EXEMPLAR_LABELS_MAX = 128;

const EXEMPLAR_LABEL = 'deployment_id';

/** HELP and TYPE of one family; they stand there even while it has no sample. */
export function header(
  family: { readonly name: string; readonly help: string; readonly type: string },
  format: Format,
): string {
  // OpenMetrics names a counter's family without the suffix that its samples have.
  const name = format === 'openmetrics' && family.type === 'counter' ? family.name.replace(/_total$/, '') : family.name;
  return `# HELP ${name} ${escapeHelp(family.help, format)}\n# TYPE ${name} ${family.type}\n`;
}

/** `a="1",b="2"`, in the order of the object's keys. */
export function labelText(labels: Readonly<Record<string, string | number>>): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}="${escapeLabelValue(String(value))}"`)
    .join(',');
}

/** A value as Go writes it where JavaScript differs. */
export function formatValue(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  if (value === Number.NEGATIVE_INFINITY) return '-Inf';
  return String(value);
}

/** A bucket's bound, always as a float: Prometheus 3 reads `300` as `300.0`, so it must be that everywhere. */
export function formatBound(bound: number): string {
  return Number.isInteger(bound) ? `${bound}.0` : formatValue(bound);
}

/** What follows a sample's value in OpenMetrics; empty without an exemplar, or for an id that is too long to be one. */
export function exemplarText(exemplar: Exemplar | null | undefined): string {
  if (exemplar === null || exemplar === undefined) return '';
  // Characters are code points here, as Prometheus counts them; cutting an id short would point nowhere.
  if (EXEMPLAR_LABEL.length + [...exemplar.id].length > EXEMPLAR_LABELS_MAX) return '';
  const id = escapeLabelValue(exemplar.id);
  return ` # {${EXEMPLAR_LABEL}="${id}"} ${formatValue(exemplar.value)} ${formatValue(exemplar.at / 1000)}`;
}

function escapeLabelValue(value: string): string {
  return /[\\"\n]/.test(value) ? value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n') : value;
}

function escapeHelp(help: string, format: Format): string {
  const escaped = help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
  return format === 'openmetrics' ? escaped.replaceAll('"', '\\"') : escaped;
}
