import { z } from 'zod';
import { parseDuration } from '../domain/duration.ts';
import { ROOMS, SEVERITIES } from '../domain/severity.ts';
import type { Window } from '../domain/windows.ts';
import type { EventQuery } from '../ledger/errors/error-queries.ts';
import {
  type DeploymentQuery,
  type IncidentQuery,
  NOTIFICATION_STATES,
  type NotificationQuery,
  type TargetQuery,
} from '../ledger/records.ts';

const text = z.string().min(1, 'must not be empty').max(500, 'must be at most 500 characters').nullable().default(null);

const limit = z
  .string()
  .regex(/^\d{1,9}$/, 'must be a whole number from 1 to 500')
  .transform(Number)
  .refine((count) => count >= 1 && count <= 500, 'must be a whole number from 1 to 500')
  .default(100);

/** An RFC 3339 time, as milliseconds since the epoch; null where it is left out. */
export const instant = z.iso
  .datetime({ offset: true, error: 'must be an RFC 3339 time like 2026-01-31T12:00:00Z (a + must be written %2B)' })
  .transform((value) => Date.parse(value))
  .nullable()
  .default(null);

const everywhere = {
  limit,
  cursor: text,
  source: text,
  app: text,
  environment: text,
  team: z.string().max(500, 'must be at most 500 characters').nullable().default(null),
};

const span = { since: instant, until: instant };

function word<const T extends readonly [string, ...string[]]>(...words: T) {
  return z
    .enum(words, `must be one of ${words.join(', ')}`)
    .nullable()
    .default(null);
}

function notBackwards(query: { since: number | null; until: number | null }): boolean {
  return query.since === null || query.until === null || query.since < query.until;
}

const BACKWARDS = { path: ['until'], message: 'must be later than since' };

/** What each list can be asked for; anything else is a mistake that is told, never one that is passed over. */
export const targetQuery = z.strictObject(everywhere) satisfies z.ZodType<TargetQuery>;

export const deploymentQuery = z
  .strictObject({ ...everywhere, ...span, outcome: word('success', 'failure'), upstream_id: text })
  .refine(notBackwards, BACKWARDS)
  .transform(({ upstream_id: upstreamId, ...query }) => ({
    ...query,
    upstreamId,
  })) satisfies z.ZodType<DeploymentQuery>;

export const incidentQuery = z
  .strictObject({
    ...everywhere,
    ...span,
    state: word('open', 'closed'),
    kind: word('deployment', 'degraded', 'errors'),
  })
  .refine(notBackwards, BACKWARDS) satisfies z.ZodType<IncidentQuery>;

export const eventQuery = z
  .strictObject({
    limit,
    cursor: text,
    ...span,
    subsystem: text,
    operation: text,
    error_type: text,
    severity: word(...SEVERITIES),
    app: text,
    environment: text,
    workspace_id: text,
  })
  .refine(notBackwards, BACKWARDS)
  .transform(({ error_type: errorType, workspace_id: _, ...query }) => ({
    ...query,
    errorType,
  })) satisfies z.ZodType<EventQuery>;

const window = z
  .string()
  .default('30d')
  .transform((name, context): Window => {
    const ms = parseDuration(name);
    if (ms !== null && ms > 0) return { name, ms };
    context.addIssue({ code: 'custom', message: 'must be a duration such as 30d, longer than none' });
    return z.NEVER;
  });

/** Which keys, over which window back from now. */
export const keysQuery = z.strictObject({ ...everywhere, window });
export const notificationQuery = z
  .strictObject({
    limit,
    cursor: text,
    ...span,
    room: word(...ROOMS),
    state: word(...NOTIFICATION_STATES),
  })
  .refine(notBackwards, BACKWARDS) satisfies z.ZodType<NotificationQuery>;

export const collectorQuery = z.strictObject({ source: text });

/** A query that is valid, or a sentence that names the parameter that is not. */
export type Parsed<T> = { readonly ok: true; readonly query: T } | { readonly ok: false; readonly detail: string };

export function parseQuery<T>(schema: z.ZodType<T>, parameters: Readonly<Record<string, string[]>>): Parsed<T> {
  const twice = Object.keys(parameters).find((name) => (parameters[name]?.length ?? 0) > 1);
  if (twice !== undefined) return { ok: false, detail: `${twice}: must be given once` };
  const parsed = schema.safeParse(Object.fromEntries(Object.entries(parameters).map(([name, all]) => [name, all[0]])));
  if (parsed.success) return { ok: true, query: parsed.data };
  const issue = parsed.error.issues[0];
  if (issue?.code === 'unrecognized_keys') return { ok: false, detail: `${issue.keys[0]}: there is no such parameter` };
  return { ok: false, detail: `${issue?.path.join('.')}: ${issue?.message}` };
}
