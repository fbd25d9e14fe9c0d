import type { Pipeline, Repo, User } from './model.ts';

/** How one generation of the API writes what the server knows. Members that are `undefined` are left out of the JSON. */
export interface Shape {
  user(user: User): object;
  repo(repo: Repo): object;
  /** An entry of a list, which has no workflows, or, with them, the answer to a GET by number. */
  pipeline(pipeline: Pipeline, workflows: 'with workflows' | 'without workflows'): object;
  /** A line of a feed; null for a repository that has no pipeline. */
  feedRow(repo: Repo, pipeline: Pipeline | null): object;
}
