import { z } from 'zod';
import { type ComparisonPage, type Dialect, timeOf } from './dialect.ts';
import type { Commit } from './forge.ts';

const gitlabCommit = z
  .object({
    id: z.string().min(7),
    authored_date: z.string().nullish(),
    parent_ids: z.array(z.string()).nullish(),
  })
  .transform(
    ({ id, authored_date: authored, parent_ids: parents }): Commit => ({
      sha: id,
      at: timeOf(authored),
      merge: (parents ?? []).length > 1,
    }),
  );

/** GitLab. A comparison comes whole, the oldest commits first, from the merge base on; without a total. */
export const gitlab: Dialect = {
  apiUrl: (url) => `${url}/api/v4`,
  authorization: (token) => `Bearer ${token}`,
  commitPath: (repository, ref) => `${projectPath(repository)}/repository/commits/${ref}?stats=false`,
  commit: gitlabCommit,
  comparePath: (repository, base, head) => `${projectPath(repository)}/repository/compare?from=${base}&to=${head}`,
  comparison: z
    .object({ commits: z.array(gitlabCommit) })
    .transform(({ commits }): ComparisonPage => ({ commits, total: commits.length })),
  pageSize: null,
};

function projectPath(repository: string): string {
  return `/projects/${encodeURIComponent(repository)}`;
}
