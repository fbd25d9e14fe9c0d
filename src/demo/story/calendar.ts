const MINUTE = 60;
const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

const WORK_BEGINS = 8 * HOUR;
const WORK_ENDS = 18 * HOUR;

/** The moment at which `hours` of working time (Monday to Friday, 8 to 18 o'clock UTC) have passed, in unix seconds. */
export function afterWorkingHours(from: number, hours: number): number {
  let at = toWorkingTime(from);
  let left = Math.round(hours * HOUR);
  for (;;) {
    const today = startOfDay(at) + WORK_ENDS - at;
    if (left < today) return at + left;
    left -= today;
    at = toWorkingTime(at + today);
  }
}

export function startOfDay(at: number): number {
  return at - (at % DAY);
}

/** The moment itself, or, out of hours, the next beginning of work. */
function toWorkingTime(at: number): number {
  const day = startOfDay(at);
  if (isWorkday(day) && at < day + WORK_ENDS) return Math.max(at, day + WORK_BEGINS);
  let next = day + DAY;
  while (!isWorkday(next)) next += DAY;
  return next + WORK_BEGINS;
}

function isWorkday(day: number): boolean {
  // The epoch began on a Thursday; 0 is Sunday.
  const weekday = (Math.floor(day / DAY) + 4) % 7;
  return weekday >= 1 && weekday <= 5;
}
