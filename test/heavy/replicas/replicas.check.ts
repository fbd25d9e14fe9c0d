import { performance } from 'node:perf_hooks';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Page } from '../../e2e/page.ts';
import { goodPoll, items, keysOf, pageWith, Stage, scrape } from '../../e2e/stage.ts';
import { STORY, TOLD, tellStory } from '../../e2e/story.ts';
import type { Program } from '../../support/program.ts';
import { startCutProxy } from '../support/cut-proxy.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';

/** A killed leader is followed within this time. */
const TAKEOVER_MS = 10_000;

let server: TestPostgres;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server[Symbol.asyncDispose]());

const leads = (page: Page) => page.value('dora_exporter_leader') === 1;
const leading = (program: Program) => pageWith(program, leads, 'it leads');
const following = (program: Program) => pageWith(program, (page) => !leads(page), 'it follows');

/** Families of a page that only a leader has: with samples, and with a source. */
const ofSources = (page: Page) => page.samples.filter(({ labels }) => 'source' in labels);

test('two replicas: one leads; the other shows nothing of targets, and answers for the ledger', async () => {
  await using stage = await Stage.open();
  stage.configure({ ledger: server.url(await server.create()) });
  tellStory(stage, stage.repo('acme/shop'));
  await using leader = await stage.start();
  expect(keysOf(await goodPoll(leader), 'acme/shop', stage.epoch)).toEqual(TOLD);
  await using follower = await stage.start();

  const page = await scrape(follower);
  expect(page.value('dora_exporter_leader')).toBe(0);
  expect(ofSources(page)).toEqual([]);
  expect(page.value('process_cpu_seconds_total')).toBeGreaterThan(0);
  for (const path of ['deployments', 'incidents', 'targets']) {
    expect(await items(follower, path)).toEqual(await items(leader, path));
  }
  // Before anybody has looked at a page.
  expect(await items(follower, 'collectors')).toEqual([
    expect.objectContaining({ source: 'woodpecker', up: null, last_success_at: expect.any(String) }),
  ]);
  expect((await fetch(`${follower.url}/-/ready`)).status).toBe(200);
  const overview = await (await fetch(follower.url)).text();
  expect(overview).toContain('This replica follows');
  expect(overview).toContain('acme/shop');

  // Nothing is polled twice, and it takes over at once from one that stops in order.
  expect(await leader.stop()).toEqual({ code: 0, signal: null });
  expect(keysOf(await goodPoll(follower), 'acme/shop', stage.epoch)).toEqual(TOLD);
  expect(await items(follower, 'deployments')).toHaveLength(STORY.length);
});

test('a leader that is killed is followed within 10 s, by one who shows what it showed', async () => {
  await using stage = await Stage.open();
  stage.configure({ ledger: server.url(await server.create()) });
  tellStory(stage, stage.repo('acme/shop'));
  await using first = await stage.start();
  const before = await goodPoll(first);
  await using second = await stage.start();
  const killedAt = performance.now();
  await first.kill();
  const after = await leading(second);
  expect(performance.now() - killedAt).toBeLessThan(TAKEOVER_MS);
  expect(after.targets()).toEqual(before.targets());
});

test('B17: a leader that was frozen shows nothing of targets when it goes on, writes nothing, and follows', async () => {
  await using stage = await Stage.open();
  stage.configure({ ledger: server.url(await server.create()) });
  const shop = stage.repo('acme/shop');
  stage.push(shop, ...STORY[0]);
  await using first = await stage.start();
  await goodPoll(first);
  await using second = await stage.start();
  // In the middle of a poll, whose answer is read after the other has counted all of it.
  const polls = () => stage.asked(/^\/api\/user\/repos/);
  const before = polls();
  await first.until(() => polls() > before, 'a poll begins');
  first.signal('SIGSTOP');
  for (const [status, second] of STORY.slice(1)) stage.push(shop, status, second);
  await leading(second);
  await pageWith(second, (page) => keysOf(page, 'acme/shop', stage.epoch).successes === 2, 'all is counted');

  const thawed = fetch(`${first.url}/metrics`);
  first.signal('SIGCONT');
  const page = await thawed.then((answer) => answer.text());
  expect(page).toContain('dora_exporter_leader 0\n');
  expect(page).not.toContain('acme/shop');
  await following(first);
  expect(keysOf(await scrape(second), 'acme/shop', stage.epoch)).toEqual(TOLD);
  expect(await items(first, 'deployments')).toHaveLength(STORY.length);
  // It can lead again.
  await second.kill();
  expect(keysOf(await goodPoll(first), 'acme/shop', stage.epoch)).toEqual(TOLD);
});

test('a leader that is cut off from the database lets go in time, and what it polled is no failure', async () => {
  const database = await server.create();
  await using proxy = await startCutProxy(server.port);
  await using stage = await Stage.open();
  const shop = stage.repo('acme/shop');
  stage.push(shop, ...STORY[0]);
  stage.configure({ ledger: `postgres://dora@127.0.0.1:${proxy.port}/${database}` });
  await using first = await stage.start();
  await goodPoll(first);
  stage.configure({ ledger: server.url(database) });
  await using second = await stage.start();
  proxy.cut();
  for (const [status, second] of STORY.slice(1)) stage.push(shop, status, second);
  await leading(second);
  expect(leads(await scrape(first))).toBe(false);
  expect(ofSources(await scrape(first))).toEqual([]);
  const told = (page: Page) => keysOf(page, 'acme/shop', stage.epoch).successes === 2;
  expect(keysOf(await pageWith(second, told, 'all is counted'), 'acme/shop', stage.epoch)).toEqual(TOLD);

  proxy.heal();
  await second.stop();
  expect(keysOf(await goodPoll(first), 'acme/shop', stage.epoch)).toEqual(TOLD);
  expect(await items(first, 'deployments')).toHaveLength(STORY.length);
});
