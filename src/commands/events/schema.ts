import { z } from 'zod';
import { CHANGE_ORIGINS, UNKNOWN_LEAD_TIMES } from '../../domain/change.ts';
import { OUTCOMES } from '../../domain/deployment.ts';
import { VERDICTS } from '../../domain/override.ts';

/** The form of the file: a later one is refused, as what it says could mean something else. */
export const VERSION = 1;

const CAUSES = ['deployment', 'degraded', 'errors', 'rollback', 'verdict'];
const REWORK = ['rollback', 'deployment', 'degraded', 'errors'];
const KINDS = ['deployment', 'degraded', 'errors'];
const CLOSED = ['recovered', 'resolved', 'withdrawn', 'abandoned', 'expired'];

const time = z.iso.datetime('must be an RFC 3339 time in UTC');
const seconds = z.number('must be a number of seconds').min(0, 'must not be negative');
const whole = z.int('must be a whole number');
const text = z.string('must be a text');
const yesNo = z.boolean('must be true or false');
const oneOf = <T extends readonly string[]>(values: T) => z.enum(values, `must be one of ${values.join(', ')}`);
const target = { source: text.min(1), app: text.min(1), environment: text.min(1) };
const decision = { by: text, reason: text, decided_at: time };

/** The line that an export begins with. */
export const exportLine = z.object({
  kind: z.literal('export'),
  version: whole,
  exported_at: time,
  windows: z.array(text),
  min_samples: whole.min(1, 'must be at least 1'),
});

/** The line that it ends with: a file without was cut off. */
export const endLine = z.object({ kind: z.literal('end'), lines: whole });

/** What each line between must hold, by its kind; what is besides is of no matter. */
export const EVENT_LINES = {
  target: z.object({
    ...target,
    team: text,
    observed_since: time,
    listed: yesNo,
    lead_times_awaited_until: time.nullable(),
  }),
  deployment: z.object({
    ...target,
    id: text.min(1),
    outcome: oneOf(OUTCOMES),
    at: time,
    number: whole,
    order: whole,
    started_at: time.nullable(),
    duration_seconds: seconds.nullable(),
    identity: text,
    commit: text,
    link: text.nullable(),
    rule: text,
    rollback: yesNo,
    failures_seen: yesNo,
    change_failure: z.object({ cause: oneOf(CAUSES), why: text }).nullable(),
    rework: oneOf(REWORK).nullable(),
  }),
  incident: z.object({
    ...target,
    about: oneOf(KINDS),
    opened_by: text.min(1),
    opened_at: time,
    beginning_known: yesNo,
    failures: whole,
    closed_at: time.nullable(),
    outcome: oneOf(CLOSED).nullable(),
    recovery_seconds: seconds.nullable(),
    blamed: z.object({ ...target, id: text.min(1) }).nullable(),
  }),
  change: z.object({
    ...target,
    deployment: text.min(1),
    at: time,
    repository: text,
    sha: text,
    committed_at: time.nullable(),
    lead_seconds: seconds.nullable(),
    origin: oneOf(CHANGE_ORIGINS).nullable(),
    unknown: oneOf(UNKNOWN_LEAD_TIMES).nullable(),
    number: whole,
  }),
  verdict: z.object({ ...target, deployment: text.min(1), verdict: oneOf(VERDICTS).nullable(), ...decision }),
  resolution: z.object({
    ...target,
    about: oneOf(KINDS),
    at: time,
    ...decision,
    taken_back: z.object(decision).nullable(),
  }),
} as const;
