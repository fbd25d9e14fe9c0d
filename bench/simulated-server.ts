import { fillRepos } from '../src/demo/woodpecker/fill.ts';
import { addPipeline } from '../src/demo/woodpecker/pipelines.ts';
import { startWoodpecker } from '../src/demo/woodpecker/start.ts';
import { addUser } from '../src/demo/woodpecker/state.ts';

// A process of its own, so that what the simulated server costs is not taken for what a poll costs.
const [repos = 0, pipelines = 0] = process.argv.slice(2).map(Number);
const server = await startWoodpecker({ version: '3.17.0', now: () => Date.now() });
addUser(server.state, 'bench', 'bench-token', {});
fillRepos(server.state, repos, pipelines);

/** Ends one more pipeline in each of the first `changed` repositories, and tells how many requests there were. */
process.on('message', (changed: number) => {
  const now = Math.floor(Date.now() / 1000);
  for (const repo of [...server.state.repos.values()].slice(0, changed)) {
    addPipeline(server.state, repo, { status: 'success', created: now, started: now, finished: now, updated: now });
  }
  process.send?.({ requests: server.requests.length });
});
process.on('disconnect', () => process.exit());
process.send?.({ url: server.url });
