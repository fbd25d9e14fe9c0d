import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { idsIn, plainMessages } from '../notify/stage.ts';
import { type SimulatedTestHomeserver, startSimulatedHomeserver, type TestRoom } from '../support/homeserver.ts';
import { type Program, runProgram } from '../support/program.ts';
import type { Page } from './page.ts';
import { goodPoll, items, pageWith, Stage, scrape } from './stage.ts';

interface Rooms {
  readonly critical: TestRoom;
  readonly warning: TestRoom;
}

async function setUp(stage: Stage, on: SimulatedTestHomeserver): Promise<Rooms> {
  await on.liftLimit();
  const rooms = { critical: await on.room('ops'), warning: await on.room('dev') };
  stage.write('matrix-token', on.bot.token);
  const names = `rooms: {critical: "${rooms.critical.alias}", warning: "${rooms.warning.id}"}`;
  const matrix = `{homeserver: "${on.url}", token_file: ./matrix-token, ${names}}`;
  stage.configure({ notify: `{throttle: 0s, dedupe: 0s, matrix: ${matrix}}` });
  return rooms;
}

async function bodies(on: SimulatedTestHomeserver, room: TestRoom): Promise<string[]> {
  return (await on.messages(room)).map(({ content }) => String(content['body']));
}

test('a failure and its recovery, over kill -9 and a homeserver that is down; the token is nowhere', async () => {
  await using stage = await Stage.open();
  await using on = await startSimulatedHomeserver();
  const rooms = await setUp(stage, on);
  const repo = stage.repo('acme/api');
  stage.push(repo, 'success', 0);
  const output: string[] = [];
  const now = () => Math.floor(Date.now() / 1000) - stage.epoch;
  {
    await using program = await stage.start();
    await goodPoll(program);
    // History was no news.
    expect(await on.messages(rooms.critical)).toEqual([]);
    await on.down();
    stage.push(repo, 'failure', now() - 10);
    await pageWith(program, (page) => page.value('dora_notifications_pending', { room: 'critical' }) === 1, 'it waits');
    output.push(program.output);
    await program.kill();
  }
  await on.up();
  await using program = await stage.start();
  await program.until(async () => (await on.messages(rooms.critical)).length === 1, 'the message');
  expect((await bodies(on, rooms.critical))[0]).toMatch(/^🚨 acme\/api: deployment to production FAILED in 30s\n/);

  stage.push(repo, 'success', now());
  await program.until(async () => (await on.messages(rooms.critical)).length === 3, 'its edit and its notice');
  const texts = (await bodies(on, rooms.critical)).join('\n');
  expect(texts).toContain('✅ recovered after');
  expect(texts).toContain('✅ acme/api in production: recovered after');
  expect(await on.messages(rooms.warning)).toEqual([]);

  const page = await pageWith(
    program,
    (one) => one.value('dora_notifications_pending', { room: 'critical' }) === 0,
    'nothing waits',
  );
  const labels = { room: 'critical', outcome: 'delivered', reason: '' };
  expect(page.value('dora_notifications_total', labels)).toBe(2);
  expect(page.value('dora_notifications_oldest_pending_timestamp_seconds', { room: 'critical' })).toBeUndefined();
  expect(page.value('dora_notifier_room_blocked', { room: 'critical', reason: 'forbidden' })).toBe(0);
  expect(page.value('dora_notifier_last_delivery_timestamp_seconds', { room: 'critical' })).toBeGreaterThan(1.7e9);
  const listed = await items(program, 'notifications?room=critical');
  expect(listed.map(({ kind, state }) => [kind, state])).toHaveLength(3);
  expect(listed.every(({ state }) => state === 'delivered')).toBe(true);
  expect(listed.at(-1)).toMatchObject({
    kind: 'message',
    events: [{ about: expect.stringMatching(/^incident \d+$/), role: 'first' }, { role: 'ends' }],
  });

  // B37
  const metrics = await (await fetch(`${program.url}/metrics`)).text();
  const ledger = readFileSync(stage.ledger).toString('latin1') + readFileSync(`${stage.ledger}-wal`).toString('latin1');
  const commandLine =
    readFileSync(`/proc/${program.pid}/cmdline`, 'utf8') + readFileSync(`/proc/${program.pid}/environ`, 'utf8');
  output.push(program.output, metrics, JSON.stringify(listed), ledger, commandLine);
  expect(output.join('\n')).not.toContain(on.bot.token);
  expect(await program.stop()).toEqual({ code: 0, signal: null });
});

