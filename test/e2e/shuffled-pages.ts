import { type Loopback, startLoopback } from '../support/loopback.ts';

/**
 * A server in front of a Woodpecker at `upstream` that gives the pages of repositories' pipelines in another order:
 * by repository id, which of the server's pages stands where the first, the second, ... was asked for.
 */
export function shuffledPages(upstream: string, pagesOf: ReadonlyMap<number, readonly number[]>): Promise<Loopback> {
  return startLoopback(async (request, response) => {
    const url = new URL(request.url ?? '/', upstream);
    const id = Number(/^\/api\/repos\/(\d+)\/pipelines$/.exec(url.pathname)?.[1]);
    const asked = Number(url.searchParams.get('page') ?? 1);
    const instead = pagesOf.get(id)?.[asked - 1] ?? asked;
    url.searchParams.set('page', String(instead));
    const answer = await fetch(url, { headers: { authorization: request.headers.authorization ?? '' } });
    const version = answer.headers.get('x-woodpecker-version') ?? '';
    response.writeHead(answer.status, { 'content-type': 'application/json', 'x-woodpecker-version': version });
    response.end(await answer.text());
  });
}

export function permutations<T>(items: readonly T[]): readonly (readonly T[])[] {
  if (items.length <= 1) return [items];
  return items.flatMap((item, i) => permutations(items.toSpliced(i, 1)).map((rest) => [item, ...rest]));
}
