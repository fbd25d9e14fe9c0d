import { describe, expect, test } from 'vitest';
import { deletePipeline } from '../../../src/demo/woodpecker/pipelines.ts';
import { removeRepo, renameRepo, setPermission } from '../../../src/demo/woodpecker/state.ts';
import { DAY_MS, HOUR_MS, POLL_MS } from './support-program.ts';
import { looksAt, openStage } from './support-stage.ts';

const SHOP = { app: 'acme/shop' };

describe('pipelines between two polls', () => {
  test('two end at once: both count', async () => {
    await using stage = await openStage();
    const shop = stage.repo('acme/shop');
    const [older, newer] = [stage.running(shop), stage.running(shop)];
    await stage.polls();
    stage.end(older, 'failure');
    stage.end(newer, 'success', { finished: stage.now + 1 });
    const asked = await stage.asked(() => stage.polls());
    expect((await stage.program.page()).deployments('acme/shop')).toEqual({ success: 1, failure: 1 });
    // The list, and the failed one for the step that failed it.
    expect(looksAt(asked, shop)).toEqual(['list', String(older.number)]);
  });

  test('one ends while it is not the newest: it is asked for by its number and counts', async () => {
    await using stage = await openStage();
    const shop = stage.repo('acme/shop');
    const [older, newer] = [stage.running(shop), stage.running(shop)];
    await stage.polls();
    stage.end(older, 'success');
    const asked = await stage.asked(() => stage.polls());
    expect(looksAt(asked, shop)).toEqual([String(older.number)]);
    expect((await stage.program.page()).deployments('acme/shop')).toEqual({ success: 1, failure: 0 });
    stage.end(newer, 'success');
    await stage.polls();
    expect((await stage.program.page()).deployments('acme/shop')).toEqual({ success: 2, failure: 0 });
  });

  test('a failure that ends late is folded at its own time: the success after it closes it', async () => {
    await using stage = await openStage();
    const shop = stage.repo('acme/shop');
    const [older, newer] = [stage.running(shop), stage.running(shop)];
    await stage.polls();
    const failedAt = stage.now;
    stage.end(newer, 'success', { finished: failedAt + 20 });
    await stage.polls();
    stage.end(older, 'failure', { finished: failedAt, updated: stage.now });
    await stage.polls();
    const page = await stage.program.page();
    expect(page.value('dora_incident_open', SHOP)).toBe(0);
    expect(page.value('dora_recovery_time_seconds_sum', SHOP)).toBe(20);
    expect(page.value('dora_deployment_failure_timestamp', SHOP)).toBe(failedAt);
  });

  test.each(['3.17.0', '2.8.3'])(
    '%s: the newest is deleted and its number used again: the first is gone',
    async (version) => {
      await using stage = await openStage({ version });
      const shop = stage.repo('acme/shop');
      stage.ended(shop, 'success', stage.now - 600);
      const deleted = stage.running(shop);
      await stage.polls();
      deletePipeline(stage.server.state, deleted);
      const again = stage.ended(shop, 'success', stage.now);
      expect(again.number).toBe(deleted.number);
      await stage.polls(2);
      const page = await stage.program.page();
      expect(page.ignored()).toEqual({ gone: 1 });
      expect(page.deployments('acme/shop')).toEqual({ success: 2, failure: 0 });
    },
  );

  test('one that was the newest for long is asked for at every poll once it is not', async () => {
    await using stage = await openStage();
    const shop = stage.repo('acme/shop');
    const slow = stage.running(shop, { status: 'pending', started: 0 });
    await stage.polls();
    await stage.clock.advance(HOUR_MS);
    stage.end(slow, 'running', { started: stage.now, finished: 0, updated: stage.now });
    await stage.polls();
    stage.running(shop);
    await stage.polls(2);
    stage.end(slow, 'success');
    await stage.polls();
    expect((await stage.program.page()).deployments('acme/shop').success).toBe(1);
  });

  test('what is known is not paged through again', async () => {
    await using stage = await openStage();
    const shop = stage.repo('acme/shop');
    for (let age = 130; age > 0; age -= 1) stage.ended(shop, 'success', stage.now - age * 100);
    expect(looksAt(await stage.asked(() => stage.polls()), shop)).toEqual(['list', 'list', 'list']);
    const open = stage.running(shop);
    // The second page is the first without anything new.
    expect(looksAt(await stage.asked(() => stage.polls()), shop)).toEqual(['list', 'list']);
    stage.end(open, 'success');
    expect(looksAt(await stage.asked(() => stage.polls()), shop)).toEqual(['list']);
    expect((await stage.program.page()).deployments('acme/shop').success).toBe(131);
  });

  test('a row that was created and vanished at once is gone', async () => {
    await using stage = await openStage();
    const shop = stage.repo('acme/shop');
    await stage.polls();
    const created = stage.running(shop, { status: 'created', started: 0, workflows: [] });
    await stage.polls();
    deletePipeline(stage.server.state, created);
    await stage.polls();
    expect((await stage.program.page()).ignored()).toEqual({ gone: 1 });
  });

  test('a pipeline that runs elsewhere in the history costs nothing while the listing shows it', async () => {
    await using stage = await openStage();
    stage.running(stage.repo('acme/shop'));
    await stage.polls();
    expect(await stage.asked(() => stage.polls(10))).toEqual(Array(10).fill('/api/user/repos'));
  });

  test('2.8.3: killed while pending, then a success with started 0, never ran', async () => {
    await using stage = await openStage({ version: '2.8.3' });
    const shop = stage.repo('acme/shop');
    await stage.polls();
    const pending = stage.running(shop, { status: 'pending', started: 0 });
    await stage.polls();
    stage.end(pending, 'killed');
    await stage.polls();
    expect((await stage.program.page()).ignored()).toEqual({});
    stage.end(pending, 'success', { finished: 0, updated: stage.now });
    await stage.polls();
    const page = await stage.program.page();
    expect(page.ignored()).toEqual({ not_run: 1 });
    expect(page.deployments().success).toBeNull();
  });
});

