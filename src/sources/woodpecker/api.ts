import type { Answer, Upstream } from '../../upstream/upstream.ts';
import type { Pipeline, Repository } from './pipeline.ts';
import { PAGE_ROWS } from './read-pages.ts';
import { listing, pipeline, pipelinePage, repository } from './schema.ts';

/** The requests that the collector makes. */
export interface WoodpeckerApi {
  /** Every repository that the token sees, each with its newest pipeline from 3.1 on. One request. */
  userRepositories(): Promise<Answer<readonly unknown[]>>;
  /** The newest pipeline of every repository that the token sees. One request. */
  latestFeed(): Promise<Answer<readonly unknown[]>>;
  repository(id: number): Promise<Answer<Repository>>;
  pipelines(repositoryId: number, page: number): Promise<Answer<readonly Pipeline[]>>;
  pipeline(repositoryId: number, number: number): Promise<Answer<Pipeline>>;
}

export function woodpeckerApi(upstream: Upstream, stop: AbortSignal): WoodpeckerApi {
  return {
    userRepositories: () => upstream.get('/api/user/repos', listing, stop),
    latestFeed: () => upstream.get('/api/user/feed?latest=true', listing, stop),
    repository: (id) => upstream.get(`/api/repos/${id}`, repository, stop),
    pipelines: (id, page) =>
      upstream.get(`/api/repos/${id}/pipelines?page=${page}&perPage=${PAGE_ROWS}`, pipelinePage, stop),
    pipeline: (id, number) => upstream.get(`/api/repos/${id}/pipelines/${number}`, pipeline, stop),
  };
}
