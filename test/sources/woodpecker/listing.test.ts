import { describe, expect, test } from 'vitest';
import type { WoodpeckerApi } from '../../../src/sources/woodpecker/api.ts';
import { type Listed, Lister } from '../../../src/sources/woodpecker/listing.ts';
import type { Repository } from '../../../src/sources/woodpecker/pipeline.ts';
import type { Answer } from '../../../src/upstream/upstream.ts';
import { SHOP } from './support-verdict.ts';

const MINUTE = 60_000;
const REPO = {
  id: 1,
  full_name: 'acme/shop',
  owner: 'acme',
  name: 'shop',
  default_branch: 'main',
  cancel_previous_pipeline_events: [],
};
const ROW = {
  id: 7,
  number: 3,
  event: 'push',
  status: 'success',
  created: 1000,
  updated: 1100,
  started: 1010,
  finished: 1090,
};
const FEED = { repo_id: 1, full_name: 'acme/shop', id: 7, number: 3, status: 'success', finished: 1090 };

function ok(value: readonly unknown[], version = ''): Answer<readonly unknown[]> {
  return { ok: true, value, date: 5, headers: version === '' ? {} : { 'x-woodpecker-version': version } };
}

function failed(status: number): Answer<never> {
  return { ok: false, failure: { reason: 'server_error', detail: String(status), status, retryAfterMs: null } };
}

/** A server that answers both listings, and remembers which was asked for. */
function server(repos: Answer<readonly unknown[]>, feed: Answer<readonly unknown[]> = failed(404)) {
  const asked: string[] = [];
  const answers = { repos, feed };
  const never = () => Promise.reject(new Error('this is not asked for'));
  const api: WoodpeckerApi = {
    userRepositories: async () => {
      asked.push('repos');
      return answers.repos;
    },
    latestFeed: async () => {
      asked.push('feed');
      return answers.feed;
    },
    repository: never,
    pipelines: never,
    pipeline: never,
  };
  return { api, asked, answers };
}

const nothing = () => null;

async function list(lister: Lister, api: WoodpeckerApi, now = 0, known: (id: number) => Repository | null = nothing) {
  const answer = await lister.read(api, known, now);
  if (!answer.ok) throw new Error(answer.failure.detail);
  return answer.value;
}

const shown = ({ id, repository, newest }: Listed) => ({ id, name: repository?.fullName ?? null, newest });

describe('which listing is asked for', () => {
  test.each(['3.1.0', '3.17.0', 'next-a4cb541b8f', 'dev'])(
    '%s: the repositories, with their newest rows',
    async (version) => {
      const { api, asked } = server(ok([{ ...REPO, last_pipeline: ROW }], version));
      const [one] = await list(new Lister(), api);
      expect(asked).toEqual(['repos']);
      expect(one && shown(one)).toEqual({
        id: 1,
        name: 'acme/shop',
        newest: { id: 7, status: 'success', updated: 1_100_000, finished: 1_090_000 },
      });
      expect(one?.row()).toMatchObject({ number: 3, workflows: null });
    },
  );

  test.each(['2.8.3', '3.0.1', ''])('%s: the feed, with names from the repositories', async (version) => {
    const { api, asked } = server(ok([REPO], version), ok([{ ...FEED, full_name: undefined }]));
    const lister = new Lister();
    const [one] = await list(lister, api);
    expect(asked).toEqual(['repos', 'feed']);
    expect(one && shown(one)).toEqual({
      id: 1,
      name: 'acme/shop',
      newest: { id: 7, status: 'success', updated: null, finished: 1_090_000 },
    });
    expect(one?.row()).toBeNull();
    await list(lister, api, 15 * MINUTE - 1);
    expect(asked).toEqual(['repos', 'feed', 'feed']);
    await list(lister, api, 15 * MINUTE);
    expect(asked.slice(3)).toEqual(['repos', 'feed']);
  });

  test('500 for the repositories: the feed, where only what is known is known by its name', async () => {
    const { api, asked, answers } = server(failed(500), ok([FEED, { ...FEED, repo_id: 2, full_name: 'acme/web' }]));
    const lister = new Lister();
    const known = (id: number) => (id === 1 ? SHOP : null);
    expect((await list(lister, api, 0, known)).map(({ repository }) => repository)).toEqual([SHOP, null]);
    // Renamed: its other facts may have changed too.
    answers.feed = ok([{ ...FEED, full_name: 'acme/store' }]);
    expect((await list(lister, api, MINUTE, known)).map(({ repository }) => repository)).toEqual([null]);
    expect(asked).toEqual(['repos', 'feed', 'feed']);
    answers.repos = ok([{ ...REPO, last_pipeline: ROW }], '3.17.0');
    await list(lister, api, 15 * MINUTE);
    await list(lister, api, 16 * MINUTE);
    expect(asked.slice(3)).toEqual(['repos', 'repos']);
  });

  test('any other failure is one, and so is a feed that fails', async () => {
    expect(await new Lister().read(server(failed(502)).api, nothing, 0)).toMatchObject({ failure: { status: 502 } });
    const both = server(failed(500), failed(500));
    expect(await new Lister().read(both.api, nothing, 0)).toMatchObject({ failure: { status: 500 } });
  });

  test('an unknown repository in the feed: names are read again, once', async () => {
    const { api, asked, answers } = server(ok([REPO]), ok([FEED]));
    const lister = new Lister();
    await list(lister, api, 0);
    answers.feed = ok([FEED, { repo_id: 2 }]);
    answers.repos = ok([REPO, { ...REPO, id: 2, full_name: 'acme/web' }]);
    expect((await list(lister, api, MINUTE)).map(shown)).toContainEqual({ id: 2, name: 'acme/web', newest: null });
    await list(lister, api, 2 * MINUTE);
    expect(asked).toEqual(['repos', 'feed', 'feed', 'repos', 'feed']);
  });
});

