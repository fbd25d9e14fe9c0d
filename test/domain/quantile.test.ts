import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quantile, timeStatistics } from '../../src/domain/quantile.ts';
import { rounded, slowStatistics } from './slow-windows.ts';

describe('statistics of times', () => {
  it.each([
    ['none', [], { count: 0, mean: null, median: null, p90: null }],
    ['one', [7], { count: 1, mean: 7, median: 7, p90: 7 }],
    ['two', [30, 10], { count: 2, mean: 20, median: 20, p90: 28 }],
    ['three, of which two are equal', [10, 40, 10], { count: 3, mean: 20, median: 10, p90: 34 }],
    [
      "R's example quantile(1:10, type = 7)",
      [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
      { count: 10, mean: 5.5, median: 5.5, p90: 9.1 },
    ],
  ])('over %s', (_, times, expected) => {
    expect(rounded(timeStatistics(times))).toEqual(expected);
  });

  it("are those of Hyndman and Fan's definition 7, in whatever order the times come", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(10_000_000_000)), (times) => {
        expect(rounded(timeStatistics(times))).toEqual(rounded(slowStatistics(times)));
      }),
    );
  });

  it('stay within the least and the greatest', () => {
    expect([0, 1, 5, 9, 10].map((tenths) => quantile([5, 5, 5], tenths))).toEqual([5, 5, 5, 5, 5]);
    expect([quantile([1, 9], 0), quantile([1, 9], 10)]).toEqual([1, 9]);
  });
});