test('B38: a test alert goes by the running daemon, or by itself where none runs', async () => {
  await using stage = await Stage.open();
  await using on = await startSimulatedHomeserver();
  const rooms = await setUp(stage, on);
  const alert = (...words: string[]) => runProgram(['test-alert', `--config.file=${stage.config}`, ...words]);

  const alone = await alert('--form=dag');
  expect(alone).toMatchObject({ code: 0, stderr: '' });
  expect(alone.stdout).toMatch(/^sent to the critical room without a running daemon: event \$\S+ after \d+ ms\n$/);
  {
    await using program: Program = await stage.start();
    await goodPoll(program);
    const sent = await alert('--severity=warning', '--form=anomaly');
    expect(sent.stdout).toMatch(/^sent to the warning room by the running daemon: event \$\S+ after \d+ ms\n$/);
    const event = /event (\S+)/.exec(sent.stdout)?.[1];
    expect((await on.messages(rooms.warning)).map(({ event_id }) => event_id)).toEqual([event]);
  }
  expect((await bodies(on, rooms.critical))[0]).toMatch(
    /^❌ DAG test-dag run test-run FAILED\nstep test-step exit 1\n/,
  );
  expect((await bodies(on, rooms.warning))[0]).toMatch(
    /^⚠️ violations_24h = 51 \(threshold 50\) — top rules: TEST-1, TEST-2\n/,
  );
  stage.configure();
  expect(await alert()).toMatchObject({ code: 2, stderr: expect.stringContaining('notify.matrix is not configured') });
});

test('B29: kill -9 again and again while messages go out: each is there once, in order', {
  timeout: 120_000,
}, async () => {
  await using stage = await Stage.open();
  await using on = await startSimulatedHomeserver();
  const rooms = await setUp(stage, on);
  const repos = Array.from({ length: 40 }, (_, n) => stage.repo(`acme/app-${n}`));
  for (const repo of repos) stage.push(repo, 'success', 0);
  {
    await using program = await stage.start();
    await goodPoll(program);
    await on.down();
    const now = Math.floor(Date.now() / 1000) - stage.epoch;
    for (const repo of repos) stage.push(repo, 'failure', now);
    await pageWith(program, (page) => page.value('dora_notifications_pending', { room: 'critical' }) === 40, '40 wait');
    await program.kill();
  }
  await on.up();
  for (let times = 0; times < 3; times += 1) {
    const before = (await on.messages(rooms.critical)).length;
    await using program = await stage.start();
    await program.until(async () => (await on.messages(rooms.critical)).length > before, 'more');
    await wait(20 * times);
    await program.kill();
  }
  await using program = await stage.start();
  await pageWith(program, (page) => page.value('dora_notifications_pending', { room: 'critical' }) === 0, 'all sent');
  const ids = idsIn(await plainMessages(on, rooms.critical));
  expect(ids).toHaveLength(40);
  const listed = await items(program, 'notifications?room=critical');
  const decided = listed.toReversed().flatMap(({ events }) => (events as { id: string }[]).map(({ id }) => id));
  expect(ids).toEqual(decided);
});

test('B35: with notify.matrix taken out by a reload nothing is told of what waits; once it is back, all of it is, and is sent', async () => {
  await using stage = await Stage.open();
  await using on = await startSimulatedHomeserver();
  const rooms = await setUp(stage, on);
  const repo = stage.repo('acme/api');
  stage.push(repo, 'success', 0);
  await using program = await stage.start();
  await goodPoll(program);
  await on.down();
  stage.push(repo, 'failure', Math.floor(Date.now() / 1000) - stage.epoch - 10);
  const waits = (page: Page) => page.value('dora_notifications_pending', { room: 'critical' }) === 1;
  await pageWith(program, waits, 'it waits');

  const whole = readFileSync(stage.config, 'utf8');
  stage.configure();
  await program.reload();
  const without = await scrape(program);
  const gauges = /^dora_(notifications_pending|notifications_oldest|notifier_(room_blocked|last_delivery))/;
  expect(without.samples.filter(({ name }) => gauges.test(name))).toEqual([]);

  stage.write('config.yml', whole);
  await program.reload();
  expect(waits(await scrape(program))).toBe(true);
  await on.up();
  await program.until(async () => (await on.messages(rooms.critical)).length === 1, 'the message');
});
