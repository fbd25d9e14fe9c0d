import { z } from 'zod';
import { type ComparisonPage, type Dialect, githubCommit } from './dialect.ts';

/**
 * Forgejo and Gitea (from 1.22 on, where the comparison came). A comparison comes whole, the newest commits first; a base
 * that is gone is a 404.
 */
export const gitea: Dialect = {
  apiUrl: (url) => `${url}/api/v1`,
  authorization: (token) => `token ${token}`,
  commitPath: (repository, ref) => `/repos/${repository}/git/commits/${ref}?stat=false&verification=false&files=false`,
  commit: githubCommit,
  comparePath: (repository, base, head) => `/repos/${repository}/compare/${base}...${head}`,
  comparison: z
    .object({ total_commits: z.number().int().nonnegative(), commits: z.array(githubCommit).nullable() })
    .transform(({ commits, total_commits: total }): ComparisonPage => {
      const oldestFirst = (commits ?? []).toReversed();
      return { commits: oldestFirst, total: Math.max(total, oldestFirst.length) };
    }),
  pageSize: null,
};
