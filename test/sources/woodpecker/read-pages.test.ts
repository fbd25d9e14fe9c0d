import { describe, expect, test } from 'vitest';
import type { Pipeline } from '../../../src/sources/woodpecker/pipeline.ts';
import { PAGE_ROWS, readPages } from '../../../src/sources/woodpecker/read-pages.ts';
import { pipeline } from './support-rows.ts';

const ALL = async () => false;

/** A list with these numbers, newest first; `before` runs before each page is answered. */
function list(numbers: number[], before: (page: number, asked: number) => void = () => {}) {
  const asked: number[] = [];
  const readPage = async (page: number) => {
    asked.push(page);
    before(page, asked.length);
    const some = numbers.slice((page - 1) * PAGE_ROWS, page * PAGE_ROWS);
    const value: Pipeline[] = some.map((number) => pipeline({ id: 1000 + number, number }));
    return { ok: true, value, date: asked.length, headers: {} } as const;
  };
  return { asked, readPage };
}

function down(from: number): number[] {
  return Array.from({ length: from }, (_, index) => from - index);
}

async function numbersOf(readPage: ReturnType<typeof list>['readPage']): Promise<number[]> {
  const read = await readPages(readPage, ALL);
  if (!read.ok) throw new Error('the read failed');
  return [...read.value.rows.values()].map(({ number }) => number).sort((a, b) => b - a);
}

describe('rows that shift while one pages', () => {
  test('an undisturbed list costs its pages and no more', async () => {
    const { asked, readPage } = list(down(130));
    expect(await numbersOf(readPage)).toEqual(down(130));
    expect(asked).toEqual([1, 2, 3]);
  });

  test.each([1, 2, 3, 4])('the newest is deleted before page %d: no other row is lost', async (page) => {
    const numbers = down(220);
    const { readPage } = list(numbers, (at) => {
      if (at === page && numbers[0] === 220) numbers.shift();
    });
    expect(await numbersOf(readPage)).toEqual(expect.arrayContaining(down(219)));
  });

  test('several are deleted, before one page and before the next', async () => {
    const numbers = down(220);
    const { readPage } = list(numbers, (_, asked) => {
      if (asked === 3 || asked === 6) numbers.splice(0, 7);
    });
    expect(await numbersOf(readPage)).toEqual(expect.arrayContaining(down(206)));
  });

  test('the last row slides onto the page before, and its own page is empty', async () => {
    const numbers = down(51);
    const { readPage } = list(numbers, (page) => {
      if (page === 2 && numbers.length === 51) numbers.shift();
    });
    expect(await numbersOf(readPage)).toEqual(down(51));
  });

  test('a row that is added is read once', async () => {
    const numbers = down(120);
    const { readPage } = list(numbers, (page) => {
      if (page === 2 && numbers[0] === 120) numbers.unshift(121);
    });
    expect(await numbersOf(readPage)).toEqual(down(120));
  });

  test('a hole that was there before costs one look back', async () => {
    const { asked, readPage } = list(down(130).filter((number) => number !== 80));
    expect(await numbersOf(readPage)).toHaveLength(129);
    expect(asked.length).toBeLessThanOrEqual(4);
  });

  test('a list that shifts for ever is not read for ever', async () => {
    const numbers = down(3000);
    const { asked, readPage } = list(numbers, () => numbers.shift());
    await numbersOf(readPage);
    expect(asked.length).toBeLessThan(120);
  });

  test('what is found by looking back is seen by whoever asks whether it is enough', async () => {
    const numbers = down(120);
    const { readPage } = list(numbers, (page) => {
      if (page === 2 && numbers[0] === 120) numbers.shift();
    });
    const seen = new Set<number>();
    await readPages(readPage, (page) => {
      for (const { number } of page) seen.add(number);
      return false;
    });
    expect([...seen].sort((a, b) => b - a)).toEqual(down(120));
  });
});
