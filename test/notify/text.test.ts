import fc from 'fast-check';
import { expect, test } from 'vitest';
import { clean, lengthOf } from '../../src/notify/text.ts';

test.each([
  [0, '0ms'],
  [850, '850ms'],
  [42_000, '42s'],
  [95_000, '1m 35s'],
  [300_000, '5m'],
  [7_500_000, '2h 5m'],
  [273_600_000, '3d 4h'],
])('%d ms is %s', (ms, text) => {
  expect(lengthOf(ms)).toBe(text);
});

test('a cleaned text is one well-formed line of at most so many characters, none of them cut', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), fc.nat(50), (text, most) => {
      const shown = clean(`${text}\ud83d`, most);
      expect([...shown].length).toBeLessThanOrEqual(most);
      expect(shown.isWellFormed()).toBe(true);
      expect(shown).not.toMatch(/[\n\r\u202e]/);
    }),
    { numRuns: 100 },
  );
});

test('a lone surrogate, which is a 500 every time, never goes out', () => {
  expect(clean('x\ud83d')).toBe('x\ufffd');
});
