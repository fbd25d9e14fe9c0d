const UNITS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

type Unit = keyof typeof UNITS;

/**
 * Milliseconds of a duration such as `30s`, `15m`, `12h`, `7d` or `0s`: a whole number and one unit, nothing
 * else. Null for any other text. A day is 24 hours.
 */
export function parseDuration(text: string): number | null {
  const found = /^(\d+)([smhd])$/.exec(text);
  if (found === null) return null;
  const ms = Number(found[1]) * UNITS[found[2] as Unit];
  return Number.isSafeInteger(ms) ? ms : null;
}

/** The shortest text that `parseDuration` reads as `ms`; what is not a whole second is rounded to one. */
export function formatDuration(ms: number): string {
  const whole = Math.round(ms / UNITS.s) * UNITS.s;
  if (whole === 0) return '0s';
  for (const unit of ['d', 'h', 'm'] as const) {
    if (whole % UNITS[unit] === 0) return `${whole / UNITS[unit]}${unit}`;
  }
  return `${whole / UNITS.s}s`;
}
