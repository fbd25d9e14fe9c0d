import type { Answer, Failure } from '../../upstream/upstream.ts';
import { type Bench, type Judged, judge, withWorkflows } from './judge.ts';
import type { Listed } from './listing.ts';
import { type OpenRow, type RepositoryMemory, sameNewest } from './memory.ts';
import { type Pipeline, rowId } from './pipeline.ts';
import { type PagesRead, type ReadPage, readPages } from './read-pages.ts';
import { type JudgedRow, newsOf, type RepositoryNews } from './repository-news.ts';

/** What reading a repository needs besides its memory. Times in milliseconds since the epoch. */
export interface Reading extends Omit<Bench, 'newerThan'> {
  readonly now: number;
  /** The upstream's time of the listing. */
  readonly date: number;
  readonly retentionMs: number;
  readonly decided: (ids: readonly string[]) => Promise<ReadonlySet<string>>;
}

/** Whether anything of a repository has to be read: of thousands, hardly any has news. */
export function needsReading(
  memory: RepositoryMemory,
  listed: Listed,
  reading: Pick<Reading, 'now' | 'date' | 'retentionMs'>,
): boolean {
  if (!sameNewest(memory.newest, listed.newest)) return true;
  return memory.open.some((row) => isExpired(row, reading) || isDue(row, listed, reading));
}

/** Whether it is time to look at an open row. One that the listing shows costs nothing before it can be decided. */
function isDue(row: OpenRow, { newest }: Listed, { now, date }: Pick<Reading, 'now' | 'date'>): boolean {
  return now >= row.nextAsk && (row.id !== newest?.id || (row.until !== null && date >= row.until));
}

function isExpired({ created }: OpenRow, { now, retentionMs }: Pick<Reading, 'now' | 'retentionMs'>): boolean {
  return created < now - retentionMs;
}

/** Reads what is new in a repository that was read before (counting.md §2.3, §2.4). */
export async function readRepository(
  memory: RepositoryMemory,
  listed: Listed,
  reading: Reading,
): Promise<Answer<RepositoryNews>> {
  const readPage: ReadPage = (page) => reading.api.pipelines(reading.repository.id, page);
  const known = new Map(memory.open.map((row) => [rowId(row), row]));
  let pages: PagesRead | null = null;
  let unknown: ReadonlySet<string> = new Set();
  if (!sameNewest(memory.newest, listed.newest)) {
    const found = new Set<string>();
    const answer = await readPages(readPage, async (page) => {
      const fresh = await unknownOf(page, known, reading);
      for (const id of fresh) found.add(id);
      return fresh.length === 0 || page.some(({ created }) => created < memory.observedSince);
    });
    if (!answer.ok) return answer;
    pages = answer.value;
    unknown = found;
  }
  const bench: Bench = { ...reading, newerThan: (pipeline) => newerThan(pipeline, pages, readPage) };
  const judged: JudgedRow[] = [];
  const kept: OpenRow[] = [];
  for (const row of pages?.rows.values() ?? []) {
    const before = known.get(rowId(row)) ?? null;
    if (before === null && (row.created < memory.observedSince || !unknown.has(rowId(row)))) continue;
    known.delete(rowId(row));
    judged.push({ before, judged: await judge(row, pages?.date ?? reading.date, bench) });
  }
  for (const row of known.values()) {
    const looked = await lookAt(row, listed, pages, bench, reading, readPage);
    if (looked === null) kept.push(row);
    else judged.push({ before: row, judged: looked });
  }
  return { ok: true, value: newsOf(memory, listed, judged, kept, reading), date: reading.date, headers: {} };
}

function isAnother(found: Pipeline | undefined, row: OpenRow): boolean {
  return found !== undefined && rowId(found) !== rowId(row);
}

async function unknownOf(
  page: readonly Pipeline[],
  open: ReadonlyMap<string, OpenRow>,
  { decided }: Reading,
): Promise<string[]> {
  const ids = page.map(rowId).filter((id) => !open.has(id));
  const known = await decided(ids);
  return ids.filter((id) => !known.has(id));
}

/** Looks at an open row that no page showed, by its number when that is due; null: it stays as it is. */
async function lookAt(
  row: OpenRow,
  listed: Listed,
  pages: PagesRead | null,
  bench: Bench,
  reading: Reading,
  readPage: ReadPage,
): Promise<Judged | null> {
  if (isExpired(row, reading)) return { kind: 'ignored', id: rowId(row), reason: 'expired' };
  // The server was rebuilt and uses its ids again.
  if (isAnother(pages?.rows.get(row.id), row)) return { kind: 'ignored', id: rowId(row), reason: 'gone' };
  if (!isDue(row, listed, reading)) return null;
  const shown = listed.newest?.id === row.id ? listed.row() : null;
  if (shown !== null && rowId(shown) === rowId(row)) return await judge(shown, reading.date, bench);

  const answer = await bench.api.pipeline(bench.repository.id, row.number);
  if (answer.ok) {
    if (rowId(answer.value) === rowId(row)) return await judge(withWorkflows(answer.value), answer.date, bench);
    return { kind: 'ignored', id: rowId(row), reason: 'gone' };
  }
  if (answer.failure.reason !== 'not_found') return { kind: 'open', row, until: row.until, failure: answer.failure };
  return await lookForIt(row, pages, readPage);
}

/** A GET by number said 404: the list tells a row that is gone from access that was lost (counting.md §1 rule 1). */
async function lookForIt(row: OpenRow, pages: PagesRead | null, readPage: ReadPage): Promise<Judged> {
  const answer = await pagesDownTo(row.number, pages, readPage);
  const found = answer.ok ? answer.value.rows.get(row.id) : undefined;
  if (answer.ok && (found === undefined || isAnother(found, row)))
    return { kind: 'ignored', id: rowId(row), reason: 'gone' };
  const failure: Failure | null = answer.ok || answer.failure.reason === 'not_found' ? null : answer.failure;
  return { kind: 'open', row, until: row.until, failure };
}

async function newerThan(
  pipeline: Pipeline,
  pages: PagesRead | null,
  readPage: ReadPage,
): Promise<Answer<readonly Pipeline[]>> {
  const answer = await pagesDownTo(pipeline.number, pages, readPage);
  if (!answer.ok) return answer;
  return { ...answer, value: [...answer.value.rows.values()].filter(({ number }) => number > pipeline.number) };
}

/** The list as far as a number: what was read already, if it goes that far. */
async function pagesDownTo(number: number, pages: PagesRead | null, readPage: ReadPage): Promise<Answer<PagesRead>> {
  const reaches = (rows: Iterable<Pipeline>) => [...rows].some((row) => row.number <= number);
  if (pages !== null && (pages.whole || reaches(pages.rows.values()))) {
    return { ok: true, value: pages, date: pages.date, headers: {} };
  }
  return await readPages(readPage, reaches);
}
