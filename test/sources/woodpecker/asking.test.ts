import { expect, test } from 'vitest';
import { askAgain } from '../../../src/sources/woodpecker/asking.ts';
import type { OpenRow } from '../../../src/sources/woodpecker/memory.ts';

const MINUTE = 60_000;
const ROW: OpenRow = { id: 1, number: 1, created: 0, until: null, askedSince: null, nextAsk: 0 };

test('an open row is asked for at every poll for 10 minutes, then at doubling intervals up to an hour', () => {
  let row = ROW;
  const asked: number[] = [];
  for (let now = 0; now <= 5 * 60 * MINUTE; now += MINUTE) {
    if (now < row.nextAsk) continue;
    asked.push(now / MINUTE);
    row = askAgain(row, now);
  }
  expect(asked).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 20, 40, 80, 140, 200, 260]);
});

test('one that cannot be decided before some time is not asked for before it', () => {
  expect(askAgain({ ...ROW, until: 2 * MINUTE }, MINUTE)).toEqual({
    ...ROW,
    until: 2 * MINUTE,
    askedSince: MINUTE,
    nextAsk: 2 * MINUTE,
  });
});
