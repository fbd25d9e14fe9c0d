import type { Commit } from './model.ts';
import type { ArgocdState } from './state.ts';

/** Adds a commit to a repository. */
export function addCommit(state: ArgocdState, repoURL: string, commit: Commit): void {
  const known = state.commits.get(repoURL) ?? new Map<string, Commit>();
  known.set(commit.sha, commit);
  state.commits.set(repoURL, known);
}

/** The commit of a repository whose SHA begins with these digits. */
export function findCommit(state: ArgocdState, repoURL: string, digits: string): Commit | null {
  const known = state.commits.get(repoURL);
  if (known === undefined) return null;
  const exact = known.get(digits);
  if (exact !== undefined) return exact;
  for (const commit of known.values()) if (commit.sha.startsWith(digits)) return commit;
  return null;
}
