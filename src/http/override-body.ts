import { z } from 'zod';
import { VERDICTS } from '../domain/override.ts';
import { instant } from './query.ts';

const REASON_MAX = 500;

const reason = z
  .string('must be a text')
  .trim()
  .refine((text) => [...text].length <= REASON_MAX, `must be at most ${REASON_MAX} characters`);

/** What may be said of an incident, and of a deployment; anything else is a mistake that is told. */
export const resolveBody = z.strictObject({ at: instant, reason: reason.default('') });
export const reopenBody = z.strictObject({ reason: reason.default('') });
export const verdictBody = z.strictObject({
  verdict: z.enum(VERDICTS, `must be one of ${VERDICTS.join(', ')}, or null to take it back`).nullable(),
  reason: reason.min(1, 'must say why'),
});

/** A body that is valid, or a sentence that names the field that is not. */
export type ParsedBody<T> = { readonly ok: true; readonly body: T } | { readonly ok: false; readonly detail: string };

/** Reads a JSON object; an empty body is an empty one. */
export function parseBody<T>(schema: z.ZodType<T>, text: string): ParsedBody<T> {
  let value: unknown;
  try {
    value = text.trim() === '' ? {} : JSON.parse(text);
  } catch {
    return { ok: false, detail: 'the body is not JSON' };
  }
  const parsed = schema.safeParse(value, { reportInput: false });
  if (parsed.success) return { ok: true, body: parsed.data };
  const issue = parsed.error.issues[0];
  if (issue?.code === 'unrecognized_keys') return { ok: false, detail: `${issue.keys[0]}: there is no such field` };
  if (issue === undefined || issue.path.length === 0) return { ok: false, detail: 'the body must be a JSON object' };
  const field = issue.path.join('.');
  const isMissing = typeof value === 'object' && value !== null && !Object.hasOwn(value, field);
  return { ok: false, detail: `${field}: ${isMissing ? 'is missing' : issue.message}` };
}
