import { expect, test } from 'vitest';
import { inParallel } from '../../src/sources/in-parallel.ts';
import { settle } from '../support/fake-clock.ts';

test('never more than the limit at a time, and all of them in the end', async () => {
  let running = 0;
  let most = 0;
  const done: number[] = [];
  await inParallel([1, 2, 3, 4, 5, 6, 7], 3, async (item) => {
    running += 1;
    most = Math.max(most, running);
    await settle();
    running -= 1;
    done.push(item);
  });
  expect(most).toBe(3);
  expect(done.toSorted()).toEqual([1, 2, 3, 4, 5, 6, 7]);
});

test('the first that throws ends it, once those that were begun are through', async () => {
  const done: number[] = [];
  const bug = new Error('a bug');
  const work = inParallel([1, 2, 3], 2, async (item) => {
    if (item === 1) throw bug;
    await settle();
    done.push(item);
  });
  await expect(work).rejects.toBe(bug);
  expect(done).toEqual([2, 3]);
});
