import { describe, expect, test } from 'vitest';
import { addPipeline } from '../../../src/demo/woodpecker/pipelines.ts';
import { stage } from './stage.ts';

describe('a list of pipelines', () => {
  const rows = (body: unknown) => (body as { number: number }[]).map((row) => row.number);

  test('has at most 50 entries a page, highest number first', async () => {
    await using it = await stage();
    for (let count = 0; count < 60; count += 1) addPipeline(it.server.state, it.repo);
    const list = '/api/repos/1/pipelines';
    const firstPage = Array.from({ length: 50 }, (_, index) => 60 - index);
    for (const query of ['', '?perPage=100', '?perPage=0', '?perPage=x&page=-1']) {
      expect(rows(await it.ask(list + query))).toEqual(firstPage);
    }
    expect(rows(await it.ask(`${list}?page=2`))).toHaveLength(10);
    expect(await it.ask(`${list}?page=3`)).toEqual([]);
    expect(rows(await it.ask(`${list}?page=2&perPage=7`))[0]).toBe(53);
  });

  test('is cut strictly by the time of creation', async () => {
    await using it = await stage();
    for (const created of [1_000_000, 1_000_001, 1_000_001, 1_000_002])
      addPipeline(it.server.state, it.repo, { created });
    const middle = new Date(1_000_001_000).toISOString();
    expect(rows(await it.ask(`/api/repos/1/pipelines?after=${middle}`))).toEqual([4]);
    expect(rows(await it.ask(`/api/repos/1/pipelines?before=${middle}`))).toEqual([1]);
    expect(rows(await it.ask('/api/repos/1/pipelines?after=1970-01-01T00:00:00Z'))).toHaveLength(4);
  });

  test.each([
    '1700000000',
    '2026-01-01',
    '2026-01-01T00:00:00',
    '2026-01-01T00:00:00+02:00',
    '2026-13-01T00:00:00Z',
    'x',
  ])('refuses %s as a time', async (time) => {
    await using it = await stage();
    expect(await it.status(`/api/repos/1/pipelines?before=${time}`)).toBe(400);
    expect(await it.status(`/api/repos/1/pipelines?after=${time}`)).toBe(400);
  });

  test.each([
    ['event=deploy', 400],
    ['event=push,', 400],
    ['event=push,%20tag', 400],
    ['event=push,tag', 200],
    ['status=success,failure', 400],
    ['status=canceled', 200],
  ])('with ?%s: 3.x answers %i, 2.x does not look at it', async (query, status) => {
    await using new3 = await stage();
    await using old2 = await stage('2.8.3');
    expect(await new3.status(`/api/repos/1/pipelines?${query}`)).toBe(status);
    expect(await old2.status(`/api/repos/1/pipelines?${query}`)).toBe(200);
  });

  test('does not know in an older 3.x what came later', async () => {
    await using it = await stage('3.9.0');
    expect(await it.status('/api/repos/1/pipelines?status=canceled')).toBe(400);
    expect(await it.status('/api/repos/1/pipelines?event=pull_request_metadata')).toBe(400);
  });
});
