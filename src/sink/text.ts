/**
 * A text as every store can keep it, cut after `limit` code points: half of a surrogate pair never stands alone, and
 * NUL, which PostgreSQL takes in no text, is replaced as a byte that means nothing is.
 */
export function keptText(text: string, limit: number): string {
  const whole = wellFormed(text);
  // A code point has one unit at least.
  if (whole.length <= limit) return whole;
  let end = 0;
  for (let points = 0; points < limit && end < whole.length; points += 1) {
    end += (whole.codePointAt(end) ?? 0) > 0xffff ? 2 : 1;
  }
  return whole.slice(0, end);
}

export function wellFormed(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\ufffd');
}
