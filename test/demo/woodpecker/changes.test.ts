import { describe, expect, test } from 'vitest';
import { addPipeline, deletePipeline, updatePipeline } from '../../../src/demo/woodpecker/pipelines.ts';
import { addRepo, removeRepo, renameRepo, setActive, setPermission } from '../../../src/demo/woodpecker/state.ts';
import { NOW, stage } from './stage.ts';

describe('what changes', () => {
  test('the number of a deleted newest pipeline is used again under another id', async () => {
    await using it = await stage();
    const { state } = it.server;
    addPipeline(state, it.repo);
    const deleted = addPipeline(state, it.repo);
    deletePipeline(state, deleted);
    expect(await it.status('/api/repos/1/pipelines/2')).toBe(404);
    const again = addPipeline(state, it.repo);
    expect([again.number, again.id]).toEqual([2, deleted.id + 1]);
    expect(await it.ask('/api/repos/1/pipelines/2')).toMatchObject({ id: again.id });
  });

  test('every change of a pipeline moves its updated', async () => {
    await using it = await stage();
    const row = addPipeline(it.server.state, it.repo, { created: 1000 });
    updatePipeline(it.server.state, row, { status: 'success', finished: 1200 });
    expect(await it.ask('/api/repos/1/pipelines/1')).toMatchObject({ status: 'success', updated: NOW / 1000 });
    updatePipeline(it.server.state, row, { updated: 1300 });
    expect(await it.ask('/api/repos/1/pipelines/1')).toMatchObject({ status: 'success', updated: 1300 });
  });

  test('a renamed repository keeps its id and is found by both names', async () => {
    await using it = await stage();
    renameRepo(it.server.state, it.repo, 'acme/store');
    for (const name of ['acme/shop', 'ACME/Store', 'acme%2Fstore']) {
      expect(await it.ask(`/api/repos/lookup/${name}`)).toMatchObject({
        id: 1,
        full_name: 'acme/store',
        name: 'store',
      });
    }
  });

  test('a removed repository is gone, and added again it begins anew', async () => {
    await using it = await stage();
    addPipeline(it.server.state, it.repo);
    removeRepo(it.server.state, it.repo);
    expect(await it.status('/api/repos/1')).toBe(404);
    const again = addRepo(it.server.state, { full_name: 'acme/shop' });
    expect([again.id, addPipeline(it.server.state, again).number]).toEqual([2, 1]);
  });

  test('a deactivated repository leaves the listings but not the feed', async () => {
    await using it = await stage();
    addPipeline(it.server.state, it.repo);
    setActive(it.repo, false);
    expect(await it.ask('/api/user/repos')).toEqual([]);
    expect(await it.ask('/api/user/feed?latest=true')).toEqual([]);
    expect(await it.ask('/api/user/feed')).toHaveLength(1);
    expect(await it.ask('/api/user/repos?all=true')).toHaveLength(1);
  });

  test('who may only read sees nothing in the listings', async () => {
    await using it = await stage();
    addPipeline(it.server.state, it.repo);
    setPermission(it.repo, it.user, 'pull');
    expect(await it.ask('/api/user/repos')).toEqual([]);
    expect(await it.ask('/api/user/repos?all=true')).toBeNull();
    expect(await it.ask('/api/user/feed')).toBeNull();
  });
});
