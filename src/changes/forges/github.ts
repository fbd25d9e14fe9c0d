import { z } from 'zod';
import { type ComparisonPage, type Dialect, githubCommit } from './dialect.ts';

const PAGE_SIZE = 100;

/**
 * GitHub, and GitHub Enterprise. A comparison comes in pages, the oldest commits first; a base that is gone is a 404 like a repository that is.
 */
export const github: Dialect = {
  apiUrl,
  authorization: (token) => `Bearer ${token}`,
  commitPath: (repository, ref) => `/repos/${repository}/commits/${ref}`,
  commit: githubCommit,
  comparePath: (repository, base, head, page) =>
    `/repos/${repository}/compare/${base}...${head}?per_page=${PAGE_SIZE}&page=${page}`,
  comparison: z
    .object({ total_commits: z.number().int().nonnegative(), commits: z.array(githubCommit) })
    .transform(({ commits, total_commits: total }): ComparisonPage => ({ commits, total })),
  pageSize: PAGE_SIZE,
};

/** GitHub's own API has a host of its own; an Enterprise server has it under a path. */
function apiUrl(url: string): string {
  const { hostname, origin } = new URL(url);
  if (hostname === 'github.com' || hostname === 'www.github.com') return 'https://api.github.com';
  return hostname === 'api.github.com' || url.endsWith('/api/v3') ? url : `${origin}/api/v3`;
}
