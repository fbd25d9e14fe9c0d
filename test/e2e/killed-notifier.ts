import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect } from 'vitest';
import { plainMessages, twoRooms } from '../notify/stage.ts';
import type { TestHomeserver, TestRoom } from '../support/homeserver.ts';
import type { Program } from '../support/program.ts';
import { startSendProxy } from '../support/send-proxy.ts';
import { post, SinkStage } from './sink-stage.ts';
import { pageWith } from './stage.ts';

/**
 * The program is killed, so many times, when the homeserver has said 200 and the program has not heard it: each event
 * must be there once, in order, though each was asked for twice.
 */
export async function killedAfterTheAnswer(on: TestHomeserver, times: number, ledger?: string): Promise<void> {
  await on.liftLimit();
  const rooms = await twoRooms(on);
  const asked: string[] = [];
  const taken = new Set<string>();
  await using proxy = await startSendProxy(
    on.url,
    (path) => {
      asked.push(path);
      return taken.has(path) ? 'through' : 'held';
    },
    (path) => taken.add(path),
  );
  await using stage = stageOf(proxy.url, on.bot.token, rooms.names, ledger);
  let program = await stage.start();
  try {
    for (let alert = 0; alert < times; alert += 1) {
      await postAlert(program, alert);
      await program.until(() => taken.size === alert + 1, `the homeserver has alert ${alert}`);
      await program.kill();
      program = await stage.start();
    }
    await allSent(program);
  } finally {
    await program[Symbol.asyncDispose]();
  }
  expect(await alertsIn(on, rooms.critical)).toEqual(Array.from({ length: times }, (_, alert) => alert));
  expect(asked).toHaveLength(2 * times);
}

/**
 * The homeserver is down for `lastsMs`, in which a hundred alerts of as many origins are posted and the program is killed
 * twice: all must be there, once and in order, when it is back.
 */
export async function outage(on: TestHomeserver, lastsMs: number, ledger?: string): Promise<void> {
  await on.liftLimit();
  const rooms = await twoRooms(on);
  await using stage = stageOf(on.url, on.bot.token, rooms.names, ledger);
  let program = await stage.start();
  try {
    await postAlert(program, 0);
    await program.until(async () => (await alertsIn(on, rooms.critical)).length === 1, 'the homeserver takes messages');
    await on.down();
    for (let alert = 1; alert <= 100; alert += 1) {
      await postAlert(program, alert);
      if (alert === 33 || alert === 66) {
        await program.kill();
        program = await stage.start();
      }
      await wait(lastsMs / 100);
    }
    await pageWith(
      program,
      (page) => page.value('dora_notifications_pending', { room: 'critical' }) === 100,
      '100 wait',
    );
    await on.up();
    await allSent(program);
  } finally {
    await program[Symbol.asyncDispose]();
  }
  expect(await alertsIn(on, rooms.critical)).toEqual(Array.from({ length: 101 }, (_, alert) => alert));
}

function stageOf(
  homeserver: string,
  token: string,
  rooms: { readonly critical: string; readonly warning: string },
  ledger?: string,
) {
  const names = `rooms: {critical: "${rooms.critical}", warning: "${rooms.warning}"}`;
  const stage = new SinkStage(
    `notify: {matrix: {homeserver: "${homeserver}", token_file: ./matrix-token, ${names}}}\n`,
    0,
    ledger,
  );
  writeFileSync(join(stage.folder, 'matrix-token'), token);
  return stage;
}

async function postAlert(program: Program, alert: number): Promise<void> {
  const event = { subsystem: 'shop', operation: 'pay', severity: 'critical', origin: `${alert}` };
  const { status } = await post(program, { ...event, error_message: `alert ${alert}` });
  expect(status).toBe(202);
}

async function allSent(program: Program): Promise<void> {
  await pageWith(
    program,
    (page) => ['critical', 'warning'].every((room) => page.value('dora_notifications_pending', { room }) === 0),
    'all is sent',
  );
}

/** The numbers of the alerts that a room shows, in the order of its messages. */
async function alertsIn(on: TestHomeserver, room: TestRoom): Promise<number[]> {
  return (await plainMessages(on, room)).map(({ content }) => Number(/alert (\d+)/.exec(String(content['body']))?.[1]));
}
