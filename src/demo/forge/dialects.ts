import { commitsBetween, type ForgeCommit, type ForgeState, findCommit } from './state.ts';

/** What a forge says, before the headers that all its answers share. */
export interface ForgeAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** One of the APIs: where it begins, how a token is given, which paths it knows. */
export interface SimulatedDialect {
  readonly root: string;
  readonly scheme: string;
  /** GitHub's headers of the quota begin with `x-`, GitLab's do not; Forgejo and Gitea count nothing. */
  readonly quotaHeaders: string | null;
  /** Null: no such path. */
  answer(state: ForgeState, path: string, query: URLSearchParams): ForgeAnswer | null;
}

const NOT_FOUND: ForgeAnswer = { status: 404, body: { message: 'Not Found' } };
const FORBIDDEN: ForgeAnswer = { status: 403, body: { message: 'Forbidden' } };
/** The most that one page of GitHub's comparison has. */
const MOST_PER_PAGE = 100;

const gitea: SimulatedDialect = {
  root: '/api/v1',
  scheme: 'token',
  quotaHeaders: null,
  answer(state, path) {
    const [, one = '', sha = ''] = /^\/repos\/([^/]+\/[^/]+)\/git\/commits\/([^/]+)$/.exec(path) ?? [];
    if (sha !== '') return commitAnswer(state, one, sha, githubCommit);
    const [, repository = '', base = '', head = ''] =
      /^\/repos\/([^/]+\/[^/]+)\/compare\/([^/]+?)\.\.\.([^/]+)$/.exec(path) ?? [];
    if (head === '') return null;
    return comparisonAnswer(state, repository, base, head, (commits) => ({
      total_commits: commits.length,
      commits: commits.map(githubCommit).toReversed(),
    }));
  },
};

const github: SimulatedDialect = {
  root: '/api/v3',
  scheme: 'Bearer',
  quotaHeaders: 'x-ratelimit-',
  answer(state, path, query) {
    const [, one = '', sha = ''] = /^\/repos\/([^/]+\/[^/]+)\/commits\/([^/]+)$/.exec(path) ?? [];
    if (sha !== '') return commitAnswer(state, one, sha, githubCommit);
    const [, repository = '', base = '', head = ''] =
      /^\/repos\/([^/]+\/[^/]+)\/compare\/([^/]+?)\.\.\.([^/]+)$/.exec(path) ?? [];
    if (head === '') return null;
    const size = Math.min(MOST_PER_PAGE, Number(query.get('per_page') ?? 30));
    const page = Number(query.get('page') ?? 1);
    return comparisonAnswer(state, repository, base, head, (commits) => ({
      status: commits.length === 0 ? 'identical' : 'ahead',
      ahead_by: commits.length,
      total_commits: commits.length,
      commits: commits.slice((page - 1) * size, page * size).map(githubCommit),
    }));
  },
};

const gitlab: SimulatedDialect = {
  root: '/api/v4',
  scheme: 'Bearer',
  quotaHeaders: 'ratelimit-',
  answer(state, path, query) {
    const [, encoded = '', rest = ''] = /^\/projects\/([^/]+)\/repository\/(.+)$/.exec(path) ?? [];
    const repository = decodeURIComponent(encoded);
    if (rest.startsWith('commits/'))
      return commitAnswer(state, repository, rest.slice('commits/'.length), gitlabCommit);
    if (rest !== 'compare') return null;
    return comparisonAnswer(state, repository, query.get('from') ?? '', query.get('to') ?? '', (commits) => ({
      commit: commits.length === 0 ? null : gitlabCommit(commits.at(-1) as ForgeCommit),
      commits: commits.map(gitlabCommit),
      diffs: [],
      compare_timeout: false,
      compare_same_ref: commits.length === 0,
    }));
  },
};

export const SIMULATED_DIALECTS: readonly SimulatedDialect[] = [gitea, github, gitlab];

function commitAnswer(
  state: ForgeState,
  repository: string,
  sha: string,
  shape: (commit: ForgeCommit) => unknown,
): ForgeAnswer {
  if (state.forbidden.has(repository)) return FORBIDDEN;
  const commit = findCommit(state.repositories.get(repository) ?? new Map(), sha);
  return commit === null ? NOT_FOUND : { status: 200, body: shape(commit) };
}

function comparisonAnswer(
  state: ForgeState,
  repository: string,
  base: string,
  head: string,
  shape: (commits: readonly ForgeCommit[]) => unknown,
): ForgeAnswer {
  if (state.forbidden.has(repository)) return FORBIDDEN;
  const commits = commitsBetween(state.repositories.get(repository) ?? new Map(), base, head);
  return commits === null ? NOT_FOUND : { status: 200, body: shape(commits) };
}

function githubCommit({ sha, at, parents, message }: ForgeCommit): unknown {
  const signature = { name: 'Erin', email: 'erin@example.org', date: new Date(at).toISOString() };
  return {
    sha,
    commit: { author: signature, committer: signature, message, tree: { sha } },
    author: null,
    parents: parents.map((parent) => ({ sha: parent })),
  };
}

/** Dates carry a zone offset, not Z. */
function gitlabCommit({ sha, at, parents, message }: ForgeCommit): unknown {
  const local = new Date(at - 7 * 3_600_000).toISOString().replace('Z', '-07:00');
  return {
    id: sha,
    short_id: sha.slice(0, 11),
    title: message,
    message,
    created_at: local,
    committed_date: local,
    authored_date: local,
    parent_ids: parents,
  };
}
