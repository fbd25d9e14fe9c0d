import { expect, it } from 'vitest';
import { fillRepos } from '../../src/demo/woodpecker/fill.ts';
import type { Program } from '../support/program.ts';
import type { Page } from './page.ts';
import { goodPoll, items, keysOf, nextPoll, pageWith, Stage, scrape } from './stage.ts';
import { STORY, TOLD, tellStory } from './story.ts';

/** kill -9 once the server has been asked for `path` and the answer does not come. */
async function killWhileAsking(stage: Stage, path: RegExp): Promise<void> {
  const before = stage.asked(path);
  const heal = stage.woodpecker.faults.add({ kind: 'hang' }, { path });
  await using program = await stage.start();
  await program.until(() => stage.asked(path) > before, `a request for ${path}`);
  await program.kill();
  heal();
}

it('B8: history gives the same after kill -9 before, within and after its first read, and after more polls', async () => {
  await using stage = await Stage.open();
  tellStory(stage, stage.repo('acme/shop'));
  await killWhileAsking(stage, /^\/api\/user\/repos/);
  await killWhileAsking(stage, /\/pipelines\?/);

  let before: Page | null = null;
  for (let life = 0; life < 2; life += 1) {
    await using program = await stage.start();
    // In the second life the very first page has it all, whether a poll has ended or not.
    if (before !== null) expect((await scrape(program)).targets()).toEqual(before.targets());
    await goodPoll(program);
    const page = await nextPoll(stage, program);
    expect(keysOf(page, 'acme/shop', stage.epoch)).toEqual(TOLD);
    if (before !== null) expect(page.targets()).toEqual(before.targets());
    expect(await items(program, 'deployments')).toHaveLength(4);
    expect(await items(program, 'incidents')).toHaveLength(1);
    before = page;
    await program.kill();
  }
});

it('B8: events that come one by one, each with a kill -9 in the poll that reads it and one after, count once', async () => {
  await using stage = await Stage.open();
  const shop = stage.repo('acme/shop');
  const counted = (page: Page) =>
    page.all('dora_deployments_total', { app: 'acme/shop' }).reduce((sum, { value }) => sum + value, 0);
  {
    await using program = await stage.start();
    await goodPoll(program);
    await program.kill();
  }
  for (const [index, [status, second]] of STORY.entries()) {
    stage.push(shop, status, second);
    await killWhileAsking(stage, status === 'failure' ? /\/pipelines\/\d+/ : /\/pipelines\?/);
    await using program = await stage.start();
    await pageWith(program, (page) => counted(page) === index + 1, `${index + 1} deployments`);
    await program.kill();
  }
  await using program = await stage.start();
  expect(keysOf(await goodPoll(program), 'acme/shop', stage.epoch)).toEqual(TOLD);
  expect(await items(program, 'deployments')).toHaveLength(4);
});

it("B8: killed at any moment of reading many repositories, all counters equal the ledger's rows in the end", async () => {
  await using stage = await Stage.open();
  fillRepos(stage.woodpecker.state, 40, 5);
  stage.woodpecker.faults.add({ kind: 'slow', delayMs: 10 });
  for (const requests of [7, 19]) {
    const goal = stage.woodpecker.requests.length + requests;
    await using program = await stage.start();
    await program.until(() => stage.woodpecker.requests.length >= goal, `${requests} requests`);
    await program.kill();
  }
  await using program = await stage.start();
  // A poll can end well before all histories are read.
  const whole = (page: Page) => page.all('dora_deployments_total').length === 2 * 40;
  await expectCountersToEqualRows(stage, await pageWith(program, whole, 'all histories are read'), program);
  expect(await items(program, 'deployments?limit=500')).toHaveLength(200);

  // And live: all of them move at once, and the poll that reads it is cut off.
  for (const repo of stage.woodpecker.state.repos.values()) stage.push(repo, 'failure', 86_000);
  const goal = stage.woodpecker.requests.length + 15;
  await program.until(() => stage.woodpecker.requests.length >= goal, 'part of the news was read');
  await program.kill();
  await using again = await stage.start();
  await goodPoll(again);
  await expectCountersToEqualRows(stage, await scrape(again), again);
  expect(await items(again, 'deployments?limit=500')).toHaveLength(240);
});

async function expectCountersToEqualRows(stage: Stage, page: Page, program: Program): Promise<void> {
  const rows = await items(program, 'deployments?limit=500');
  const incidents = await items(program, 'incidents?limit=500');
  const { state } = stage.woodpecker;
  for (const repo of state.repos.values()) {
    const app = repo.full_name;
    const upstream = state.pipelines.get(repo.id) ?? [];
    for (const outcome of ['success', 'failure']) {
      const count = page.value('dora_deployments_total', { app, outcome });
      expect(count, app).toBe(upstream.filter(({ status }) => status === outcome).length);
      expect(count, app).toBe(rows.filter((row) => row['app'] === app && row['outcome'] === outcome).length);
    }
    const recovered = incidents.filter((one) => one['app'] === app && one['outcome'] === 'recovered');
    const seconds = recovered.reduce((sum, one) => sum + Number(one['recovery_seconds']), 0);
    expect(page.value('dora_recovery_time_seconds_count', { app }), app).toBe(recovered.length);
    expect(page.value('dora_recovery_time_seconds_sum', { app }), app).toBe(seconds);
    const open = incidents.filter((one) => one['app'] === app && one['state'] === 'open');
    expect(page.value('dora_incident_open', { app }), app).toBe(open.length);
  }
}
