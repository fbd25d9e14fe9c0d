import { z } from 'zod';

/** What the sink counts of one subsystem. `rate`, its share of all errors, says nothing that `count` does not. */
const row = z.object({ subsystem: z.string().min(1), count: z.number().int().min(0) });

/** The answer of `/api/analytics/errors/by-subsystem`; rows come in any order. */
export const bySubsystem = z.object({
  total: z.number().int().min(0),
  by_subsystem: z.array(row),
  /** Of sinks that say when they counted over another window than was asked for. */
  effective_window_seconds: z.number().optional(),
  generated_at: z.string().nullish(),
});

export type BySubsystem = z.output<typeof bySubsystem>;
