import { expect, it } from 'vitest';
import { benchmarkLine, REPORTS, reportsTable, slowest, upperEnd } from '../../scripts/dashboards/benchmarks.ts';

it.each([
  ['< 1 h', 3_600],
  ['< 1 d', 86_400],
  ['1 d - 1 w', 604_800],
  ['1 - 6 mo', 6 * 30 * 86_400],
  ['> 6 mo', null],
  ['on demand', null],
  ['5 %', 0.05],
  ['16 - 30 %', 0.3],
])('%s ends at %s', (text, end) => {
  expect(upperEnd(text)).toBe(end);
});

it.each([
  ['1/h - 1/d', 1],
  ['1/d - 1/w', 1 / 7],
  ['1/w - 1/mo', 1 / 30],
  ['1/mo - 1/6mo', 1 / 180],
  ['on demand', null],
])('%s is no slower than %s a day', (text, perDay) => {
  expect(slowest(text)).toBe(perDay);
});

it('a line has the end of each year that has one', () => {
  expect(benchmarkLine('failures', 'elite').replaceAll(/\s+/g, ' ')).toBe(
    '(vector(0.05) and on () (vector($report) == 2024 or vector($report) == 2023)) or ' +
      '(vector(0.15) and on () (vector($report) == 2021 or vector($report) == 2019 or vector($report) == 2018))',
  );
});

it('the reports are those that had levels, newest first, and all of them are in the table', () => {
  expect(REPORTS.map(({ year }) => year)).toEqual([2024, 2023, 2022, 2021, 2019, 2018]);
  expect(reportsTable().split('\n')).toHaveLength(2 + 6 * 4 - 1);
  // A level need not be worse than the one above it: the report of 2024 really says so.
  expect(REPORTS[0]?.rows.high?.failures).toBe('20 %');
  expect(REPORTS[0]?.rows.medium?.failures).toBe('10 %');
});
