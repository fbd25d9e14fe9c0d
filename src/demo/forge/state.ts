/** A commit of a repository. `at` is the author's date in milliseconds since the epoch. */
export interface ForgeCommit {
  readonly sha: string;
  readonly at: number;
  readonly parents: readonly string[];
  readonly message: string;
}

/** How many requests are left, and until when, in milliseconds since the epoch. */
export interface Quota {
  readonly limit: number;
  remaining: number;
  resetAt: number;
}

/** What a forge keeps, whichever API it is asked by. */
export interface ForgeState {
  readonly now: () => number;
  readonly token: string;
  /** Commits by SHA, by the repository's full name. */
  readonly repositories: Map<string, Map<string, ForgeCommit>>;
  /** Repositories that the token may not read. */
  readonly forbidden: Set<string>;
  /** Null: nobody counts. */
  quota: Quota | null;
  /** Answers 503 to everything. */
  down: boolean;
}

export function addCommit(state: ForgeState, repository: string, commit: ForgeCommit): void {
  const known = state.repositories.get(repository) ?? new Map<string, ForgeCommit>();
  state.repositories.set(repository, known);
  known.set(commit.sha, commit);
}

/** The commit whose SHA begins so; null: there is none. */
export function findCommit(commits: ReadonlyMap<string, ForgeCommit>, digits: string): ForgeCommit | null {
  const exact = commits.get(digits);
  if (exact !== undefined) return exact;
  if (digits.length < 7) return null;
  return [...commits.values()].find(({ sha }) => sha.startsWith(digits)) ?? null;
}

/** The commits that `head` has and `base` has not, the oldest first; null where one of the two is missing. */
export function commitsBetween(
  commits: ReadonlyMap<string, ForgeCommit>,
  base: string,
  head: string,
): readonly ForgeCommit[] | null {
  if (findCommit(commits, base) === null || findCommit(commits, head) === null) return null;
  const known = ancestry(commits, base);
  return [...ancestry(commits, head).values()].filter(({ sha }) => !known.has(sha)).toReversed();
}

/** A commit and all before it, it first. */
function ancestry(commits: ReadonlyMap<string, ForgeCommit>, from: string): Map<string, ForgeCommit> {
  const seen = new Map<string, ForgeCommit>();
  const next = [from];
  for (const sha of next) {
    const commit = findCommit(commits, sha);
    if (commit === null || seen.has(commit.sha)) continue;
    seen.set(commit.sha, commit);
    next.push(...commit.parents);
  }
  return seen;
}
