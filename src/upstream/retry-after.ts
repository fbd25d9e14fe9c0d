/** A server that asks for more than a day means something else. */
const LONGEST_MS = 24 * 3600_000;

/**
 * What a `Retry-After` header asks for, in milliseconds: seconds, or an HTTP date, which is taken against the
 * answer's own `date` (milliseconds since the epoch). Null when missing, malformed or absurd (RFC 9110 §10.2.3).
 */
export function retryAfterMs(header: string | undefined, date: number): number | null {
  if (header === undefined) return null;
  const text = header.trim();
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : dateIn(text) - date;
  return Number.isNaN(ms) || ms > LONGEST_MS ? null : Math.max(0, ms);
}

/** JavaScript sees a year in almost any number; an HTTP date begins with the name of a day. */
function dateIn(text: string): number {
  return /^[A-Z][a-z]{2}/.test(text) ? Date.parse(text) : Number.NaN;
}