test('a server that was rebuilt uses its ids again: other pipelines, and the one that ran is gone', async () => {
  await using stage = await openStage();
  const { state } = stage.server;
  const shop = stage.repo('acme/shop');
  for (const age of [300, 200]) stage.ended(shop, 'success', stage.now - age);
  stage.running(shop);
  await stage.polls();
  state.pipelines.set(shop.id, []);
  state.lastPipelineId = 0;
  for (const age of [3, 2, 1]) stage.ended(shop, 'failure', stage.now - age);
  await stage.polls(2);
  const page = await stage.program.page();
  expect(page.deployments('acme/shop')).toEqual({ success: 2, failure: 3 });
  expect(page.ignored()).toEqual({ gone: 1 });
});

describe('a zombie, which runs for ever', () => {
  test('it costs one request an hour once it is not the newest, and ends as expired after the retention', async () => {
    await using stage = await openStage({ retentionMs: 2 * DAY_MS });
    const shop = stage.repo('acme/shop');
    const zombie = stage.running(shop);
    stage.ended(shop, 'success', stage.now);
    await stage.polls(20);
    // Every poll for ten minutes, then at doubling intervals.
    const asked = await stage.asked(() => stage.polls(90, HOUR_MS / 30));
    expect(looksAt(asked, shop).length).toBeLessThanOrEqual(7);
    const later = await stage.asked(() => stage.polls(30, HOUR_MS / 6));
    expect(looksAt(later, shop)).toEqual(Array(5).fill(String(zombie.number)));
    await stage.clock.advance(2 * DAY_MS);
    await stage.polls();
    expect((await stage.program.page()).ignored()).toEqual({ expired: 1 });
    expect(looksAt(await stage.asked(() => stage.polls(200)), shop)).toEqual([]);
  });

  test('it is expired too where it is the newest of its repository', async () => {
    await using stage = await openStage({ retentionMs: 2 * DAY_MS });
    const shop = stage.repo('acme/shop');
    stage.running(shop);
    await stage.polls(2);
    await stage.clock.advance(2 * DAY_MS);
    const asked = await stage.asked(() => stage.polls(2));
    expect(asked).toEqual(['/api/user/repos', '/api/user/repos']);
    expect((await stage.program.page()).ignored()).toEqual({ expired: 1 });
  });
});

