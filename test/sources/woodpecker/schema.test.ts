import { describe, expect, test } from 'vitest';
import { feedRow, pipeline, pipelinePage, repository } from '../../../src/sources/woodpecker/schema.ts';

const BASICS = { id: 7, number: 3, event: 'push', status: 'success' };
const ROW = { ...BASICS, created: 1000, updated: 1100, started: 1010, finished: 1090 };
const ROW_2 = { ...BASICS, created_at: 1000, updated_at: 1100, started_at: 1010, finished_at: 1090 };

describe('a pipeline', () => {
  test('is the same by the names of 2.x and of 3.x', () => {
    const workflow = { name: 'deploy', state: 'success' };
    const now = pipeline.parse({ ...ROW, workflows: [{ ...workflow, started: 1020, finished: 1080, children: [] }] });
    const then = pipeline.parse({ ...ROW_2, workflows: [{ ...workflow, start_time: 1020, end_time: 1080 }] });
    expect(now).toEqual(then);
    expect(now).toMatchObject({ created: 1_000_000, updated: 1_100_000, started: 1_010_000, finished: 1_090_000 });
    expect(now.workflows?.[0]).toMatchObject({ started: 1_020_000, finished: 1_080_000 });
  });

  test('needs little, and tells a list that leaves workflows out from one that has none', () => {
    expect(pipeline.parse({ ...BASICS, created: 1 })).toMatchObject({ branch: '', updated: 0, workflows: null });
    expect(pipeline.parse({ ...ROW, workflows: [] }).workflows).toEqual([]);
    expect(pipeline.parse({ ...ROW, workflows: null, cancel_info: null }).workflows).toBeNull();
  });

  test.each([
    ['before 1970', -62_135_596_800],
    ['milliseconds', 1_750_000_000_000],
    ['null', null],
  ])('a time that cannot be one is unknown: %s', (_, finished) => {
    expect(pipeline.parse({ ...ROW, finished }).finished).toBe(0);
  });

  test.each([
    ['id', { id: 0 }],
    ['number', { number: 'three' }],
    ['status', { status: null }],
    ['created', { created: 0 }],
    ['finished', { finished: '2026-01-01' }],
  ])('is refused without a right %s, and its place is told', (place, fields) => {
    const parsed = pipeline.safeParse({ ...ROW, ...fields });
    expect(parsed.success ? [] : parsed.error.issues[0]?.path).toEqual([place]);
  });
});

test('a page may be null', () => {
  expect(pipelinePage.parse(null)).toEqual([]);
});

test('a repository that names neither owner nor name has them from its full name', () => {
  const read = repository.parse({ id: 1, full_name: 'group/sub/app' });
  expect(read).toMatchObject({ owner: 'group/sub', name: 'app', defaultBranch: '', cancelPrevious: [] });
});

test('a row of the feed leaves out what is unset', () => {
  expect(feedRow.parse({ repo_id: 1 })).toEqual({ repositoryId: 1, fullName: '', newest: null });
  expect(feedRow.parse({ repo_id: 1, id: 7, status: 'running' }).newest).toEqual({
    id: 7,
    status: 'running',
    finished: 0,
  });
  expect(feedRow.parse({ repo_id: 1, id: 7, status: 'success', finished_at: 9 }).newest?.finished).toBe(9000);
});
