const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/**
 * The length of a window as a dashboard asks for it, in milliseconds: `<whole number>h` or `d`. Anything else is 24 hours:
 * a stale parameter is no reason to fail. Never longer than `longestMs`, as nothing older is kept.
 */
export function askedWindow(text: string, longestMs: number): number {
  const [, count = '0', unit = ''] = /^(\d+)([hd])$/i.exec(text) ?? [];
  const ms = Number(count) * (unit.toLowerCase() === 'd' ? DAY_MS : HOUR_MS);
  return Math.min(ms > 0 ? ms : DAY_MS, longestMs);
}