describe('repositories between two polls', () => {
  test('renamed: everything goes on under the new name, and the old series go at once', async () => {
    await using stage = await openStage();
    const shop = stage.repo('acme/shop');
    stage.ended(shop, 'failure', stage.now - 100);
    await stage.polls();
    renameRepo(stage.server.state, shop, 'acme/store');
    await stage.polls();
    let page = await stage.program.page();
    expect(page.text).not.toContain('acme/shop');
    expect(page.deployments('acme/store')).toEqual({ success: 0, failure: 1 });
    stage.ended(shop, 'success', stage.now);
    await stage.polls();
    page = await stage.program.page();
    expect(page.value('dora_recovery_time_seconds_count', { app: 'acme/store' })).toBe(1);
  });

  test('renamed while its list cannot be read: it goes on under the new name a poll later', async () => {
    await using stage = await openStage();
    const shop = stage.repo('acme/shop');
    stage.ended(shop, 'failure', stage.now - 100);
    await stage.polls();
    await stage.program.restart({ url: stage.server.url });
    renameRepo(stage.server.state, shop, 'acme/store');
    stage.ended(shop, 'success', stage.now);
    stage.server.faults.add({ kind: 'status', status: 500 }, { path: /pipelines\?/, times: 1 });
    expect(await stage.program.cycle()).toMatchObject({ ok: false, reason: 'server_error', partial: true });
    expect((await stage.program.page()).deployments('acme/shop')).toEqual({ success: 0, failure: 1 });
    await stage.polls();
    const page = await stage.program.page();
    expect(page.text).not.toContain('acme/shop');
    expect(page.deployments('acme/store')).toEqual({ success: 1, failure: 1 });
  });

  test('two repositories that change their names keep what is theirs', async () => {
    await using stage = await openStage();
    const [shop, web] = [stage.repo('acme/shop'), stage.repo('acme/web')];
    stage.ended(shop, 'failure', stage.now - 100);
    for (const age of [90, 80]) stage.ended(web, 'success', stage.now - age);
    await stage.polls();
    renameRepo(stage.server.state, shop, 'acme/web');
    renameRepo(stage.server.state, web, 'acme/shop');
    await stage.polls();
    const page = await stage.program.page();
    expect(page.deployments('acme/web')).toEqual({ success: 0, failure: 1 });
    expect(page.deployments('acme/shop')).toEqual({ success: 2, failure: 0 });
  });

  test('B18 removed: its series stay for forget_after, then go all at once; added again it goes on', async () => {
    await using stage = await openStage();
    const shop = stage.repo('acme/shop');
    stage.ended(stage.repo('acme/web'), 'success', stage.now - 100);
    stage.ended(shop, 'failure', stage.now - 100);
    await stage.polls();
    removeRepo(stage.server.state, shop);
    await stage.polls(HOUR_MS / POLL_MS);
    expect((await stage.program.page()).deployments('acme/shop')).toEqual({ success: 0, failure: 1 });
    await stage.polls();
    expect((await stage.program.page()).text).not.toContain('acme/shop');

    const again = stage.repo('acme/shop');
    expect(again.id).not.toBe(shop.id);
    stage.ended(again, 'success', stage.now);
    await stage.polls(2);
    const page = await stage.program.page();
    expect(page.deployments('acme/shop')).toEqual({ success: 1, failure: 1 });
    // Its incident was abandoned when it went.
    expect(page.value('dora_recovery_time_seconds_count', SHOP)).toBe(0);
    expect(page.value('dora_incident_open', SHOP)).toBe(0);
  });

  test('removed and added again before forget_after: it never went, and a success closes the incident', async () => {
    await using stage = await openStage();
    const shop = stage.repo('acme/shop');
    stage.ended(stage.repo('acme/web'), 'success', stage.now - 100);
    stage.ended(shop, 'failure', stage.now - 100);
    await stage.polls();
    removeRepo(stage.server.state, shop);
    await stage.polls(10);
    const again = stage.repo('acme/shop');
    await stage.polls((2 * HOUR_MS) / POLL_MS);
    stage.ended(again, 'success', stage.now);
    await stage.polls();
    const page = await stage.program.page();
    expect(page.deployments('acme/shop')).toEqual({ success: 1, failure: 1 });
    expect(page.value('dora_recovery_time_seconds_count', SHOP)).toBe(1);
  });

  test('B18 a permission that is lost and comes back: the series go and come back with their history', async () => {
    await using stage = await openStage();
    const shop = stage.repo('acme/shop');
    stage.ended(stage.repo('acme/web'), 'success', stage.now - 100);
    stage.ended(shop, 'success', stage.now - 100);
    await stage.polls();
    setPermission(shop, stage.user, 'pull');
    await stage.polls(HOUR_MS / POLL_MS + 1);
    expect((await stage.program.page()).deployments('acme/shop').success).toBeNull();
    setPermission(shop, stage.user, 'push');
    await stage.polls();
    expect((await stage.program.page()).deployments('acme/shop')).toEqual({ success: 1, failure: 0 });
  });
});
