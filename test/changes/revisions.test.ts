import { describe, expect, it } from 'vitest';
import type { Commit, Forge } from '../../src/changes/forges/forge.ts';
import { commitsInTags } from '../../src/changes/image-tags.ts';
import { type AskRevision, type Revision, revisionMetadata } from '../../src/changes/revision-metadata.ts';
import { byRevisions } from '../../src/changes/revisions.ts';
import type { Trouble } from '../../src/changes/trouble.ts';
import type { Lookup } from '../../src/domain/change.ts';
import type { Upstream } from '../../src/upstream/upstream.ts';
import { lookup, memory, NEVER, NOW, sha } from './support.ts';

const REPO = 'https://git.example.org/deploy.git';
const CHART = 'https://charts.example.org';
const NOT_FOUND: Trouble = { reason: 'not_found', detail: '404', waitMs: null, everywhere: false };

function deployed(
  revisions: readonly string[],
  repositories: readonly string[] = [REPO],
  images = '',
): Partial<Lookup> {
  return {
    commit: revisions[0] ?? '',
    details: { revisions: revisions.join(' '), repositories: repositories.join(' '), images, history_id: 3 },
    lookup: { application: 'argocd/web', project: 'shop' },
  };
}

/** What is found, with revisions as they are given and commits that a forge has by repository and SHA. */
async function found(
  one: Partial<Lookup>,
  before: Partial<Lookup> | null,
  revisions: Readonly<Record<string, Partial<Revision>>>,
  commits: Readonly<Record<string, Commit | Trouble>> | null = null,
) {
  const asked: string[] = [];
  const ask: AskRevision = async (_, { index, revision }) => {
    asked.push(`${index} ${revision}`);
    const value = revisions[revision];
    return value === undefined
      ? { ok: false, trouble: NOT_FOUND }
      : { ok: true, value: { at: null, references: [], ...value } };
  };
  const forge: Forge = {
    async commit(repository, ref) {
      asked.push(`${repository}@${ref}`);
      const commit = commits?.[`${repository}@${ref}`] ?? NOT_FOUND;
      return 'sha' in commit ? { ok: true, value: commit } : { ok: false, trouble: commit };
    },
    compare: () => Promise.reject(new Error('nothing is compared')),
  };
  const find = byRevisions(ask, commits === null ? null : forge);
  const predecessor = before === null ? null : lookup(before);
  const outcome = await find(lookup({ ...one, predecessor }), NEVER);
  return { asked, found: outcome.ok ? outcome.value : outcome.trouble };
}

describe('changes of an Argo CD deployment', () => {
  it('a revision has the date of its author', async () => {
    const { found: changes } = await found(deployed([sha('a')]), null, { [sha('a')]: { at: NOW - 5 } });
    expect(changes).toEqual([
      { known: true, sha: sha('a'), repository: REPO, committedAt: NOW - 5, origin: 'revision' },
    ]);
  });

  it('a trailer comes before everything else', async () => {
    const references = [{ sha: sha('code'), repository: 'https://git.example.org/web.git', at: NOW - 9 }];
    const one = deployed([sha('a')], [REPO], 'registry.example.org/shop/web:abcdef1');
    const { found: changes, asked } = await found(one, null, { [sha('a')]: { at: NOW - 5, references } }, {});
    expect(changes).toMatchObject([{ sha: sha('code'), committedAt: NOW - 9, origin: 'reference' }]);
    expect(asked).toEqual([`0 ${sha('a')}`]);
  });

  it('the commit in a tag comes before the revision, in the repository that the image is named after', async () => {
    const one = deployed([sha('a')], [REPO], 'registry.example.org/shop/web:v1-abcdef1 redis:7.2.4');
    const commit = { sha: sha('code'), at: NOW - 7, merge: false };
    const revisions = { [sha('a')]: { at: NOW - 5 } };
    const { found: changes } = await found(one, null, revisions, { 'shop/web@abcdef1': commit });
    expect(changes).toMatchObject([{ sha: sha('code'), repository: 'shop/web', origin: 'image_tag' }]);
    // A tag that only looks like a commit is not one.
    expect((await found(one, null, revisions, {})).found).toMatchObject([{ sha: sha('a'), origin: 'revision' }]);
    // An image that ran before tells nothing of what is new.
    const before = deployed([sha('b')], [REPO], 'registry.example.org/shop/web:v1-abcdef1');
    expect((await found(one, before, revisions, { 'shop/web@abcdef1': commit })).found).toMatchObject([
      { sha: sha('a'), origin: 'revision' },
    ]);
  });

  it('a forge that cannot be asked makes no commit look older or younger than it is', async () => {
    const one = deployed([sha('a')], [REPO], 'registry.example.org/shop/web:abcdef1');
    const limited: Trouble = { reason: 'rate_limited', detail: '429', waitMs: 5, everywhere: true };
    const { found: trouble } = await found(one, null, { [sha('a')]: { at: NOW } }, { 'shop/web@abcdef1': limited });
    expect(trouble).toEqual(limited);
  });

  it('of several sources only those that changed count, and only by a SHA', async () => {
    const one = deployed(['1.2.4', sha('b'), sha('c')], [CHART, REPO, `${REPO}2`]);
    const before = deployed(['1.2.3', sha('a'), sha('c')], [CHART, REPO, `${REPO}2`]);
    const { found: changes, asked } = await found(one, before, { [sha('b')]: { at: NOW } });
    expect(changes).toMatchObject([{ sha: sha('b'), repository: REPO }]);
    expect(asked).toEqual([`1 ${sha('b')}`]);
  });

  it('a change of parameters alone delivers nothing, a new version of a chart one of an unknown age', async () => {
    const same = deployed([sha('a')]);
    expect(await found(same, same, {})).toEqual({ asked: [], found: [] });
    const chart = await found(deployed(['1.2.4'], [CHART]), deployed(['1.2.3'], [CHART]), {});
    expect(chart).toMatchObject({ asked: [], found: [{ known: false, reason: 'no_commit', number: 1 }] });
  });

  it('a revision that cannot be read is trouble, one without a date is unknown', async () => {
    expect((await found(deployed([sha('a')]), null, {})).found).toEqual(NOT_FOUND);
    expect((await found(deployed([sha('a')]), null, { [sha('a')]: {} })).found).toMatchObject([
      { known: false, sha: sha('a'), reason: 'not_found' },
    ]);
  });
});

