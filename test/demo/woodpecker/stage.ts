import type { Repo, User } from '../../../src/demo/woodpecker/model.ts';
import { type SimulatedWoodpecker, startWoodpecker } from '../../../src/demo/woodpecker/start.ts';
import { addRepo, addUser } from '../../../src/demo/woodpecker/state.ts';
import { get } from './client.ts';

export const NOW = Date.UTC(2026, 2, 18, 12, 0, 0);

/** A server with one user, whose token is `good`, and acme/shop, to which he may push. */
export interface Stage extends AsyncDisposable {
  readonly server: SimulatedWoodpecker;
  readonly user: User;
  readonly repo: Repo;
  ask(path: string): Promise<unknown>;
  status(path: string): Promise<number>;
}

export async function stage(version = '3.17.0', basePath = ''): Promise<Stage> {
  const server = await startWoodpecker({ version, now: () => NOW, basePath });
  const user = addUser(server.state, 'dev', 'good');
  const repo = addRepo(server.state, { full_name: 'acme/shop' });
  return {
    server,
    user,
    repo,
    ask: async (path) => (await get(server.url + path, 'good')).json(),
    status: async (path) => (await get(server.url + path, 'good')).status,
    [Symbol.asyncDispose]: () => server.close(),
  };
}
