import { describe, expect, test } from 'vitest';
import { renameRepo } from '../../../src/demo/woodpecker/state.ts';
import { StoreFailure } from '../../../src/domain/store-failure.ts';
import { HOUR_MS, POLL_MS } from './support-program.ts';
import { openStage } from './support-stage.ts';

describe('what is left out', () => {
  test('B5 other branches, events and environments open nothing and are counted by reason', async () => {
    await using stage = await openStage({ keys: { branches: ['/release-.*/'] } });
    const shop = stage.repo('acme/shop');
    await stage.polls();
    for (const event of ['pull_request', 'pull_request_closed', 'pull_request_metadata', 'tag', 'release', 'cron']) {
      stage.ended(shop, 'failure', stage.now, { event });
    }
    stage.ended(shop, 'failure', stage.now, { branch: 'feature' });
    stage.running(shop, { branch: 'feature' });
    await stage.polls();
    const page = await stage.program.page();
    expect(page.ignored()).toEqual({ event: 6, branch: 2 });
    expect(page.text).not.toContain('acme/shop');
    stage.ended(shop, 'failure', stage.now, { branch: 'release-2' });
    // Of a deployment the branch is of no matter.
    stage.ended(shop, 'failure', stage.now, { event: 'deployment', branch: 'feature', deploy_to: 'staging' });
    await stage.polls();
    const later = await stage.program.page();
    expect(later.value('dora_deployments_total', { environment: 'production', outcome: 'failure' })).toBe(1);
    expect(later.value('dora_deployments_total', { environment: 'staging', outcome: 'failure' })).toBe(1);
  });

  test('environments that are not configured', async () => {
    await using stage = await openStage({ keys: { environments: ['production'], events: ['deployment'] } });
    const shop = stage.repo('acme/shop');
    await stage.polls();
    for (const deploy_to of ['production', 'staging', '']) {
      stage.ended(shop, 'success', stage.now, { event: 'deployment', deploy_to });
    }
    await stage.polls();
    const page = await stage.program.page();
    expect(page.ignored()).toEqual({ environment: 2 });
    expect(page.deployments('acme/shop').success).toBe(1);
  });

  test('repositories: history is not read, and what is new is filtered', async () => {
    await using stage = await openStage({ keys: { repositories: ['/acme/.*/'] } });
    const [shop, other] = [stage.repo('acme/shop'), stage.repo('other/app')];
    for (const repo of [shop, other]) stage.ended(repo, 'success', stage.now - 100);
    const asked = await stage.asked(() => stage.polls());
    expect(asked).toEqual(['/api/user/repos', '/api/repos/1/pipelines?page=1&perPage=50']);
    for (const repo of [shop, other]) stage.ended(repo, 'success', stage.now, { created: stage.now - 10 });
    await stage.polls();
    const page = await stage.program.page();
    expect(page.deployments()).toEqual({ success: 2, failure: 0 });
    expect(page.ignored()).toEqual({ filtered: 1 });
    expect(page.text).not.toContain('other/app');
  });

  test('relabelling that drops, and relabelling that names', async () => {
    const relabel_configs = [
      { source_labels: ['__meta_woodpecker_name'], regex: 'web', action: 'drop' },
      { source_labels: ['__meta_woodpecker_owner'], target_label: 'team' },
      { source_labels: ['__meta_woodpecker_name'], target_label: 'app' },
    ];
    await using stage = await openStage({ keys: { relabel_configs } });
    const [shop, web] = [stage.repo('acme/shop'), stage.repo('acme/web')];
    await stage.polls();
    for (const repo of [shop, web]) stage.ended(repo, 'success', stage.now);
    await stage.polls();
    const page = await stage.program.page();
    expect(page.ignored()).toEqual({ filtered: 1 });
    expect(page.value('dora_deployments_total', { app: 'shop', team: 'acme', outcome: 'success' })).toBe(1);
  });
});

