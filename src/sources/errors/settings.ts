import { z } from 'zod';
import type { Secret } from '../../domain/secret.ts';
import { count, durationMs, type Files, nameText, secretFileOrNone, strict } from '../setting-pieces.ts';
import { commonSettings, commonShape, type SourceSettings } from '../settings.ts';

const HOUR_MS = 3_600_000;

/** What the configuration says of one error sink that is polled. At least one of `token` and `apiKey` is there. */
export interface ErrorsSettings extends SourceSettings {
  readonly type: 'errors';
  /** Authorization: Bearer. */
  readonly token: Secret | null;
  /** x-api-key. */
  readonly apiKey: Secret | null;
  /** x-workspace-id; empty: none is sent. */
  readonly workspaceId: string;
  /** Of the gauge. Whole hours: the API reads anything else as 24 hours. */
  readonly windowMs: number;
  /** Of the threshold. Whole hours. */
  readonly incidentWindowMs: number;
  readonly environment: string;
  /** Events per subsystem in `incidentWindowMs` above which an incident opens; `default` is for all others. */
  readonly thresholds: Readonly<Record<string, number>> & { readonly default: number };
  /** How long a subsystem must not be above it for the incident to end. */
  readonly holdMs: number;
}

export function errorsSettings(files: Files) {
  const shape = commonShape(files, { name: 'errors', pollInterval: '60s', requestTimeout: '15s', maxBody: '64MiB' });
  return strict({
    type: z.literal('errors'),
    ...shape,
    token_file: secretFileOrNone(files)
      .prefault('')
      .describe('sent as `Authorization: Bearer`. This or `api_key_file` is required'),
    api_key_file: secretFileOrNone(files).prefault('').describe('sent as `x-api-key`'),
    workspace_id: z.string().prefault('').describe('sent as `x-workspace-id`; empty: not sent'),
    window: wholeHours()
      .prefault('24h')
      .describe('what the gauge counts over; whole hours, as the API takes anything else for 24 hours'),
    incident_window: wholeHours().prefault('1h').describe('what the thresholds count over; whole hours'),
    environment: nameText().prefault('production').describe('of every subsystem'),
    thresholds: z
      .record(z.string(), count(0))
      .prefault({ default: 50 })
      .describe('more events than this in `incident_window` open an incident; by subsystem, `default` for all others'),
    hold: durationMs()
      .prefault('5m')
      .describe('the incident ends when the count was not above the threshold for this long'),
  })
    .superRefine((keys, context) => {
      if (keys.token_file !== null || keys.api_key_file !== null) return;
      const message = 'missing; give token_file (Authorization: Bearer) or api_key_file (x-api-key)';
      context.addIssue({ code: 'custom', path: ['token_file'], message });
    })
    .transform(
      (keys): ErrorsSettings => ({
        type: keys.type,
        ...commonSettings(keys),
        token: keys.token_file,
        apiKey: keys.api_key_file,
        workspaceId: keys.workspace_id,
        windowMs: keys.window,
        incidentWindowMs: keys.incident_window,
        environment: keys.environment,
        thresholds: { default: 50, ...keys.thresholds },
        holdMs: keys.hold,
      }),
    );
}

/** The sink's API silently takes whatever is not whole hours or days for 24 hours. */
function wholeHours() {
  return durationMs({ least: HOUR_MS })
    .refine((ms) => ms % HOUR_MS === 0, {
      error: 'not whole hours; give a duration such as 1h, 24h or 7d',
    })
    .meta({ takes: 'a duration of whole hours', least: '1h' });
}
