import { describe, expect, test } from 'vitest';
import { fillRepos } from '../../../src/demo/woodpecker/fill.ts';
import { addPipeline } from '../../../src/demo/woodpecker/pipelines.ts';
import { renameRepo, revokeToken, setPermission } from '../../../src/demo/woodpecker/state.ts';
import { HOUR_MS, POLL_MS, TOKEN } from './support-program.ts';
import { looksAt, openStage, upgrade } from './support-stage.ts';

const LISTING = '/api/user/repos';
const FEED = '/api/user/feed?latest=true';

describe('what the token sees', () => {
  test('nothing for two hours: failed polls, and nothing is forgotten', async () => {
    await using stage = await openStage();
    const shop = stage.repo('acme/shop');
    stage.ended(shop, 'failure', stage.now - 100);
    await stage.polls();
    const good = (await stage.program.page()).value('dora_collector_last_success_timestamp_seconds');
    setPermission(shop, stage.user, 'none');
    for (let poll = 0; poll < (2 * HOUR_MS) / POLL_MS; poll += 1) {
      expect(await stage.program.cycle()).toMatchObject({ ok: false, reason: 'forbidden', partial: false });
      await stage.clock.advance(POLL_MS);
    }
    const page = await stage.program.page();
    expect(page.deployments('acme/shop')).toEqual({ success: 0, failure: 1 });
    expect(page.value('dora_collector_poll_failures_total', { reason: 'forbidden' })).toBe(240);
    expect(page.value('dora_collector_up')).toBe(0);
    expect(page.value('dora_collector_targets')).toBe(0);
    expect(page.value('dora_collector_last_success_timestamp_seconds')).toBe(good);
    setPermission(shop, stage.user, 'push');
    stage.ended(shop, 'success', stage.now);
    await stage.polls();
    expect((await stage.program.page()).value('dora_recovery_time_seconds_count', { app: 'acme/shop' })).toBe(1);
  });

  test('nothing after a restart either: it saw something before', async () => {
    await using stage = await openStage();
    const shop = stage.repo('acme/shop');
    await stage.polls();
    setPermission(shop, stage.user, 'none');
    await stage.program.restart({ url: stage.server.url });
    expect(await stage.program.cycle()).toMatchObject({ ok: false, reason: 'forbidden' });
  });

  test('nothing from the start: good polls, and one warning that says what is missing', async () => {
    await using stage = await openStage();
    await stage.polls(5);
    const page = await stage.program.page();
    expect(page.value('dora_collector_up')).toBe(1);
    expect(page.value('dora_collector_targets')).toBe(0);
    expect(stage.program.logged.filter((line) => line.includes('push or admin'))).toHaveLength(1);
    // As soon as there is something it is read.
    stage.ended(stage.repo('acme/shop'), 'success', stage.now);
    await stage.polls();
    expect((await stage.program.page()).deployments('acme/shop')).toEqual({ success: 1, failure: 0 });
  });

  test('a token that is revoked is told as such, and by name only', async () => {
    await using stage = await openStage();
    stage.repo('acme/shop');
    await stage.polls();
    revokeToken(stage.user);
    expect(await stage.program.cycle()).toMatchObject({ ok: false, reason: 'unauthorized' });
    expect(JSON.stringify([stage.program.observed, stage.program.logged])).not.toContain(TOKEN);
  });
});