describe('another configuration after a restart', () => {
  test('a repository that is left out by it goes after forget_after, and its history is back with it', async () => {
    await using stage = await openStage();
    const { url } = stage.server;
    const [shop, web] = [stage.repo('acme/shop'), stage.repo('acme/web')];
    for (const repo of [shop, web]) stage.ended(repo, 'failure', stage.now - 100);
    await stage.polls();
    await stage.program.restart({ url, repositories: ['acme/web'] });
    await stage.polls(HOUR_MS / POLL_MS);
    expect((await stage.program.page()).deployments('acme/shop').failure).toBe(1);
    await stage.polls();
    expect((await stage.program.page()).text).not.toContain('acme/shop');
    stage.ended(shop, 'failure', stage.now);
    await stage.polls();
    expect((await stage.program.page()).ignored()).toEqual({ filtered: 1 });

    await stage.program.restart({ url });
    await stage.polls(2);
    // A row is decided once and for ever: what was filtered stays so, and the history has a gap until now.
    const wanted = await stage.program.page();
    expect(wanted.deployments('acme/shop')).toEqual({ success: 0, failure: 1 });
    const since = (app: string) => wanted.value('dora_target_observed_since_timestamp_seconds', { app });
    expect(since('acme/shop')).toBeGreaterThan(stage.now - 200);
    expect(since('acme/web')).toBeLessThan(stage.now - 89 * 86_400);
    stage.ended(shop, 'success', stage.now);
    await stage.polls();
    expect((await stage.program.page()).deployments('acme/shop')).toEqual({ success: 1, failure: 1 });
    // Left out again, it goes once more.
    await stage.program.restart({ url, repositories: ['acme/web'] });
    await stage.polls(HOUR_MS / POLL_MS + 1);
    expect((await stage.program.page()).text).not.toContain('acme/shop');
  });

  test('a source whose pipelines are builds from now on: what it counted goes after forget_after', async () => {
    await using stage = await openStage();
    const { url } = stage.server;
    const shop = stage.repo('acme/shop');
    stage.ended(shop, 'failure', stage.now - 100);
    await stage.polls();
    await stage.program.restart({ url, deployments: false });
    stage.ended(shop, 'success', stage.now);
    await stage.polls(HOUR_MS / POLL_MS);
    expect((await stage.program.page()).deployments('acme/shop')).toEqual({ success: 0, failure: 1 });
    await stage.polls();
    const page = await stage.program.page();
    expect(page.text).not.toContain('acme/shop');
    expect(
      page.value('dora_incident_transitions_total', { operation: 'close', outcome: 'abandoned', origin: 'poll' }),
    ).toBe(1);
  });

  test('a repository that is wanted again keeps its series, however long its history takes to read', async () => {
    await using stage = await openStage({ keys: { forget_after: '5m' } });
    const { url } = stage.server;
    const [shop, web] = [stage.repo('acme/shop'), stage.repo('acme/web')];
    for (const repo of [shop, web]) stage.ended(repo, 'failure', stage.now - 100);
    await stage.polls();
    await stage.program.restart({ url, forget_after: '5m', repositories: ['acme/web'] });
    await stage.polls(2);
    await stage.program.restart({ url, forget_after: '5m' });
    stage.server.faults.add({ kind: 'status', status: 500 }, { path: /\/1\/pipelines/, times: 30 });
    for (let poll = 0; poll < 30; poll += 1) {
      await stage.program.cycle();
      await stage.clock.advance(POLL_MS);
    }
    expect((await stage.program.page()).deployments('acme/shop').failure).toBe(1);
  });

  test('a repository that is included by it has its history read, with no news of it', async () => {
    await using stage = await openStage({ keys: { repositories: ['acme/web'] } });
    const shop = stage.repo('acme/shop');
    stage.repo('acme/web');
    stage.ended(shop, 'failure', stage.now - 100);
    await stage.polls();
    await stage.program.restart({ url: stage.server.url });
    await stage.polls();
    const page = await stage.program.page();
    expect(page.deployments('acme/shop')).toEqual({ success: 0, failure: 1 });
    expect(
      page.value('dora_incident_transitions_total', { origin: 'backfill', operation: 'open', outcome: 'done' }),
    ).toBe(1);
  });

  const team = (name: string) => [{ target_label: 'team', replacement: name }];

  test('another team: the whole history is its own at once', async () => {
    await using stage = await openStage({ keys: { relabel_configs: team('red') } });
    const { url } = stage.server;
    stage.ended(stage.repo('acme/shop'), 'success', stage.now - 100);
    await stage.polls();
    await stage.program.restart({ url, relabel_configs: team('blue') });
    // The store fails at first: it is told again.
    const { inbox } = stage.program;
    const { record } = inbox;
    inbox.record = () => Promise.reject(new StoreFailure('the disk is full'));
    expect(await stage.program.cycle()).toMatchObject({ ok: false, reason: 'store' });
    inbox.record = record;
    await stage.polls();
    const page = await stage.program.page();
    expect(page.value('dora_deployments_total', { team: 'blue', outcome: 'success' })).toBe(1);
    expect(page.text).not.toContain('team="red"');
  });

  test('a repository that goes to another owner goes to that team at once', async () => {
    const relabel_configs = [{ source_labels: ['__meta_woodpecker_owner'], target_label: 'team' }];
    await using stage = await openStage({ keys: { relabel_configs } });
    const shop = stage.repo('acme/shop');
    stage.ended(shop, 'success', stage.now - 100);
    await stage.polls(2);
    renameRepo(stage.server.state, shop, 'beta/shop');
    await stage.polls();
    const page = await stage.program.page();
    expect(page.value('dora_deployments_total', { app: 'beta/shop', team: 'beta', outcome: 'success' })).toBe(1);
    expect(page.text).not.toContain('acme');
  });

  test('another name by relabelling: the old target goes after forget_after, new rows are the new one', async () => {
    await using stage = await openStage();
    const shop = stage.repo('acme/shop');
    stage.ended(shop, 'success', stage.now - 100);
    await stage.polls();
    const relabel_configs = [{ source_labels: ['__meta_woodpecker_name'], target_label: 'app' }];
    await stage.program.restart({ url: stage.server.url, relabel_configs });
    stage.ended(shop, 'success', stage.now);
    await stage.polls(HOUR_MS / POLL_MS);
    const page = await stage.program.page();
    expect(page.deployments('shop').success).toBe(1);
    expect(page.deployments('acme/shop').success).toBe(1);
    await stage.polls();
    expect((await stage.program.page()).text).not.toContain('acme/shop');
  });
});