describe('metadata of a revision', () => {
  function upstream(value: unknown) {
    const paths: string[] = [];
    const get: Upstream['get'] = async (path, schema) => {
      paths.push(path);
      return { ok: true, value: schema.parse(value), date: NOW, headers: {} };
    };
    return { paths, upstream: { get, close: async () => {} } };
  }
  const source = { index: 1, repository: REPO, revision: sha('a') };

  it("is asked for in the history's entry, once and for good", async () => {
    const { paths, upstream: server } = upstream({ date: '2025-06-15T15:06:40Z', references: null });
    const store = memory();
    const ask = revisionMetadata(server, store);
    const expected = { ok: true, value: { at: NOW, references: [] } };
    expect(await ask(lookup(deployed([])), source, NEVER)).toEqual(expected);
    expect(await revisionMetadata(server, store)(lookup(deployed([])), source, NEVER)).toEqual(expected);
    expect(paths).toEqual([
      `/api/v1/applications/web/revisions/${sha('a')}/metadata?appNamespace=argocd&project=shop&sourceIndex=1&versionId=3`,
    ]);
  });

  it('is asked for without the entry once that failed: it may have left the history', async () => {
    const { paths, upstream: server } = upstream({ date: null });
    await revisionMetadata(server, memory())(lookup({ ...deployed([]), attempts: 1 }), source, NEVER);
    expect(paths[0]).not.toContain('versionId');
  });

  it("has no time where the server's is Go's zero, and no reference without one", async () => {
    const references = [{ commit: { sha: 'x' } }, { commit: null }, { commit: { date: '2025-06-15T15:06:40Z' } }];
    const { upstream: server } = upstream({ date: '0001-01-01T00:00:00Z', references });
    expect(await revisionMetadata(server, memory())(lookup(deployed([])), source, NEVER)).toEqual({
      ok: true,
      value: { at: null, references: [{ sha: '', repository: '', at: NOW }] },
    });
  });
});

it.each([
  ['ghcr.io/shop/web:abcdef1', 'abcdef1', ['shop/web', 'a/b']],
  [
    'registry:5000/group/sub/web/api:1.2-gabcdef12',
    'abcdef12',
    ['group/sub/web/api', 'group/sub/web', 'group/sub', 'a/b'],
  ],
  ['web:sha-ABCDEF1@sha256:0000000', 'abcdef1', ['a/b']],
])('the tag of %s names %s', (image, commit, repositories) => {
  expect(commitsInTags([image], 'a/b')).toEqual([{ sha: commit, repositories }]);
});

it.each(['redis:7.2.4', 'web', 'web:latest', 'ghcr.io/a/b@sha256:abcdef1', 'web:abcdef', 'web:deadbeefish'])(
  'no commit is named by %s',
  (image) => {
    expect(commitsInTags([image], 'a/b')).toEqual([]);
  },
);
