import { describe, expect, test } from 'vitest';
import { addPipeline } from '../../../src/demo/woodpecker/pipelines.ts';
import { addRepo, addUser, revokeToken } from '../../../src/demo/woodpecker/state.ts';
import { get } from './client.ts';
import { stage } from './stage.ts';

describe('who may', () => {
  test.each([
    ['/api/user', 401, 401, 200, 200],
    ['/api/user/repos', 401, 401, 200, 200],
    ['/api/user/feed', 401, 401, 200, 200],
    ['/api/repos', 401, 401, 403, 200],
    ['/api/pipelines', 401, 401, 403, 200],
    ['/api/repos/1', 200, 200, 200, 200],
    ['/api/repos/2', 401, 401, 404, 200],
    ['/api/repos/2/pipelines', 401, 401, 404, 200],
    ['/api/repos/2/pipelines/1', 401, 401, 404, 200],
    ['/api/repos/99', 401, 401, 404, 404],
    ['/api/repos/abc', 400, 400, 400, 400],
    ['/api/repos/1/pipelines/abc', 400, 400, 400, 400],
    ['/api/repos/lookup/acme/hidden', 401, 401, 404, 200],
    ['/api/repos/lookup/acme/none', 401, 401, 404, 404],
    ['/healthz', 204, 204, 204, 204],
  ])('%s: guest %i, bad token %i, user %i, administrator %i', async (path, ...expected) => {
    await using it = await stage();
    const hidden = addRepo(it.server.state, { full_name: 'acme/hidden', private: true, permissions: new Map() });
    addPipeline(it.server.state, hidden);
    addUser(it.server.state, 'root', 'root', { admin: true });
    const statuses: number[] = [];
    for (const token of [undefined, 'bad', 'good', 'root'])
      statuses.push((await get(it.server.url + path, token)).status);
    expect(statuses).toEqual(expected);
  });

  test('a revoked token makes its user a guest', async () => {
    await using it = await stage();
    revokeToken(it.user);
    expect([await it.status('/api/user'), await it.status('/api/repos/1')]).toEqual([401, 200]);
  });

  test('the token may stand in the query', async () => {
    await using it = await stage();
    expect((await get(`${it.server.url}/api/user?access_token=good`)).status).toBe(200);
  });
});
