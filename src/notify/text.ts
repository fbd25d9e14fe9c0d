/** Of every error text: more says nothing new in a room, and these are what two alerts are told apart by. */
const ERROR_CHARACTERS = 200;

/** What would break a line, or write it backwards. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it is about
const UNFIT = /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g;

/** The first `most` characters (code points) of a text that a homeserver takes: well-formed, in one line. */
export function clean(text: string, most = ERROR_CHARACTERS): string {
  // Twice as many units hold at least as many characters: what is longer need not be looked at.
  const some = text.slice(0, 2 * most + 1).toWellFormed();
  return [...some.replace(UNFIT, ' ')].slice(0, most).join('');
}

export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

/** How many bytes a text takes in an event: homeservers count its JSON (quotes and line ends are two, control characters six). */
export function jsonBytes(text: string): number {
  return Buffer.byteLength(JSON.stringify(text));
}

const UNITS = [
  { unit: 'd', ms: 86_400_000 },
  { unit: 'h', ms: 3_600_000 },
  { unit: 'm', ms: 60_000 },
  { unit: 's', ms: 1000 },
] as const;

/** A length of time in milliseconds, in its two largest units: `850ms`, `42s`, `1m 35s`, `3d 4h`. */
export function lengthOf(ms: number): string {
  const first = UNITS.findIndex((unit) => ms >= unit.ms);
  const [large, small] = UNITS.slice(first);
  if (first === -1 || large === undefined) return `${Math.max(0, Math.round(ms))}ms`;
  const whole = `${Math.floor(ms / large.ms)}${large.unit}`;
  const rest = small === undefined ? 0 : Math.floor((ms % large.ms) / small.ms);
  return rest === 0 || small === undefined ? whole : `${whole} ${rest}${small.unit}`;
}
