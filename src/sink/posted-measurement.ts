import { z } from 'zod';
import type { Clock } from '../domain/clock.ts';
import type { Measurement } from '../domain/error-event.ts';
import type { Kept } from './check-items.ts';
import { data, LARGEST_DATA, time, wholeName } from './fields.ts';

/** A figure as applications post it. To be made once, as `postedError`. */
export function postedMeasurement(clock: Pick<Clock, 'now'>, retentionMs: number): z.ZodType<Kept<Measurement>> {
  return z
    .strictObject({
      name: wholeName(),
      subject: wholeName(),
      value: z.number({ error: ({ input }) => (input === undefined ? 'is required' : 'must be a number') }),
      at: time(clock, retentionMs).nullish(),
      environment: wholeName().nullish(),
      details: data().default('{}'),
    })
    .transform(({ name, subject, value, at, environment, details }) => ({
      item: {
        name,
        subject,
        value,
        at: at ?? clock.now(),
        environment: environment ?? 'production',
        details: details ?? '{}',
      },
      note: details === null ? `details is larger than ${LARGEST_DATA} bytes and was left out` : null,
    }));
}
