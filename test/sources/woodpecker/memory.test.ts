import { expect, test } from 'vitest';
import { mergeTargets, type NewestRow, sameNewest } from '../../../src/sources/woodpecker/memory.ts';

const ROW: NewestRow = { id: 7, status: 'success', updated: 100, finished: 90 };
const OF_A_FEED: NewestRow = { ...ROW, updated: null };

test.each<readonly [string, NewestRow | null, NewestRow | null, boolean]>([
  ['none and none', null, null, true],
  ['none and one', null, ROW, false],
  ['one and none', ROW, null, false],
  ['the same', ROW, { ...ROW }, true],
  ['another id', ROW, { ...ROW, id: 8 }, false],
  ['another status', ROW, { ...ROW, status: 'failure' }, false],
  ['another updated', ROW, { ...ROW, updated: 101 }, false],
  ['another end, the same updated', ROW, { ...ROW, finished: 91 }, true],
  ['a feed: the same', OF_A_FEED, { ...OF_A_FEED }, true],
  ['a feed: another end', OF_A_FEED, { ...OF_A_FEED, finished: 91 }, false],
  ['from a feed to a listing: only what both have', OF_A_FEED, ROW, true],
  ['from a listing to a feed, with another end', ROW, { ...OF_A_FEED, finished: 91 }, false],
])('whether the newest row has changed: %s', (_, kept, listed, same) => {
  expect(sameNewest(kept, listed)).toBe(same);
});

test('a target is remembered once: as it is mapped now, and gone as it was told', () => {
  const target = { source: 'woodpecker', app: 'acme/shop', environment: 'production' };
  const whence = { event: 'push', branch: 'main', deployTo: '', deployTask: '' };
  const before = { target, team: 'red', whence, gone: true };
  const now = { target, team: 'blue', whence: { ...whence, event: 'manual' }, gone: false };
  expect(mergeTargets([before], [now])).toEqual([{ ...now, gone: true }]);
});
