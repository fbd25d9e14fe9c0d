import type { Answer } from '../../upstream/upstream.ts';
import type { Pipeline } from './pipeline.ts';

/** The server's largest page; a shorter one is the last. */
export const PAGE_ROWS = 50;

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
 * pages, so they are told apart by id. A page that fails fails the whole.
 */
export async function readPages(
  readPage: ReadPage,
  enough: (page: readonly Pipeline[]) => boolean | Promise<boolean>,
): Promise<Answer<PagesRead>> {
  const rows = new Map<number, Pipeline>();
  let first: number | null = null;
  for (let page = 1; ; page += 1) {
    const answer = await readPage(page);
    if (!answer.ok) return answer;
    first ??= answer.date;
    for (const row of answer.value) if (!rows.has(row.id)) rows.set(row.id, row);
    const whole = answer.value.length < PAGE_ROWS;
    const last = await enough(answer.value);
    if (whole || last) {
      return { ok: true, value: { rows, date: first, whole }, date: answer.date, headers: answer.headers };
    }
  }
}
