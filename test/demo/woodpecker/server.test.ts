import { describe, expect, test } from 'vitest';
import { fillRepos } from '../../../src/demo/woodpecker/fill.ts';
import { addPipeline, pipelinesOf } from '../../../src/demo/woodpecker/pipelines.ts';
import { addRepo } from '../../../src/demo/woodpecker/state.ts';
import { get } from './client.ts';
import { NOW, stage } from './stage.ts';

describe('what belongs to a version', () => {
  test('the newest pipeline stands in /user/repos from 3.1 on', async () => {
    for (const [version, there] of [
      ['3.0.1', false],
      ['3.1.0', true],
      ['dev', true],
    ] as const) {
      await using it = await stage(version);
      addPipeline(it.server.state, it.repo);
      expect('last_pipeline' in ((await it.ask('/api/user/repos')) as [object])[0]).toBe(there);
    }
  });

  test('a pipeline has its cancel_info and its version from 3.14 on', async () => {
    for (const [version, there] of [
      ['3.13.0', false],
      ['3.14.0', true],
    ] as const) {
      await using it = await stage(version);
      addPipeline(it.server.state, it.repo, { cancel_info: { superseded_by: 2 } });
      const row = (await it.ask('/api/repos/1/pipelines/1')) as object;
      expect(['cancel_info' in row, 'version' in row]).toEqual([there, there]);
    }
  });

  test('a development version fails with more than 999 active repositories, releases do not', async () => {
    for (const [version, repos, status] of [
      ['next-a4cb541b8f', 998, 200],
      ['next-a4cb541b8f', 999, 500],
      ['3.17.0', 999, 200],
    ] as const) {
      await using it = await stage(version);
      fillRepos(it.server.state, repos, 1);
      expect(await it.status('/api/user/repos')).toBe(status);
      expect(await it.status('/api/user/feed?latest=true')).toBe(200);
    }
  });
});

test('the latest pipeline is the newest push to the branch', async () => {
  await using it = await stage();
  expect(await it.status('/api/repos/1/pipelines/latest')).toBe(404);
  addPipeline(it.server.state, it.repo);
  addPipeline(it.server.state, it.repo, { branch: 'next' });
  addPipeline(it.server.state, it.repo, { event: 'tag' });
  expect(await it.ask('/api/repos/1/pipelines/latest')).toMatchObject({ number: 1 });
  expect(await it.ask('/api/repos/1/pipelines/latest?branch=next')).toMatchObject({ number: 2 });
});

test('the feed has the newest 50 pipelines of all repositories', async () => {
  await using it = await stage();
  const other = addRepo(it.server.state, { full_name: 'acme/other' });
  for (let count = 0; count < 60; count += 1) addPipeline(it.server.state, count % 2 === 0 ? it.repo : other);
  const ids = ((await it.ask('/api/user/feed')) as { id: number }[]).map((row) => row.id);
  expect(ids).toEqual(Array.from({ length: 50 }, (_, index) => 60 - index));
});

test('under a base path everything else is the web page', async () => {
  await using it = await stage('3.17.0', '/ci');
  expect(it.server.url).toMatch(/:\d+\/ci$/);
  expect(await it.status('/healthz')).toBe(204);
  for (const path of ['/healthz', '/api/user', '/cix/api/user']) {
    const response = await get(it.server.url.replace('/ci', path), 'good');
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/html; charset=UTF-8']);
  }
});

test('what is no GET is answered by the web page too', async () => {
  await using it = await stage();
  const response = await fetch(`${it.server.url}/api/user`, { method: 'POST' });
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/html; charset=UTF-8']);
});

test('every request is recorded with its path and its time', async () => {
  await using it = await stage('3.17.0', '/ci');
  await it.status('/api/user/repos?name=shop');
  expect(it.server.requests).toEqual([{ method: 'GET', path: '/api/user/repos?name=shop', at: NOW }]);
});

test('a server filled for measurements has ended pipelines of both outcomes and none in the future', async () => {
  await using it = await stage();
  const { state } = it.server;
  fillRepos(state, 30, 12);
  expect(state.repos.size).toBe(31);
  const rows = [...state.repos.values()].slice(1).flatMap((repo) => pipelinesOf(state, repo));
  expect(rows).toHaveLength(360);
  expect(new Set(rows.map((row) => row.status))).toEqual(new Set(['success', 'failure']));
  expect(rows.every((row) => row.created < row.finished && row.updated * 1000 < NOW)).toBe(true);
});
