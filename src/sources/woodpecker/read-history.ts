import { type Deployment, targetId } from '../../domain/deployment.ts';
import { compareMoments } from '../../domain/moment.ts';
import type { Answer } from '../../upstream/upstream.ts';
import { judge } from './judge.ts';
import type { Listed } from './listing.ts';
import { mergeTargets, type RepositoryMemory } from './memory.ts';
import { rowId } from './pipeline.ts';
import { readPages } from './read-pages.ts';
import type { Reading } from './read-repository.ts';
import { type JudgedRow, newsOf, type RepositoryNews } from './repository-news.ts';

/**
 * The first read of a repository: all of its pipelines created since `since` (ms), or what there is (counting.md §2.6).
 * The answer's date is that of its first page: what came later is not in it.
 */
export async function readHistory(listed: Listed, since: number, reading: Reading): Promise<Answer<RepositoryNews>> {
  const { api, repository } = reading;
  const pages = await readPages(
    (page) => api.pipelines(repository.id, page),
    (page) => page.some(({ created }) => created < since),
  );
  if (!pages.ok) return pages;
  const all = [...pages.value.rows.values()];
  const wanted = all.filter(({ created }) => created >= since);
  const decided = await reading.decided(wanted.map(rowId));
  const newerThan = async ({ number }: { readonly number: number }) => ({
    ...pages,
    value: all.filter((row) => row.number > number),
  });
  const rows: JudgedRow[] = [];
  for (const row of wanted) {
    if (decided.has(rowId(row))) continue;
    rows.push({ before: null, judged: await judge(row, pages.value.date, { ...reading, newerThan }) });
  }
  const news = newsOf(blankMemory(listed, since, reading), listed, rows, [], reading);
  const goesOn = !pages.value.whole || wanted.length < all.length;
  return {
    ...pages,
    date: pages.value.date,
    value: goesOn ? { ...news, deployments: withUnknownBeginnings(news.deployments) } : news,
  };
}

/**
 * The first read of a repository that was known and left out until now: its targets go on, but what ran meanwhile was
 * decided as left out, so that their history is whole only from the read on. `date`: the upstream's time of it, in ms.
 */
export function afterAbsence(news: RepositoryNews, before: RepositoryMemory | undefined, date: number): RepositoryNews {
  if (before === undefined) return news;
  const targets = mergeTargets(before.targets, news.memory.targets);
  return {
    ...news,
    targets: targets.map(({ target, team }) => ({ target, team, observedSince: date })),
    memory: { ...news.memory, targets, observedSince: date },
  };
}

/** The memory of a repository of which nothing was read. */
export function blankMemory(
  { newest }: Pick<Listed, 'newest'>,
  observedSince: number,
  { repository }: Pick<Reading, 'repository'>,
): RepositoryMemory {
  return { repository, newest, open: [], targets: [], observedSince, excluded: false };
}

/** History goes on before what was read: an incident that begins with its target's earliest row began who knows when. */
function withUnknownBeginnings(deployments: readonly Deployment[]): Deployment[] {
  const earliest = new Map<string, Deployment>();
  for (const deployment of deployments) {
    const before = earliest.get(targetId(deployment.target));
    if (before === undefined || compareMoments(deployment, before) < 0)
      earliest.set(targetId(deployment.target), deployment);
  }
  const first = new Set(earliest.values());
  return deployments.map((one) =>
    first.has(one) && one.outcome === 'failure' ? { ...one, beginningKnown: false } : one,
  );
}
