import { afterEach, describe, expect, test } from 'vitest';
import { Bucket } from '../../src/demo/homeserver/bucket.ts';
import { type SimulatedTestHomeserver, startSimulatedHomeserver } from '../support/homeserver.ts';
import { notifierBehaviours } from './behaviours.ts';
import { hurried, idsIn, NotifierStage, plainMessages, twoRooms } from './stage.ts';

const running: SimulatedTestHomeserver[] = [];

async function started(): Promise<SimulatedTestHomeserver> {
  const on = await startSimulatedHomeserver();
  running.push(on);
  return on;
}

afterEach(async () => {
  for (const on of running.splice(0)) await on[Symbol.asyncDispose]();
});

describe('on the simulated homeserver', () => {
  notifierBehaviours(started);

  test('B31: told to wait, it waits and goes on: all arrive in order, and none counts as a failure', async () => {
    const on = await started();
    on.state.messageLimit = new Bucket(10, 5);
    on.state.throttleDelayMs = 5;
    const rooms = await twoRooms(on);
    await using stage = await NotifierStage.open(on, { rooms: rooms.names });
    const ids = await stage.tellMany(15);
    await stage.drained();
    expect(idsIn(await plainMessages(on, rooms.critical))).toEqual(ids);
    expect(stage.logged.filter((line) => line.includes('does not take messages'))).toEqual([]);
    expect(on.server.requests.filter(({ path }) => path.includes('/send/')).length).toBeGreaterThan(15);
  });

  test('an edit whose message is not there goes as a message of its own', { timeout: 60_000 }, async () => {
    const on = await started();
    await on.liftLimit();
    const rooms = await twoRooms(on);
    await using stage = await NotifierStage.open(on, { rooms: rooms.names, dedupeMs: 60_000, clock: hurried });
    await stage.tellMany(1, () => ({ message: 'same', origin: 'one' }));
    await stage.drained();
    const room = on.state.rooms.get(rooms.critical.id);
    room?.timeline.splice(0, room.timeline.length, ...room.timeline.filter(({ type }) => type !== 'm.room.message'));
    await stage.tellMany(1, () => ({ message: 'same', origin: 'one' }));
    await stage.until(async () => (await plainMessages(on, rooms.critical)).length === 1, 'a message of its own');
    const [message] = await plainMessages(on, rooms.critical);
    expect(message?.content['body']).toContain('×2');
  });

  test('B16: a send that shutting down cuts off is no failure, and is sent after the next start', async () => {
    const on = await started();
    await on.liftLimit();
    const rooms = await twoRooms(on);
    let asked = 0;
    await using stage = await NotifierStage.open(on, {
      rooms: rooms.names,
      homeserver: (real) => ({
        ...real,
        send: (roomId, txnId, content, stop) => {
          asked += 1;
          if (asked > 1) return real.send(roomId, txnId, content, stop);
          return new Promise((_, reject) => stop.addEventListener('abort', () => reject(stop.reason)));
        },
      }),
    });
    const ids = await stage.tellMany(1);
    await stage.until(() => asked === 1, 'a send under way');
    await stage.stop();
    expect(stage.logged.filter((line) => /warn|error/.test(line))).toEqual([]);
    stage.start();
    await stage.drained();
    expect(idsIn(await plainMessages(on, rooms.critical))).toEqual(ids);
  });

  test('B33: a room that is there does not hear of a join before every message', async () => {
    const on = await started();
    await on.liftLimit();
    const rooms = await twoRooms(on);
    const before = on.server.requests.length;
    await using stage = await NotifierStage.open(on, { rooms: rooms.names });
    await stage.tellMany(10);
    await stage.drained();
    const asked = on.server.requests.slice(before).map(({ path }) => path);
    expect(asked.filter((path) => path.includes('/join/'))).toEqual([]);
    expect(asked.filter((path) => path.includes('/joined_rooms')).length).toBeLessThanOrEqual(2);
  });
});
