import type { Pipeline, Repo, User } from './model.ts';
import { pipelinesOf } from './pipelines.ts';
import type { WoodpeckerState } from './state.ts';

// server/store/datastore/feed.go: a feed has one page.
const FEED_ROWS = 50;

/** Repositories to which the user may push, by name; being an administrator widens nothing here. */
export function ownRepos(state: WoodpeckerState, user: User): readonly Repo[] {
  return byName([...state.repos.values()].filter((repo) => repo.permissions.get(user.id) === 'push'));
}

export function byName(repos: readonly Repo[]): readonly Repo[] {
  return repos.toSorted((a, b) => (a.full_name < b.full_name ? -1 : 1));
}

export function newestPipeline(state: WoodpeckerState, repo: Repo): Pipeline | null {
  return pipelinesOf(state, repo).at(-1) ?? null;
}

/** The newest pipelines of all these repositories, newest first. */
export function feed(state: WoodpeckerState, repos: readonly Repo[]): readonly { repo: Repo; pipeline: Pipeline }[] {
  return repos
    .flatMap((repo) =>
      pipelinesOf(state, repo)
        .slice(-FEED_ROWS)
        .map((pipeline) => ({ repo, pipeline })),
    )
    .sort((a, b) => b.pipeline.id - a.pipeline.id)
    .slice(0, FEED_ROWS);
}
