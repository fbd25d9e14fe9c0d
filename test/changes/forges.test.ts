import { describe, expect, it } from 'vitest';
import { byComparison } from '../../src/changes/compare-deployments.ts';
import { DIALECTS, openForge } from '../../src/changes/forges/open-forge.ts';
import { SIMULATED_DIALECTS } from '../../src/demo/forge/dialects.ts';
import { type SimulatedForge, startForge } from '../../src/demo/forge/start.ts';
import { addCommit } from '../../src/demo/forge/state.ts';
import type { Lookup } from '../../src/domain/change.ts';
import { openUpstream } from '../../src/upstream/open-upstream.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { lookup, memory, NEVER, NOW, sha } from './support.ts';

const TOKEN = 'a-token-of-the-forge';
const HOUR = 3_600_000;
const WEB = 'shop/web';

interface Bench extends AsyncDisposable {
  readonly forge: SimulatedForge;
  readonly kept: Map<string, unknown>;
  find(base: string | null, head: string, more?: Partial<Lookup>): Promise<unknown>;
  /** Paths and statuses since the last look. */
  asked(): readonly string[];
}

type Kind = keyof typeof DIALECTS;

async function bench(kind: Kind, clock = new FakeClock(NOW), token = TOKEN): Promise<Bench> {
  const forge = await startForge({ now: () => clock.now(), token: TOKEN });
  const dialect = DIALECTS[kind];
  const upstream = openUpstream({
    source: 'ci',
    baseUrl: dialect.apiUrl(forge.url),
    authorization: () => dialect.authorization(token),
    caFile: null,
    insecureSkipVerify: false,
    requestTimeoutMs: 20_000,
    maxBodyBytes: 10_000_000,
    userAgent: 'test',
    clock,
    observe: () => {},
  });
  const store = memory();
  const find = byComparison(openForge({ url: forge.url, dialect, upstream, kept: store, clock }));
  let seen = 0;
  return {
    forge,
    kept: store.kept,
    find: async (base, head, more = {}) => {
      const predecessor = base === null ? null : lookup({ commit: base });
      const found = await find(lookup({ commit: head, predecessor, ...more }), NEVER);
      return found.ok ? found.value : found.trouble;
    },
    asked() {
      const fresh = forge.requests.slice(seen).map(({ path, status }) => `${status} ${path.replace(/\?.*/, '')}`);
      seen = forge.requests.length;
      return fresh;
    },
    async [Symbol.asyncDispose]() {
      await upstream.close();
      await forge.close();
    },
  };
}

/** A line of commits, `names` from the oldest on, each an hour after the one before and the last at `NOW`. */
function line(forge: SimulatedForge, names: readonly string[], repository = WEB): void {
  names.forEach((name, index) => {
    addCommit(forge.state, repository, {
      sha: sha(name),
      at: NOW - (names.length - 1 - index) * HOUR,
      parents: index === 0 ? [] : [sha(names[index - 1] ?? '')],
      message: name,
    });
  });
}

function known(name: string, hoursBefore: number, origin: string) {
  return { known: true, sha: sha(name), repository: WEB, committedAt: NOW - hoursBefore * HOUR, origin };
}

