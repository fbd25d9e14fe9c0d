import { type Answer, refusal } from './answer.ts';
import type { Content } from './model.ts';

/** Bytes of an event as the server counts them: its content, and about as much around it as signatures take. */
const EVENT_BYTES = 65_536;
const AROUND_BYTES = 700;

/** Why the real server takes no such content, or null. `text` is the body as it came. */
export function refuseContent(type: string, content: Content, text: string): Answer | null {
  const odd = oddNumber(text, content);
  if (odd !== null) return refusal(400, 'M_BAD_JSON', odd);
  if (type === 'm.room.message') {
    for (const key of ['body', 'msgtype'])
      if (!Object.hasOwn(content, key)) return refusal(400, 'M_UNKNOWN', `'${key}' not in content`);
  }
  if (hasLoneSurrogate(content)) return refusal(500, 'M_UNKNOWN', 'Internal server error');
  if (Buffer.byteLength(JSON.stringify(content)) + AROUND_BYTES > EVENT_BYTES)
    return refusal(413, 'M_TOO_LARGE', 'event too large');
  return null;
}

/** Floats are refused even where they are whole, and so are integers that a double cannot hold. */
function oddNumber(text: string, content: Content): string | null {
  const outside = text.replace(/"(?:[^"\\]|\\.)*"/g, '""');
  if (/\d[.eE]|\d[eE][+-]?\d/.test(outside)) return 'Bad JSON value: float';
  return hasHugeInteger(content) ? 'JSON integer out of range' : null;
}

function hasHugeInteger(value: unknown): boolean {
  if (typeof value === 'number') return !Number.isSafeInteger(value);
  return typeof value === 'object' && value !== null && Object.values(value).some(hasHugeInteger);
}

function hasLoneSurrogate(value: unknown): boolean {
  if (typeof value === 'string') return !value.isWellFormed();
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([key, one]) => !key.isWellFormed() || hasLoneSurrogate(one));
}
