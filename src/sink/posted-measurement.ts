import { z } from 'zod';
import type { Measurement } from '../domain/error-event.ts';
import type { Kept } from './check-items.ts';
import { data, LARGEST_DATA, time, wholeName } from './fields.ts';

/** A figure as applications post it. */
export function postedMeasurement(now: number, retentionMs: number): z.ZodType<Kept<Measurement>> {
  return z
    .strictObject({
      name: wholeName(),
      subject: wholeName(),
      value: z.number({ error: ({ input }) => (input === undefined ? 'is required' : 'must be a number') }),
      at: time(now, retentionMs).nullish(),
      environment: wholeName().nullish(),
      details: data().nullable().default('{}'),
    })
    .transform(({ name, subject, value, at, environment, details }) => ({
      item: {
        name,
        subject,
        value,
        at: at ?? now,
        environment: environment ?? 'production',
        details: details ?? '{}',
      },
      note: details === null ? `details is larger than ${LARGEST_DATA} bytes and was left out` : null,
    }));
}
