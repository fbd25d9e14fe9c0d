import { retryAfterMs } from '../upstream/retry-after.ts';

/** The share of a quota that is left to others. */
const RESERVE = 0.05;

/**
 * How long to leave a forge alone by what it says of its quota, in milliseconds; null: there is enough. GitHub's
 * headers begin with `x-`, GitLab's do not; both give the reset in seconds since the epoch. A secondary limit of
 * GitHub is a 403 with `Retry-After`. `date` is the answer's time in milliseconds since the epoch.
 */
export function quotaWaitMs(headers: Readonly<Record<string, string>>, date: number): number | null {
  const asked = retryAfterMs(headers['retry-after'], date);
  if (asked !== null) return asked;
  const number = (name: string) => Number(headers[`x-ratelimit-${name}`] ?? headers[`ratelimit-${name}`] ?? Number.NaN);
  const remaining = number('remaining');
  const reset = number('reset') * 1000;
  const limit = number('limit');
  const reserve = Number.isNaN(limit) ? 0 : Math.floor(limit * RESERVE);
  if (Number.isNaN(remaining) || remaining > reserve || !(reset > date)) return null;
  return reset - date;
}
