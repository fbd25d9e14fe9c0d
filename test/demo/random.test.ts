import fc from 'fast-check';
import { expect, test } from 'vitest';
import { between, betweenMagnitudes, hex, seededRandom } from '../../src/demo/random.ts';

test('the same seed gives the same numbers, from 0 up to 1', () => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const [one, other] = [seededRandom(seed), seededRandom(seed)];
      for (let count = 0; count < 50; count += 1) {
        const number = one();
        expect(number).toBe(other());
        expect(number).toBeGreaterThanOrEqual(0);
        expect(number).toBeLessThan(1);
      }
    }),
  );
});

test('numbers are spread evenly', () => {
  const random = seededRandom(1);
  const buckets = new Array<number>(10).fill(0);
  for (let count = 0; count < 10_000; count += 1) {
    const bucket = Math.floor(random() * 10);
    buckets[bucket] = (buckets[bucket] ?? 0) + 1;
  }
  for (const size of buckets) expect(Math.abs(size - 1000)).toBeLessThan(150);
});

test('bounds are kept and reached', () => {
  const random = seededRandom(2);
  const numbers = Array.from({ length: 200 }, () => between(random, [3, 5]));
  expect(new Set(numbers)).toEqual(new Set([3, 4, 5]));
  const spans = Array.from({ length: 200 }, () => betweenMagnitudes(random, [10, 1000]));
  expect(Math.min(...spans)).toBeGreaterThanOrEqual(10);
  expect(Math.max(...spans)).toBeLessThanOrEqual(1000);
  expect(hex(random, 40)).toMatch(/^[0-9a-f]{40}$/);
});