describe('what a listing shows', () => {
  test('a repository without pipelines has no newest row', async () => {
    const rows = [REPO, { ...REPO, id: 2, last_pipeline: null }];
    const listed = await list(new Lister(), server(ok(rows, '3.17.0')).api);
    expect(listed.map(({ newest }) => newest)).toEqual([null, null]);
    expect(listed.map((one) => one.row())).toEqual([null, null]);
  });

  test('a repository that has not changed is the known one itself; any change makes it new', async () => {
    const read = async (fields: object) => {
      const { api } = server(ok([{ ...REPO, ...fields }], '3.17.0'));
      return (await list(new Lister(), api, 0, () => SHOP))[0]?.repository;
    };
    expect(await read({})).toBe(SHOP);
    expect(await read({ full_name: 'acme/store' })).toMatchObject({ fullName: 'acme/store' });
    expect(await read({ default_branch: 'trunk' })).toMatchObject({ defaultBranch: 'trunk' });
    expect(await read({ cancel_previous_pipeline_events: ['push'] })).toMatchObject({ cancelPrevious: ['push'] });
    expect(await read({ cancel_previous_pipeline_events: null })).toBe(SHOP);
  });

  test.each([
    ['a row that is no object', 'nonsense'],
    ['null', null],
    ['no name', { ...REPO, full_name: undefined }],
    ['an id that is none', { ...REPO, id: 'one' }],
    ['a newest row that is none', { ...REPO, last_pipeline: { id: 7 } }],
  ])('%s is told as a bad response', async (_, row) => {
    const answer = await new Lister().read(server(ok([REPO, row], '3.17.0')).api, nothing, 0);
    expect(answer).toMatchObject({ ok: false, failure: { reason: 'bad_response' } });
  });

  test('a feed row without its repository is a bad response', async () => {
    const answer = await new Lister().read(server(ok([REPO]), ok([{ id: 7 }])).api, nothing, 0);
    expect(answer).toMatchObject({ ok: false, failure: { reason: 'bad_response' } });
  });

  test('thousands of rows are read in slices: others get their turn', async () => {
    const rows = Array.from({ length: 2000 }, (_, index) => ({ ...REPO, id: index + 1 }));
    let turns = 0;
    let over = false;
    const count = () => {
      turns += 1;
      if (!over) setImmediate(count);
    };
    setImmediate(count);
    const listed = await list(new Lister(), server(ok(rows, '3.17.0')).api);
    over = true;
    expect(listed).toHaveLength(2000);
    expect(turns).toBeGreaterThanOrEqual(7);
  });
});
