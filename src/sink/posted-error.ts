import { z } from 'zod';
import type { Clock } from '../domain/clock.ts';
import type { ErrorEvent } from '../domain/error-event.ts';
import { SEVERITIES } from '../domain/severity.ts';
import { defaultSeverity, type SinkRule } from '../domain/sink-rule.ts';
import type { Kept } from './check-items.ts';
import { cutOrEmpty, cutText, data, key, LARGEST_DATA, link, time, wholeName } from './fields.ts';

/**
 * An error event as applications post it: names and limits are those of the table that other sinks keep. To be made once:
 * a schema costs a hundred times what it costs to look at an event.
 */
export function postedError(
  rules: readonly SinkRule[],
  clock: Pick<Clock, 'now'>,
  retentionMs: number,
): z.ZodType<Kept<ErrorEvent>> {
  return z
    .strictObject({
      subsystem: cutText(64),
      operation: cutText(128),
      error_type: cutOrEmpty(128).nullish(),
      error_message: cutOrEmpty(500).nullish(),
      agent_id: z.int({ error: 'must be a whole number' }).nullish(),
      action_name: cutOrEmpty(128).nullish(),
      event_data: data().default('{}'),
      created_at: time(clock, retentionMs).nullish(),
      severity: z.enum(SEVERITIES, { error: `must be one of ${SEVERITIES.join(', ')}` }).nullish(),
      app: wholeName().nullish(),
      environment: wholeName().nullish(),
      origin: wholeName().nullish(),
      link: link().nullish(),
      id: key().nullish(),
    })
    .transform((posted) => ({
      item: {
        id: posted.id ?? null,
        subsystem: posted.subsystem,
        operation: posted.operation,
        errorType: posted.error_type ?? null,
        errorMessage: posted.error_message ?? null,
        agentId: posted.agent_id ?? null,
        actionName: posted.action_name ?? null,
        eventData: posted.event_data ?? '{}',
        severity: posted.severity ?? defaultSeverity(rules, posted.subsystem),
        app: posted.app ?? posted.subsystem,
        environment: posted.environment ?? 'production',
        origin: posted.origin ?? null,
        link: posted.link ?? null,
        at: posted.created_at ?? clock.now(),
      },
      note: posted.event_data === null ? `event_data is larger than ${LARGEST_DATA} bytes and was left out` : null,
    }));
}
