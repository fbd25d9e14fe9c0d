import type { Answer } from '../../upstream/upstream.ts';
import type { Pipeline } from './pipeline.ts';

/** The server's largest page; a shorter one is the last. */
export const PAGE_ROWS = 50;

/** A list that shifts at every page is not read for ever. */
const MOST_LOOKS_BACK = 20;

export type ReadPage = (page: number) => Promise<Answer<readonly Pipeline[]>>;

/** A repository's pipelines, newest first, as far as they were asked for. */
export interface PagesRead {
  readonly rows: ReadonlyMap<number, Pipeline>;
  /** The upstream's time of the first page. */
  readonly date: number;
  /** The last page was read: there are no others. */
  readonly whole: boolean;
}

/**
 * Reads a list page by page until it ends or `enough`, which sees every page, says so of one. Rows shift while one
 * pages: down when one is added, so they are told apart by id, and up when one is deleted, onto the page that was read
 * before, so that page is looked at again where numbers are missing between two. A page that fails fails the whole.
 */
export async function readPages(
  readPage: ReadPage,
  enough: (page: readonly Pipeline[]) => boolean | Promise<boolean>,
): Promise<Answer<PagesRead>> {
  const rows = new Map<number, Pipeline>();
  let first: number | null = null;
  let before: readonly Pipeline[] | null = null;
  let looksBack = 0;
  for (let page = 1; ; page += 1) {
    const answer = await readPage(page);
    if (!answer.ok) return answer;
    first ??= answer.date;
    if (before !== null && looksBack < MOST_LOOKS_BACK && isGap(before, answer.value)) {
      looksBack += 1;
      const again = await readPage(page - 1);
      if (!again.ok) return again;
      await enough(again.value);
      if (addTo(rows, again.value)) {
        before = again.value;
        page -= 1;
        continue;
      }
    }
    addTo(rows, answer.value);
    before = answer.value;
    const whole = answer.value.length < PAGE_ROWS;
    const last = await enough(answer.value);
    if (whole || last) {
      return { ok: true, value: { rows, date: first, whole }, date: answer.date, headers: answer.headers };
    }
  }
}

/** True when one of them is new. */
function addTo(rows: Map<number, Pipeline>, page: readonly Pipeline[]): boolean {
  const before = rows.size;
  for (const row of page) if (!rows.has(row.id)) rows.set(row.id, row);
  return rows.size > before;
}

/** Whether there may have been rows between two pages: numbers are per repository, without holes but for deletions. */
function isGap(before: readonly Pipeline[], page: readonly Pipeline[]): boolean {
  const lowest = Math.min(...before.map(({ number }) => number));
  const highest = Math.max(0, ...page.map(({ number }) => number));
  return highest < lowest - 1;
}
