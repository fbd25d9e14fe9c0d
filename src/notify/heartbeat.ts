import { Cron } from 'croner';

/** When the daily self-test is due: a local time in an IANA time zone. */
export interface HeartbeatTime {
  readonly hour: number;
  readonly minute: number;
  readonly timeZone: string;
}

/** One that is later than this is not made up for: it would say that all was well when it was not. */
const LATEST_MS = 10 * 60_000;

/** The self-test that is due now. */
export interface DueHeartbeat {
  /** Its local day, as YYYY-MM-DD. */
  readonly day: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/**
 * The self-test that is due at `now` (milliseconds since the epoch), or null: each local day has one, whatever the clock
 * does; `lastDay` is the latest that had. A time that the change of clocks skips comes as soon as the clock goes on; one
 * that it repeats counts the first time.
 */
export function dueHeartbeat(
  { hour, minute, timeZone }: HeartbeatTime,
  lastDay: string | null,
  now: number,
): DueHeartbeat | null {
  const daily = new Cron(`${minute} ${hour} * * *`, { timezone: timeZone, paused: true });
  const at = daily.nextRun(new Date(now - LATEST_MS - 1))?.getTime();
  if (at === undefined || at > now) return null;
  const day = new Intl.DateTimeFormat('en-CA', { timeZone, dateStyle: 'short' }).format(at);
  return lastDay !== null && day <= lastDay ? null : { day, at };
}
