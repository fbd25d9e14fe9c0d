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
    workspaces: z.array(workspace(files)).superRefine(noneTwice('id'), always).prefault([]).describe('who may push'),
    max_body: byteSize().prefault('64KiB').describe('a longer request is refused'),
    retention: durationMs({ least: 1000 }).prefault('90d').describe('how long events are kept'),
    rules: z
      .array(sinkRule())
      .superRefine(noneTwice('name'), always)
      .prefault([])
      .describe('when events or values become an incident or a message'),
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
    id: z
      .guid({ error: 'give a UUID such as 123e4567-e89b-42d3-a456-426614174000' })
      .meta({ takes: 'a UUID' })
      .describe('who pushes: sent with each event'),
    name: nameText().describe('the label `source`, and `team`; unique among sources too'),
    token_file: secretFile(files).describe('the bearer token for pushing and reading'),
  }).transform((keys) => ({ id: keys.id.toLowerCase(), name: keys.name, token: keys.token_file }));
}

function sinkRule() {
  return strict({
    name: nameText().describe('unique'),
    subsystem: nameMatcherOrNone()
      .optional()
      .describe('name or /regex/; none: all. Each subsystem is counted on its own. Not beside `value`'),
    window: durationMs({ least: 1000 })
      .optional()
      .describe(
        'what is counted over; none: `15m`. Over `1h` it sends a message and opens no incident. Not beside `value`',
      ),
    value: nameText()
      .optional()
      .describe('the name of a measurement: the rule watches its values instead of counting events'),
    threshold: z.number().describe('more events, or a value, above this'),
    hold: durationMs().prefault('5m').describe('the incident ends when it was not above for this long'),
    severity: z.enum(['critical', 'warning']).describe('of its messages, and so their room'),
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
