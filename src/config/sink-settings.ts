import { z } from 'zod';
import type { Secret } from '../domain/secret.ts';
import type { SinkRule } from '../domain/sink-rule.ts';
import {
  byteSize,
  count,
  durationMs,
  type Files,
  nameMatcherOrNone,
  nameText,
  secretFile,
  strict,
} from '../sources/setting-pieces.ts';
import { always, noneTwice } from './none-twice.ts';

/** The embedded error sink; off without workspaces. */
export interface SinkSettings {
  readonly workspaces: readonly { readonly id: string; readonly name: string; readonly token: Secret }[];
  readonly maxBodyBytes: number;
  readonly retentionMs: number;
  readonly rules: readonly SinkRule[];
}

export function sinkSettings(files: Files) {
  return strict({
    workspaces: z.array(workspace(files)).superRefine(noneTwice('id'), always).prefault([]),
    max_body: byteSize().prefault('64KiB'),
    retention: durationMs({ least: 1000 }).prefault('90d'),
    rules: z.array(sinkRule()).superRefine(noneTwice('name'), always).prefault([]),
  }).transform(
    (keys): SinkSettings => ({
      workspaces: keys.workspaces,
      maxBodyBytes: keys.max_body,
      retentionMs: keys.retention,
      rules: keys.rules,
    }),
  );
}

function workspace(files: Files) {
  return strict({
    id: z.guid({ error: 'give a UUID such as 123e4567-e89b-42d3-a456-426614174000' }),
    name: nameText(),
    token_file: secretFile(files),
  }).transform((keys) => ({ id: keys.id.toLowerCase(), name: keys.name, token: keys.token_file }));
}

function sinkRule() {
  return strict({
    name: nameText(),
    subsystem: nameMatcherOrNone().optional(),
    window: durationMs({ least: 1000 }).optional(),
    value: nameText().optional(),
    threshold: z.number(),
    hold: durationMs().prefault('5m'),
    severity: z.enum(['critical', 'warning']),
  })
    .superRefine((rule, context) => {
      if (rule.value === undefined && !count(0).safeParse(rule.threshold).success) {
        const message = `${rule.threshold} is not a number of events; give a whole number, 0 or more`;
        context.addIssue({ code: 'custom', path: ['threshold'], message });
      }
      if (rule.value === undefined) return;
      for (const key of ['subsystem', 'window'] as const) {
        const message = 'has no meaning beside value; a rule counts events or watches a value';
        if (rule[key] !== undefined) context.addIssue({ code: 'custom', path: [key], message });
      }
    })
    .transform((rule): SinkRule => {
      const { name, value, threshold, hold, severity } = rule;
      if (value !== undefined) return { kind: 'value', name, value, threshold, holdMs: hold, severity };
      const windowMs = rule.window ?? DEFAULT_WINDOW_MS;
      return { kind: 'count', name, subsystem: rule.subsystem ?? null, windowMs, threshold, holdMs: hold, severity };
    });
}

/** 15m. Not a default of the schema: beside `value` a window has no meaning. */
const DEFAULT_WINDOW_MS = 900_000;
