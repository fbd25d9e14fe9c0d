import { parseDuration } from '../domain/duration.ts';
import { listOf, type ReadFlags, textOf, type Values, wrong } from './command-flags.ts';

/** What `export` is to write: what `/metrics` would have shown, or the events that keys are taken over. */
export type ExportFlags = PastFlags | { readonly configFile: string | null; readonly format: 'ndjson' };

export interface PastFlags {
  readonly configFile: string | null;
  readonly format: 'openmetrics';
  /** How far it reaches back from its end, in milliseconds. */
  readonly sinceMs: number;
  /** Its end, in milliseconds since the epoch; null: now. */
  readonly until: number | null;
  readonly stepMs: number;
  readonly labels: Readonly<Record<string, string>>;
}

export const EXPORT_TEXTS = ['config.file', 'format', 'since', 'until', 'step'] as const;
export const EXPORT_LISTS = ['label'] as const;

/** A finer past is none that anybody scraped. */
const SHORTEST_STEP_MS = 1000;

/** They would stand twice on a series. */
const OWN_LABELS: readonly string[] = [
  ...['source', 'app', 'environment', 'team', 'outcome', 'cause', 'kind', 'window', 'stat', 'le'],
];

/** Reads the flags of `export`; a sentence where they are not right. */
export function readExportFlags(values: Values): ReadFlags<ExportFlags> {
  const format = textOf(values, 'format') ?? 'openmetrics';
  if (format === 'ndjson') return readEventFlags(values);
  if (format !== 'openmetrics') return wrong(`--format: "${format}" is not right; give openmetrics or ndjson`);
  const sinceMs = parseDuration(textOf(values, 'since') ?? '90d');
  if (sinceMs === null || sinceMs === 0) {
    return wrong(`--since: "${textOf(values, 'since')}" is not right; give a duration back from the end, such as 90d`);
  }
  const stepMs = parseDuration(textOf(values, 'step') ?? '1h');
  if (stepMs === null || stepMs < SHORTEST_STEP_MS) {
    return wrong(`--step: "${textOf(values, 'step')}" is not right; give a duration of at least 1s, such as 1h`);
  }
  const end = textOf(values, 'until');
  const until = end === null ? null : timeOf(end);
  if (until !== null && Number.isNaN(until)) {
    return wrong(`--until: "${end}" is not right; give an RFC 3339 time such as 2026-01-31T12:00:00Z`);
  }
  const labels: Record<string, string> = {};
  for (const given of listOf(values, 'label')) {
    const found = /^([a-zA-Z_][a-zA-Z0-9_]*)=(.+)$/s.exec(given);
    const [, name = '', value = ''] = found ?? [];
    if (found === null || name.startsWith('__')) {
      return wrong(`--label: "${given}" is not right; give a name and a value, such as job=dora`);
    }
    if (OWN_LABELS.includes(name)) return wrong(`--label: ${name} is a label that the series have already`);
    if (Object.hasOwn(labels, name)) return wrong(`--label: ${name} is there twice; give it once`);
    labels[name] = value;
  }
  return {
    ok: true,
    flags: { configFile: textOf(values, 'config.file'), format, sinceMs, until, stepMs, labels },
  };
}

/** A part of the events would give other numbers than all of them. */
function readEventFlags(values: Values): ReadFlags<ExportFlags> {
  const other = ['since', 'until', 'step', 'label'].find((flag) => values[flag] !== undefined);
  if (other !== undefined) return wrong(`--${other} is of --format=openmetrics; ndjson is all that the ledger knows`);
  return { ok: true, flags: { configFile: textOf(values, 'config.file'), format: 'ndjson' } };
}

export function timeOf(text: string): number {
  const isRfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(text);
  return isRfc3339 ? Date.parse(text) : Number.NaN;
}