describe('versions of the server', () => {
  test('2.8.3: a quiet poll is the feed alone, and the names are read every quarter of an hour', async () => {
    await using stage = await openStage({ version: '2.8.3' });
    stage.ended(stage.repo('acme/shop'), 'success', stage.now - 100);
    await stage.polls();
    const asked = await stage.asked(() => stage.polls((30 * 60_000) / POLL_MS));
    expect(asked.filter((path) => path === FEED)).toHaveLength(60);
    expect(asked.filter((path) => path === LISTING)).toHaveLength(2);
    expect(asked).toHaveLength(62);
  });

  test('2.8.3: an unknown repository is named at once, a renamed one within a quarter of an hour', async () => {
    await using stage = await openStage({ version: '2.8.3' });
    const shop = stage.repo('acme/shop');
    stage.ended(shop, 'success', stage.now - 100);
    await stage.polls();
    stage.ended(stage.repo('acme/web'), 'success', stage.now - 100);
    await stage.polls();
    expect((await stage.program.page()).deployments('acme/web').success).toBe(1);
    renameRepo(stage.server.state, shop, 'acme/store');
    await stage.polls((15 * 60_000) / POLL_MS);
    const page = await stage.program.page();
    expect(page.deployments('acme/store').success).toBe(1);
    expect(page.text).not.toContain('acme/shop');
  });

  test('a server goes from 2.8.3 to 3.17.0: nothing is counted again, and the new listing is found', async () => {
    await using stage = await openStage({ version: '2.8.3' });
    const shop = stage.repo('acme/shop');
    for (const age of [300, 200]) stage.ended(shop, 'success', stage.now - age);
    const open = stage.running(shop);
    await stage.polls();
    upgrade(stage.server, '3.17.0');
    await stage.polls((15 * 60_000) / POLL_MS);
    expect(await stage.asked(() => stage.polls())).toEqual([LISTING]);
    // A row keeps the version that made it: it settles as an old one does.
    stage.end(open, 'failure', { workflows: [{ name: 'deploy', state: 'failure', started: open.started }] });
    await stage.polls();
    expect((await stage.program.page()).deployments('acme/shop')).toEqual({ success: 2, failure: 0 });
    await stage.polls(4);
    expect((await stage.program.page()).deployments('acme/shop')).toEqual({ success: 2, failure: 1 });
    expect((await stage.program.page()).ignored()).toEqual({});
  });

  test('a development version that cannot list a thousand repositories: the feed, and names one by one', async () => {
    await using stage = await openStage({ version: 'next-a4cb541b8f', keys: { concurrency: 16 } });
    const shop = stage.repo('acme/shop', { default_branch: 'trunk' });
    stage.ended(shop, 'success', stage.now - 100);
    addPipeline(stage.server.state, shop, { status: 'success', branch: 'other', started: 1, finished: stage.now });
    fillRepos(stage.server.state, 1000, 0);
    await stage.polls();
    expect(await stage.asked(() => stage.polls())).toEqual([FEED]);
    expect((await stage.program.page()).deployments('acme/shop')).toEqual({ success: 1, failure: 0 });
    renameRepo(stage.server.state, shop, 'acme/store');
    stage.ended(shop, 'failure', stage.now);
    const asked = await stage.asked(() => stage.polls());
    expect(asked).toContain(`/api/repos/${shop.id}`);
    const page = await stage.program.page();
    expect(page.deployments('acme/store')).toEqual({ success: 1, failure: 1 });
    expect(page.text).not.toContain('acme/shop');
  });
});

describe('requests', () => {
  test('a quiet poll of 1,000 repositories is one; one in which k changed is one, and one or two for each', async () => {
    await using stage = await openStage({ keys: { concurrency: 16 } });
    fillRepos(stage.server.state, 1000, 1);
    await stage.polls();
    expect((await stage.program.page()).value('dora_collector_targets')).toBe(1000);
    expect((await stage.program.page()).deployments()).toEqual({ success: 900, failure: 100 });
    expect(await stage.asked(() => stage.polls(3))).toEqual([LISTING, LISTING, LISTING]);
    for (const k of [10, 50]) {
      const changed = [...stage.server.state.repos.values()].slice(0, k);
      for (const repo of changed) stage.ended(repo, 'success', stage.now);
      const asked = await stage.asked(() => stage.polls());
      expect(asked).toHaveLength(1 + k);
      expect(changed.flatMap((repo) => looksAt(asked, repo))).toEqual(Array(k).fill('list'));
      for (const repo of changed) stage.ended(repo, 'failure', stage.now);
      expect(await stage.asked(() => stage.polls())).toHaveLength(1 + 2 * k);
    }
  });

  test('the first read is one request for each repository with a page of history', async () => {
    await using stage = await openStage();
    fillRepos(stage.server.state, 20, 3);
    expect(await stage.asked(() => stage.polls())).toHaveLength(1 + 20);
  });
});

test('deployments: false: the repositories are listed, and nothing is counted or read', async () => {
  await using stage = await openStage({ keys: { deployments: false } });
  const shop = stage.repo('acme/shop');
  stage.ended(shop, 'failure', stage.now - 100);
  await stage.polls();
  stage.ended(shop, 'success', stage.now);
  expect(await stage.asked(() => stage.polls())).toEqual([LISTING]);
  const page = await stage.program.page();
  expect(page.value('dora_collector_up')).toBe(1);
  expect(page.value('dora_collector_targets')).toBe(1);
  expect(page.deployments()).toEqual({ success: null, failure: null });
  expect(page.ignored()).toEqual({});
});
