import { type Answer, empty, json } from './answer.ts';
import type { Call } from './call.ts';
import type { Repo } from './model.ts';
import { paginate } from './pagination.ts';
import { pipelineFilter } from './pipeline-filter.ts';
import { pipelinesOf } from './pipelines.ts';

export function getRepo(call: Call, repo: Repo): Answer {
  return json(call.shape.repo(repo));
}

/** One page of the repository's pipelines, highest number first, without workflows. */
export function getPipelines(call: Call, repo: Repo): Answer {
  const filter = pipelineFilter(call.query, call.version);
  if (filter === null) return empty(400);
  const rows = pipelinesOf(call.state, repo).filter(filter).reverse();
  return json(paginate(rows, call.query).map((row) => call.shape.pipeline(row, 'without workflows')));
}

/** One pipeline by its number, with its workflows. */
export function getPipeline(call: Call, repo: Repo): Answer {
  const number = call.params[1] ?? '';
  if (!/^\d+$/.test(number)) return empty(400);
  const row = pipelinesOf(call.state, repo).find((pipeline) => pipeline.number === Number(number));
  return row === undefined ? empty(404) : json(call.shape.pipeline(row, 'with workflows'));
}

/** The newest push to a branch, the default one unless `branch` says otherwise; other events are not looked at. */
export function getLatestPipeline(call: Call, repo: Repo): Answer {
  const branch = call.query.get('branch') ?? repo.default_branch;
  const row = pipelinesOf(call.state, repo).findLast((row) => row.event === 'push' && row.branch === branch);
  return row === undefined ? empty(404) : json(call.shape.pipeline(row, 'with workflows'));
}
