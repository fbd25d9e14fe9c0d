import { addPipeline } from './pipelines.ts';
import { addRepo, type WoodpeckerState } from './state.ts';

const REPOS_PER_OWNER = 20;
const SECONDS_BETWEEN = 3600;
const RUN_SECONDS = 120;
// Every tenth fails and the next one repairs it.
const FAILURE_EVERY = 10;

/**
 * Fills a server for measurements: `repos` active repositories, each with `pipelinesPerRepo` ended pushes to main, an
 * hour apart, the last one ended an hour ago. They have no workflows, which keeps a million of them in memory.
 * Users must be there already to be allowed to push.
 */
export function fillRepos(state: WoodpeckerState, repos: number, pipelinesPerRepo: number): void {
  const newest = Math.floor(state.now() / 1000) - SECONDS_BETWEEN;
  for (let index = 0; index < repos; index += 1) {
    const owner = `team-${Math.floor(index / REPOS_PER_OWNER)}`;
    const repo = addRepo(state, { full_name: `${owner}/app-${index}` });
    for (let age = pipelinesPerRepo - 1; age >= 0; age -= 1) {
      const finished = newest - age * SECONDS_BETWEEN;
      const started = finished - RUN_SECONDS;
      addPipeline(state, repo, {
        status: (index + age) % FAILURE_EVERY === 1 ? 'failure' : 'success',
        created: started,
        started,
        finished,
        updated: finished,
      });
    }
  }
}
