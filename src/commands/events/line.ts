import type { z } from 'zod';
import type { LedgerEvent } from '../../domain/ledger-event.ts';
import { EVENT_LINES, endLine, exportLine, VERSION } from './schema.ts';

/** Under what an export was made. Times in milliseconds since the epoch. */
export interface ExportHead {
  readonly exportedAt: number;
  /** As they were written. */
  readonly windows: readonly string[];
  readonly minSamples: number;
}

/** What a line says, or a sentence where it is broken. */
export type ParsedLine =
  | { readonly kind: 'export'; readonly head: ExportHead }
  | { readonly kind: 'end'; readonly lines: number }
  | { readonly kind: 'event'; readonly event: LedgerEvent }
  | { readonly kind: 'broken'; readonly problem: string };

export function headLine({ exportedAt, windows, minSamples }: ExportHead): string {
  const exported_at = new Date(exportedAt).toISOString();
  return written({ kind: 'export', version: VERSION, exported_at, windows, min_samples: minSamples });
}

export function endingLine(lines: number): string {
  return written({ kind: 'end', lines });
}

/** The names of the fields as they are, in the words of a file: `openedAt` is `opened_at`, a time; `leadMs` is `lead_seconds`. */
export function eventLine({ kind, target, ...rest }: LedgerEvent): string {
  return written({ kind, ...target, ...(outward(rest) as object) });
}

function written(value: object): string {
  return `${JSON.stringify(value)}\n`;
}

/** Reads one line of an export. */
export function parseLine(text: string): ParsedLine {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return broken('it is no JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return broken('it is no JSON object');
  const kind = 'kind' in value ? String(value.kind) : null;
  if (kind === null) return broken('it has no "kind"');
  if (kind === 'export') {
    // Before all else: a later version may say the rest in another way.
    if ('version' in value && typeof value.version === 'number' && value.version > VERSION)
      return broken(`its version is ${value.version}: a later dora-exporter wrote it, and this one reads ${VERSION}`);
    const { ok, data, problem } = checked(exportLine, value);
    if (!ok) return broken(problem);
    const { exported_at: at, windows, min_samples: minSamples } = data;
    return { kind, head: { exportedAt: Date.parse(at), windows, minSamples } };
  }
  if (kind === 'end') {
    const { ok, data, problem } = checked(endLine, value);
    return ok ? { kind, lines: data.lines } : broken(problem);
  }
  if (!isEventKind(kind)) {
    return broken(`its kind "${kind}" is not known; known are export, ${Object.keys(EVENT_LINES).join(', ')}, end`);
  }
  const { ok, data, problem } = checked<Record<string, unknown>>(EVENT_LINES[kind], value);
  if (!ok) return broken(problem);
  const { source, app, environment, ...rest } = data;
  return {
    kind: 'event',
    event: { kind, target: { source, app, environment }, ...(inward(rest) as object) } as LedgerEvent,
  };
}

function broken(problem: string): ParsedLine {
  return { kind: 'broken', problem };
}

function isEventKind(kind: string): kind is keyof typeof EVENT_LINES {
  return Object.hasOwn(EVENT_LINES, kind);
}

type Checked<T> =
  | { readonly ok: true; readonly data: T; readonly problem?: never }
  | { readonly ok: false; readonly data?: never; readonly problem: string };

function checked<T>(schema: z.ZodType<T>, value: object): Checked<T> {
  const parsed = schema.safeParse(value, { reportInput: false });
  if (parsed.success) return { ok: true, data: parsed.data };
  const [issue] = parsed.error.issues;
  const [field, ...more] = issue?.path ?? [];
  const isMissing = more.length === 0 && !Object.hasOwn(value, field ?? '');
  return { ok: false, problem: `${[field, ...more].join('.')}: ${isMissing ? 'is missing' : issue?.message}` };
}

function outward(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, held]): [string, unknown][] => {
      if (key === 'target') return Object.entries(held as object);
      const name = key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`).replace(/_ms$/, '_seconds');
      if (typeof held !== 'number') return [[name, outward(held)]];
      if (isTime(name)) return [[name, new Date(held).toISOString()]];
      return [[name, name.endsWith('_seconds') ? held / 1000 : held]];
    }),
  );
}

function inward(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const held = Object.entries(value).map(([name, inside]): [string, unknown] => {
    const key = name.replace(/_seconds$/, '_ms').replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
    if (typeof inside === 'number' && name.endsWith('_seconds')) return [key, Math.round(inside * 1000)];
    if (typeof inside === 'string' && isTime(name)) return [key, Date.parse(inside)];
    return [key, inward(inside)];
  });
  if (!Object.hasOwn(value, 'source')) return Object.fromEntries(held);
  // Only who is blamed names a target of its own.
  const { source, app, environment, ...rest } = Object.fromEntries(held);
  return { target: { source, app, environment }, ...rest };
}

function isTime(name: string): boolean {
  return name === 'at' || /_(?:at|since|until)$/.test(name);
}
