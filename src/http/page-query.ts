import { z } from 'zod';

/** An empty field of a form asks for all. */
const field = z
  .string()
  .max(500, 'must be at most 500 characters')
  .nullable()
  .default(null)
  .transform((value) => (value === '' ? null : value));

const filter = { q: field, team: field, environment: field, window: field };

/** What `/` can be asked for. */
export const overviewQuery = z.strictObject(filter);

/** What `/apps` can be asked for. */
export const appsQuery = z.strictObject({
  ...filter,
  app: field,
  cursor: field,
  page: z
    .string()
    .regex(/^[1-9]\d{0,5}$/, 'must be a whole number from 1 on')
    .transform(Number)
    .default(1),
});
