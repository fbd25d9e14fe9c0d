import fc from 'fast-check';
import { expect, test } from 'vitest';
import { backOffMs } from '../../src/domain/back-off.ts';

test('the interval after the first failure, then doubling, at most 5 min', () => {
  const waits = [1, 2, 3, 4, 5, 6, 1_000].map((failures) => backOffMs(30_000, failures, null));
  expect(waits).toEqual([30_000, 60_000, 120_000, 240_000, 300_000, 300_000, 300_000]);
});

test('an interval longer than 5 min stays as it is', () => {
  expect(backOffMs(600_000, 1, null)).toBe(600_000);
  expect(backOffMs(600_000, 9, null)).toBe(600_000);
});

test('Retry-After wins, over a shorter and over a longer wait, but not below the interval', () => {
  expect(backOffMs(30_000, 1, 3_600_000)).toBe(3_600_000);
  expect(backOffMs(30_000, 9, 45_000)).toBe(45_000);
  expect(backOffMs(30_000, 9, 0)).toBe(30_000);
});

test('is never shorter than the interval nor than after fewer failures', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1_000, max: 86_400_000 }),
      fc.integer({ min: 1, max: 5_000 }),
      (interval, failures) => {
        const wait = backOffMs(interval, failures, null);
        expect(wait).toBeGreaterThanOrEqual(interval);
        expect(wait).toBeLessThanOrEqual(Math.max(interval, 300_000));
        expect(backOffMs(interval, failures + 1, null)).toBeGreaterThanOrEqual(wait);
      },
    ),
  );
});
