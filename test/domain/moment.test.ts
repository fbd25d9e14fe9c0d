import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareMoments, type Moment, momentOfSight } from '../../src/domain/moment.ts';

const moments = fc.record({ at: fc.nat(3), sequence: fc.nat(2), order: fc.nat(2) });

test('time decides first, then the sequence, then the row id', () => {
  const inOrder: Moment[] = [
    { at: 1, sequence: 9, order: 9 },
    { at: 2, sequence: 1, order: 9 },
    { at: 2, sequence: 2, order: 1 },
    { at: 2, sequence: 2, order: 2 },
  ];
  expect(inOrder.toReversed().toSorted(compareMoments)).toEqual(inOrder);
});

test('the order is total: what is 0 apart is the same place, and turning round turns the sign', () => {
  fc.assert(
    fc.property(moments, moments, (a, b) => {
      expect(Math.sign(compareMoments(a, b)) + Math.sign(compareMoments(b, a))).toBe(0);
      expect(compareMoments(a, b) === 0).toBe(JSON.stringify(a) === JSON.stringify(b));
    }),
  );
});

test('what we saw ourselves comes after every event of its millisecond, and before the next', () => {
  const seen = momentOfSight(1_750_000_000_000);
  const largest = { at: seen.at, sequence: 2 ** 40, order: 2 ** 40 };
  expect(compareMoments(seen, largest)).toBeGreaterThan(0);
  expect(compareMoments(seen, { at: seen.at + 1, sequence: 0, order: 0 })).toBeLessThan(0);
  expect(compareMoments(seen, momentOfSight(seen.at))).toBe(0);
});
