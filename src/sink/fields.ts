import { z } from 'zod';
import type { Clock } from '../domain/clock.ts';
import { naiveTime } from '../domain/naive-time.ts';
import { keptText, wellFormed } from './text.ts';

/** Longest name that is kept whole or refused, in UTF-16 units: to cut it would make it another's. */
const LONGEST_NAME = 255;
const LONGEST_LINK = 2000;
/** Largest JSON object beside an event or a measurement, in bytes of UTF-8. */
export const LARGEST_DATA = 4096;
/** Levels of objects and lists, its own the first: the narrowest of common readers, .NET's, takes 64, and a list of events has three above. */
const DEEPEST_DATA = 50;
/** How far in the future a time may lie: clocks differ. */
const AHEAD_MS = 5 * 60_000;

/** A text that is cut at its limit. */
export function cutText(limit: number) {
  return z
    .string({ error: ({ input }) => (input === undefined ? 'is required' : 'must be a text') })
    .min(1, 'must not be empty')
    .transform((text) => keptText(text, limit));
}

/** A text that is cut at its limit; empty is unknown. */
export function cutOrEmpty(limit: number) {
  return z.string({ error: 'must be a text' }).transform((text) => (text === '' ? null : keptText(text, limit)));
}

/** A text that says who or what something is: it is never cut. */
export function wholeName() {
  return z
    .string({ error: ({ input }) => (input === undefined ? 'is required' : 'must be a text') })
    .min(1, 'must not be empty')
    .max(LONGEST_NAME, `must have at most ${LONGEST_NAME} characters`)
    .transform(wellFormed);
}

/** The application's own key: a text, or the number that another store gave. */
export function key() {
  return z.union([wholeName(), z.int().transform(String)], {
    error: `must be a whole number, or a text of 1 to ${LONGEST_NAME} characters`,
  });
}

export function link() {
  return z
    .url({ protocol: /^https?$/, error: 'must be an http or https address' })
    .max(LONGEST_LINK, `must have at most ${LONGEST_LINK} characters`);
}

/** Milliseconds since the epoch. Without a zone it is UTC. */
export function time(clock: Pick<Clock, 'now'>, retentionMs: number) {
  return z.string({ error: 'must be a time like 2026-01-31T12:00:00Z' }).transform((text, context) => {
    const now = clock.now();
    const at = naiveTime(text);
    const problem =
      at === null
        ? 'must be a time like 2026-01-31T12:00:00Z'
        : at > now + AHEAD_MS
          ? 'lies more than 5 minutes in the future'
          : at < now - retentionMs
            ? 'is older than events are kept'
            : null;
    if (problem === null && at !== null) return at;
    context.addIssue({ code: 'custom', message: problem ?? '' });
    return z.NEVER;
  });
}

/** Facts beside an event, as JSON text, null being none of them; null where they are too large to be kept. */
export function data() {
  return z
    .record(z.string(), z.unknown(), { error: 'must be an object' })
    .nullable()
    .refine((facts) => !isDeeper(facts, DEEPEST_DATA), `is nested more than ${DEEPEST_DATA} levels deep`)
    .transform((facts) => {
      const text = JSON.stringify(facts ?? {}, (_, value) => (typeof value === 'string' ? wellFormed(value) : value));
      return Buffer.byteLength(text) > LARGEST_DATA ? null : text;
    });
}

/** Goes no further down than it allows, so that nothing posted can exhaust the stack. */
function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1));
}
