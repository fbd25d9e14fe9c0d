const NAIVE = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?(Z|[+-]\d{2}:?\d{2})?$/;

/**
 * Milliseconds since the epoch of a time as Python's `isoformat` writes it: with or without a fraction, and without a
 * zone, which means UTC (`Date` would read it as local time). Null for what is none.
 */
export function naiveTime(text: string): number | null {
  const found = NAIVE.exec(text);
  if (found === null) return null;
  const [, day, time, fraction = '', zone = 'Z'] = found;
  const at = Date.parse(`${day}T${time}.${fraction.padEnd(3, '0').slice(0, 3)}${zone}`);
  return Number.isNaN(at) || !isDay(day ?? '') ? null : at;
}

/** `Date` takes the 31st of February for a day in March. */
function isDay(day: string): boolean {
  const at = Date.parse(`${day}T00:00:00Z`);
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(day);
}
