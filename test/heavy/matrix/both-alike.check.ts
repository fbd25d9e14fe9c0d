import { describe, expect, test } from 'vitest';
import { startSimulatedHomeserver, type TestHomeserver } from '../../support/homeserver.ts';
import { startSynapse } from '../support/synapse.ts';

/** What the simulated homeserver is trusted for, asked of a real one too. */
describe.each([
  ['the simulated homeserver', () => startSimulatedHomeserver()],
  ['a real Synapse', startSynapse],
] as const)('%s', (_, start) => {
  test('keeps transactions over kill -9, throttles over rooms, moves aliases, and lets a kicked bot come back', async () => {
    await using server = await start();
    const ops = await server.room('ops');
    const dev = await server.room('dev');

    const first = await send(server, ops.id, 'a', 'one');
    expect(first.status).toBe(200);
    await server.down();
    await server.up();
    expect(await send(server, ops.id, 'a', 'other')).toEqual(first);
    expect(bodies(await server.messages(ops))).toEqual(['one']);

    const statuses: number[] = [];
    for (let more = 0; more < 12; more += 1) {
      statuses.push((await send(server, more % 2 === 0 ? ops.id : dev.id, `m${more}`, `${more}`)).status);
    }
    expect(statuses.slice(0, 8)).toEqual(new Array(8).fill(200));
    expect(statuses).toContain(429);
    await server.liftLimit();
    for (let more = 0; more < 12; more += 1) expect((await send(server, dev.id, `l${more}`, 'x')).status).toBe(200);

    await server.kick(dev);
    expect(await send(server, dev.id, 'k', 'x')).toMatchObject({ status: 403, errcode: 'M_FORBIDDEN' });
    await server.invite(dev);
    expect(await send(server, dev.id, 'k', 'x')).toMatchObject({ status: 403 });
    expect((await ask(server, 'POST', `/join/${encodeURIComponent(dev.alias)}`, {})).status).toBe(200);
    expect((await send(server, dev.id, 'k', 'back')).status).toBe(200);
    await server.requirePower(dev, 50);
    expect(await send(server, dev.id, 'p', 'x')).toMatchObject({ status: 403, errcode: 'M_FORBIDDEN' });

    const moved = await server.upgrade(ops);
    expect(await send(server, ops.id, 'u', 'x')).toMatchObject({ status: 403 });
    expect(await ask(server, 'GET', `/directory/room/${encodeURIComponent(ops.alias)}`)).toMatchObject({
      room_id: moved.id,
    });
    expect(await send(server, moved.id, 'u', 'x')).toMatchObject({ status: 403 });
  });
});

async function send(server: TestHomeserver, room: string, txn: string, body: string) {
  const content = { msgtype: 'm.text', body, 'm.mentions': {} };
  return await ask(server, 'PUT', `/rooms/${encodeURIComponent(room)}/send/m.room.message/${txn}`, content);
}

async function ask(server: TestHomeserver, method: string, path: string, body?: object) {
  const response = await fetch(`${server.url}/_matrix/client/v3${path}`, {
    method,
    headers: { connection: 'close', authorization: `Bearer ${server.bot.token}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, ...((await response.json()) as Record<string, unknown>) };
}

function bodies(messages: Awaited<ReturnType<TestHomeserver['messages']>>): unknown[] {
  return messages.map(({ content }) => content['body']);
}
