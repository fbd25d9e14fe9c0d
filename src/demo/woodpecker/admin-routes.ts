import { type Answer, json } from './answer.ts';
import type { Call } from './call.ts';
import { byName } from './listings.ts';
import { paginate } from './pagination.ts';
import { pipelinesOf } from './pipelines.ts';

/** All repositories of the server, in pages; `active` leaves out those that are switched off. */
export function getAllRepos(call: Call): Answer {
  const activeOnly = call.query.get('active') === 'true';
  const repos = byName([...call.state.repos.values()].filter((repo) => repo.active || !activeOnly));
  return json(paginate(repos, call.query).map((repo) => call.shape.repo(repo)));
}

/** Every pending and running pipeline of the server, unpaged; neither `created` nor `blocked` ones. */
export function getOpenPipelines(call: Call): Answer {
  const rows: object[] = [];
  for (const repo of call.state.repos.values()) {
    for (const pipeline of pipelinesOf(call.state, repo)) {
      if (pipeline.status === 'pending' || pipeline.status === 'running') {
        rows.push(call.shape.feedRow(repo, pipeline));
      }
    }
  }
  return json(rows);
}