describe.each<Kind>(['forgejo', 'gitea', 'github', 'gitlab'])('commits by the API of %s', (kind) => {
  it('are those between the two deployments, merge commits left out, and are asked for once', async () => {
    await using own = await bench(kind);
    line(own.forge, ['a', 'b', 'c']);
    addCommit(own.forge.state, WEB, { sha: sha('side'), at: NOW - 30 * HOUR, parents: [sha('a')], message: 'side' });
    addCommit(own.forge.state, WEB, {
      sha: sha('merge'),
      at: NOW,
      parents: [sha('c'), sha('side')],
      message: 'merge',
    });
    const found = await own.find(sha('a'), sha('merge'));
    const expected = [known('b', 1, 'compare'), known('c', 0, 'compare'), known('side', 30, 'compare')];
    expect(new Set(found as unknown[])).toEqual(new Set(expected));
    expect(own.asked()).toHaveLength(1);
    expect(await own.find(sha('a'), sha('merge'))).toEqual(found);
    expect(own.asked()).toEqual([]);
  });

  it('are the head alone without a predecessor', async () => {
    await using own = await bench(kind);
    line(own.forge, ['a', 'b']);
    expect(await own.find(null, sha('b'))).toEqual([known('b', 0, 'head')]);
  });

  it('are none where the same is deployed again, or an older one, and where no commit is known', async () => {
    await using own = await bench(kind);
    line(own.forge, ['a', 'b']);
    expect(await own.find(sha('b'), sha('b'))).toEqual([]);
    expect(own.asked()).toEqual([]);
    expect(await own.find(sha('b'), sha('a'))).toEqual([]);
    expect(await own.find(sha('b'), '')).toMatchObject([{ known: false, reason: 'no_commit' }]);
  });

  it('are the head, and one unknown, where a force-push took the base', async () => {
    await using own = await bench(kind);
    line(own.forge, ['b']);
    expect(await own.find(sha('gone'), sha('b'))).toEqual([
      known('b', 0, 'head'),
      { known: false, sha: '', repository: WEB, reason: 'no_base', number: 1 },
    ]);
  });

  it('are at most 250, the oldest; the rest are counted unknown', async () => {
    await using own = await bench(kind);
    line(
      own.forge,
      Array.from({ length: 301 }, (_, index) => `n${index}`),
    );
    const found = (await own.find(sha('n0'), sha('n300'))) as { sha: string }[];
    expect(found).toHaveLength(251);
    expect(found.slice(0, 250).map((one) => one.sha)).toEqual(
      Array.from({ length: 250 }, (_, index) => sha(`n${index + 1}`)),
    );
    expect(found.at(-1)).toMatchObject({ known: false, reason: 'over_limit', number: 50 });
    expect(own.asked()).toHaveLength(kind === 'github' ? 3 : 1);
  });

  it('that are missing, forbidden or not to be had are told apart', async () => {
    await using own = await bench(kind);
    line(own.forge, ['a']);
    line(own.forge, ['x'], 'shop/secret');
    expect(await own.find(null, sha('gone'))).toMatchObject({ reason: 'not_found', everywhere: false });
    own.forge.state.forbidden.add('shop/secret');
    expect(await own.find(null, sha('x'), { lookup: { repository: 'shop/secret' } })).toMatchObject({
      reason: 'forbidden',
      everywhere: false,
    });
    own.forge.state.down = true;
    expect(await own.find(null, sha('a'))).toMatchObject({ reason: 'unavailable', everywhere: true });
    await using stranger = await bench(kind, new FakeClock(NOW), 'a-wrong-token');
    const refused = await stranger.find(null, sha('a'));
    expect(refused).toMatchObject({ reason: 'forbidden', everywhere: true });
    expect(JSON.stringify(refused)).not.toContain('a-wrong-token');
  });

  it('wait while the quota is used up', async () => {
    const clock = new FakeClock(NOW);
    await using own = await bench(kind, clock);
    line(own.forge, ['a', 'b']);
    own.forge.state.quota = { limit: 5000, remaining: 0, resetAt: NOW + 600_000 };
    expect(await own.find(null, sha('a'))).toMatchObject({ reason: 'rate_limited', everywhere: true });
    own.asked();
    await clock.advance(600_000);
    expect(await own.find(null, sha('a'))).toEqual([known('a', 1, 'head')]);
  });
});

it.each(['github', 'gitlab'] as const)(
  'a reserve of the quota is left to others: %s is not asked before the reset',
  async (kind) => {
    const clock = new FakeClock(NOW);
    await using own = await bench(kind, clock);
    line(own.forge, ['a', 'b']);
    own.forge.state.quota = { limit: 100, remaining: 6, resetAt: NOW + 600_000 };
    expect(await own.find(null, sha('a'))).toEqual([known('a', 1, 'head')]);
    own.asked();
    expect(await own.find(null, sha('b'))).toMatchObject({ reason: 'rate_limited', waitMs: 600_000 });
    expect(own.asked()).toEqual([]);
    await clock.advance(600_000);
    expect(await own.find(null, sha('b'))).toEqual([known('b', 0, 'head')]);
  },
);

it('pages that were read before a forge refused are asked for on condition, which costs no quota', async () => {
  const clock = new FakeClock(NOW);
  await using own = await bench('github', clock);
  line(
    own.forge,
    Array.from({ length: 151 }, (_, index) => `n${index}`),
  );
  own.forge.state.quota = { limit: 5, remaining: 1, resetAt: NOW + 60_000 };
  expect(await own.find(sha('n0'), sha('n150'))).toMatchObject({ reason: 'rate_limited', waitMs: 60_000 });
  await clock.advance(60_000);
  own.asked();
  expect(await own.find(sha('n0'), sha('n150'))).toHaveLength(150);
  expect(own.asked().map((one) => one.slice(0, 3))).toEqual(['304', '200']);
  expect(own.forge.state.quota.remaining).toBe(4);
});

it.each([
  ['https://github.com', 'https://api.github.com'],
  ['https://api.github.com', 'https://api.github.com'],
  ['https://git.example.org', 'https://git.example.org/api/v3'],
  ['https://git.example.org/api/v3', 'https://git.example.org/api/v3'],
])('the API of GitHub at %s is at %s', (url, api) => {
  expect(DIALECTS.github.apiUrl(url)).toBe(api);
});

it('a repository of GitLab that lies in groups is one segment of the path', async () => {
  await using own = await bench('gitlab');
  line(own.forge, ['a'], 'group/sub/web');
  expect(await own.find(null, sha('a'), { lookup: { repository: 'group/sub/web' } })).toHaveLength(1);
  expect(SIMULATED_DIALECTS).toHaveLength(3);
});
