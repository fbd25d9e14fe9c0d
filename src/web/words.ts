const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const STEPS = [
  { unit: 'd', ms: DAY, from: 2 * DAY },
  { unit: 'h', ms: HOUR, from: 2 * HOUR },
  { unit: 'min', ms: MINUTE, from: 2 * MINUTE },
] as const;

/** Between a number and its unit: no line ends there. */
const TIE = '\u00a0';

/** A length of time in milliseconds, roughly, as a person would say it: `42 s`, `5 min`, `47 h`, `3 d`. */
export function roughly(ms: number): string {
  const step = STEPS.find(({ from }) => ms >= from);
  return step === undefined
    ? `${Math.max(0, Math.floor(ms / SECOND))}${TIE}s`
    : `${Math.floor(ms / step.ms)}${TIE}${step.unit}`;
}

const PAIRS = [
  { ms: DAY, unit: 'd', part: HOUR, partUnit: 'h' },
  { ms: HOUR, unit: 'h', part: MINUTE, partUnit: 'min' },
  { ms: MINUTE, unit: 'min', part: SECOND, partUnit: 's' },
] as const;

/** A length of time in milliseconds in its two largest units: `3 d 4 h`, `1 h 12 min`, `5 min`, `42 s`; below a second in tenths. */
export function inTwoUnits(ms: number): string {
  if (ms > 0 && ms < SECOND) return `${Math.max(0.1, Math.round(ms / 100) / 10)}${TIE}s`;
  const pair = PAIRS.find((one) => Math.round(ms / one.part) * one.part >= one.ms);
  if (pair === undefined) return `${Math.round(ms / SECOND)}${TIE}s`;
  const parts = Math.round(ms / pair.part);
  const whole = pair.ms / pair.part;
  const rest = parts % whole;
  const large = `${Math.floor(parts / whole)}${TIE}${pair.unit}`;
  return rest === 0 ? large : `${large} ${rest}${TIE}${pair.partUnit}`;
}

/** A share from 0 to 1 in percent, to a tenth. */
export function percent(share: number): string {
  return `${Math.round(share * 1000) / 10}${TIE}%`;
}

/** Deployments a day in the unit in which a person would say it. */
export function frequency(perDay: number): { readonly value: string; readonly unit: string } {
  if (perDay >= 1 || perDay === 0) return { value: tenths(perDay), unit: 'a day' };
  if (perDay * 7 >= 1) return { value: tenths(perDay * 7), unit: 'a week' };
  return { value: tenths(perDay * 30), unit: 'in 30 days' };
}

function tenths(value: number): string {
  return (value >= 100 ? Math.round(value) : Math.round(value * 10) / 10).toLocaleString('en');
}

/** `1 deployment`, `1,234 deployments`. */
export function many(count: number, one: string, several = `${one}s`): string {
  return `${count.toLocaleString('en')}${TIE}${count === 1 ? one : several}`;
}

/** The link if a browser may follow it: an upstream could as well have sent `javascript:...`. */
export function safeLink(link: string | null): string | null {
  return link !== null && /^https?:\/\//i.test(link) ? link : null;
}
