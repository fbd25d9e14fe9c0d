import { describe, expect, test } from 'vitest';
import type { Repo } from '../../../src/demo/woodpecker/model.ts';
import { DAY_MS, POLL_MS } from './support-program.ts';
import { looksAt, openStage, type Stage } from './support-stage.ts';

const SHOP = { app: 'acme/shop' };

/** Ends pipelines so many seconds after a day ago, in this order of their numbers. */
function history(stage: Stage, repo: Repo, ends: readonly (readonly ['success' | 'failure', number])[]): number {
  const dayAgo = stage.now - DAY_MS / 1000;
  for (const [status, second] of ends) stage.ended(repo, status, dayAgo + second);
  return dayAgo;
}

const FFSS = [
  ['failure', 100],
  ['failure', 200],
  ['success', 400],
  ['success', 900],
] as const;

async function expectFFSS(stage: Stage, dayAgo: number): Promise<void> {
  const page = await stage.program.page();
  const value = (name: string) => page.value(name, SHOP);
  expect(page.deployments('acme/shop')).toEqual({ success: 2, failure: 2 });
  expect(value('dora_deployment_failure_timestamp')).toBe(dayAgo + 100);
  expect(value('dora_deployment_recovery_timestamp')).toBe(dayAgo + 400);
  expect(value('dora_deployment_last_success_timestamp')).toBe(dayAgo + 900);
  expect(value('dora_recovery_time_seconds_sum')).toBe(300);
  expect(value('dora_recovery_time_seconds_count')).toBe(1);
  expect(value('dora_incident_open')).toBe(0);
}

describe('the first read of a history', () => {
  test.each(['3.17.0', '2.8.3'])('%s: B4 B6 failures, the recovery and the time between them', async (version) => {
    await using stage = await openStage({ version });
    const dayAgo = history(stage, stage.repo('acme/shop'), FFSS);
    await stage.polls();
    await expectFFSS(stage, dayAgo);
  });

  test('B8 polled a hundred times, and started again in between: counted once', async () => {
    await using stage = await openStage();
    const dayAgo = history(stage, stage.repo('acme/shop'), FFSS);
    for (let start = 0; start < 4; start += 1) {
      await stage.polls(25);
      await stage.program.restart({ url: stage.server.url });
    }
    await stage.polls();
    await expectFFSS(stage, dayAgo);
  });

  const ORDERS = [
    [0, 1, 2, 3],
    [3, 2, 1, 0],
    [2, 0, 3, 1],
    [1, 3, 0, 2],
    [3, 0, 1, 2],
  ] as const;
  test.each(ORDERS)('B9 its rows in the order %i %i %i %i give the same', async (...order) => {
    await using stage = await openStage();
    const ends = order.map((index) => FFSS[index] as (typeof FFSS)[number]);
    const dayAgo = history(stage, stage.repo('acme/shop'), ends);
    await stage.polls();
    await expectFFSS(stage, dayAgo);
  });

  test('B17 before it there is nothing of the target, and afterwards no increase that was live', async () => {
    await using stage = await openStage();
    history(stage, stage.repo('acme/shop'), FFSS);
    expect((await stage.program.page()).text).not.toContain('acme/shop');
    await stage.polls();
    const page = await stage.program.page();
    expect(
      page.value('dora_incident_transitions_total', { origin: 'backfill', operation: 'open', outcome: 'done' }),
    ).toBe(1);
    expect(page.value('dora_incident_transitions_total', { origin: 'poll' })).toBe(0);
  });

  test('what it ignores is not counted as ignored', async () => {
    await using stage = await openStage();
    const shop = stage.repo('acme/shop');
    for (const status of ['error', 'canceled', 'declined']) stage.ended(shop, status, stage.now - 1000);
    await stage.polls(2);
    expect((await stage.program.page()).ignored()).toEqual({});
  });

  test('what is older than the window is neither counted nor paged through', async () => {
    await using stage = await openStage({ keys: { backfill: '10d' } });
    const shop = stage.repo('acme/shop');
    for (let day = 200; day > 0; day -= 1) stage.ended(shop, 'success', stage.now - day * 86_400 + 3600);
    expect(looksAt(await stage.asked(() => stage.polls()), shop)).toEqual(['list']);
    expect((await stage.program.page()).deployments('acme/shop').success).toBe(10);
    // Nor is it later, when something new comes.
    stage.ended(shop, 'success', stage.now);
    expect(looksAt(await stage.asked(() => stage.polls()), shop)).toEqual(['list']);
    expect((await stage.program.page()).deployments('acme/shop').success).toBe(11);
  });

  test.each([
    [true, 0],
    [false, 1],
  ])('it begins with a failure, with older history: %s', async (older, recoveries) => {
    await using stage = await openStage({ keys: { backfill: '10d' } });
    const shop = stage.repo('acme/shop');
    if (older) stage.ended(shop, 'failure', stage.now - 11 * 86_400);
    history(stage, shop, FFSS.slice(0, 3));
    await stage.polls();
    const page = await stage.program.page();
    expect(page.value('dora_recovery_time_seconds_count', SHOP)).toBe(recoveries);
    expect(page.value('dora_deployment_failure_timestamp', SHOP) !== null).toBe(!older);
    expect(page.value('dora_deployment_recovery_timestamp', SHOP) !== null).toBe(!older);
    expect(page.deployments('acme/shop')).toEqual({ success: 1, failure: 2 });
  });

  test('a row of it that runs is tracked on', async () => {
    await using stage = await openStage();
    const shop = stage.repo('acme/shop');
    const running = stage.running(shop);
    history(stage, shop, FFSS.slice(2));
    await stage.polls();
    stage.end(running, 'failure');
    await stage.polls();
    expect((await stage.program.page()).deployments('acme/shop')).toEqual({ success: 2, failure: 1 });
  });

  test('a row of it that cannot be read: none of it counts, and the next poll reads the whole', async () => {
    await using stage = await openStage({ version: '2.8.3' });
    const [shop, web] = [stage.repo('acme/shop'), stage.repo('acme/web')];
    const dayAgo = history(stage, shop, FFSS);
    history(stage, web, FFSS);
    stage.server.faults.add({ kind: 'status', status: 500 }, { path: /\/1\/pipelines\/2$/, times: 1 });
    expect(await stage.program.cycle()).toMatchObject({ ok: false, reason: 'server_error', partial: true });
    await stage.clock.advance(POLL_MS);
    const page = await stage.program.page();
    expect(page.deployments('acme/shop').success).toBeNull();
    expect(page.deployments('acme/web')).toEqual({ success: 2, failure: 2 });
    await stage.polls();
    await expectFFSS(stage, dayAgo);
  });
});

