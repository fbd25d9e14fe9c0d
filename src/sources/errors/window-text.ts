import { formatDuration } from '../../domain/duration.ts';

const DAY_MS = 86_400_000;

/** A window as people write it: a day is `24h`, more whole days are `7d`. */
export function windowText(windowMs: number): string {
  return windowMs === DAY_MS ? '24h' : formatDuration(windowMs);
}
