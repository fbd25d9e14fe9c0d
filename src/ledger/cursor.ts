import { BadCursor } from './records.ts';

/** Where a page ended: the last row's numbers. Opaque to whoever carries it. */
export function cursorOf(...place: readonly number[]): string {
  return Buffer.from(place.join(':')).toString('base64url');
}

/** The numbers of a cursor, or null for none. Throws `BadCursor` when it is not of `length` numbers. */
export function placeOf(cursor: string | null, length: number): readonly number[] | null {
  if (cursor === null) return null;
  const text = Buffer.from(cursor, 'base64url').toString();
  const place = text.split(':').map(Number);
  if (!/^\d+(:\d+)*$/.test(text) || place.length !== length || !place.every(Number.isSafeInteger))
    throw new BadCursor();
  return place;
}