describe('a first read that takes several polls', () => {
  test('goes on where it was, after the live work, whole repository by whole repository, and says how far it is', async () => {
    await using stage = await openStage({ keys: { workflow: 'deploy', concurrency: 1 } });
    const repos = ['a', 'b', 'c'].map((name) => stage.repo(`acme/${name}`));
    for (const repo of repos) history(stage, repo, FFSS);
    // In the middle of each repository the time for history is over.
    const { inbox } = stage.program;
    const { decided } = inbox;
    inbox.decided = async (ids) => {
      await stage.clock.advance(POLL_MS);
      return await decided(ids);
    };
    const counted: (number | null)[] = [];
    const asked: (readonly string[])[] = [];
    for (let poll = 0; poll < 4; poll += 1) {
      asked.push(await stage.asked(() => stage.program.good()));
      counted.push((await stage.program.page()).deployments().success);
    }
    expect(counted).toEqual([null, 2, 4, 6]);
    // A poll begins with its listing; then come the pipelines of one repository, and the list of the next.
    expect(asked.map(([first]) => first)).toEqual(Array(4).fill('/api/user/repos'));
    expect(asked.map((paths) => paths.length)).toEqual([2, 6, 6, 5]);
    expect(stage.program.logged.filter((line) => line.startsWith('history read'))).toHaveLength(3);
    expect(stage.program.logged.at(-1)).toContain('"done":3,"pending":0');
  });

  test('nothing of it is recorded while a poll is running', async () => {
    await using stage = await openStage();
    history(stage, stage.repo('acme/shop'), FFSS.slice(2));
    const { inbox } = stage.program;
    const { decided, record } = inbox;
    inbox.decided = async (ids) => {
      await stage.clock.advance(POLL_MS);
      return await decided(ids);
    };
    const listings: number[] = [];
    inbox.record = async (batch) => {
      const asked = stage.server.requests.filter(({ path }) => path === '/api/user/repos').length;
      if (batch.origin === 'backfill') listings.push(asked);
      await record(batch);
    };
    await stage.program.good();
    await stage.program.good();
    // Everything was read in the first poll's time; it waited for the next time that is history's.
    expect(listings).toEqual([2]);
    expect((await stage.program.page()).deployments().success).toBe(2);
  });

  test('what happens live meanwhile is counted once, and in its order', async () => {
    await using stage = await openStage({ keys: { workflow: 'deploy', concurrency: 1 } });
    const shop = stage.repo('acme/shop');
    const dayAgo = history(stage, shop, FFSS.slice(0, 2));
    const { inbox } = stage.program;
    const { decided } = inbox;
    inbox.decided = async (ids) => {
      inbox.decided = decided;
      await stage.clock.advance(POLL_MS);
      return await decided(ids);
    };
    await stage.program.good();
    stage.ended(shop, 'success', dayAgo + 400);
    stage.ended(shop, 'success', dayAgo + 900);
    await stage.polls(3);
    await expectFFSS(stage, dayAgo);
  });

  test('a repository that goes while it waits is waited for no longer', async () => {
    await using stage = await openStage();
    const shop = stage.repo('acme/shop');
    stage.repo('acme/web');
    history(stage, shop, FFSS);
    stage.server.faults.add({ kind: 'status', status: 500 }, { path: /\/1\/pipelines/ });
    expect((await stage.program.cycle()).ok).toBe(false);
    stage.server.state.repos.delete(shop.id);
    await stage.polls();
    expect(await stage.asked(() => stage.polls())).toEqual(['/api/user/repos']);
  });
});
