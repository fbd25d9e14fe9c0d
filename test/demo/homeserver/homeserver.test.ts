import { expect, test } from 'vitest';
import { createRoom, member } from '../../../src/demo/homeserver/rooms.ts';
import { type SimulatedHomeserver, startHomeserver } from '../../../src/demo/homeserver/start.ts';
import {
  addToken,
  addUser,
  createState,
  forgetDeviceless,
  type HomeserverState,
} from '../../../src/demo/homeserver/state.ts';

const NOW = Date.UTC(2026, 10, 22, 1, 0, 0);

function stage(clock = { now: NOW }) {
  const state = createState({ serverName: 'localhost', now: () => clock.now });
  state.throttleDelayMs = 0;
  const human = addUser(state, 'human');
  const bot = addUser(state, 'bot');
  addToken(state, human, 'human', 'PHONE');
  addToken(state, bot, 'bot');
  const room = createRoom(state, human, { name: 'ops', alias: 'ops' });
  member(state, room, human, bot.id, 'join');
  return { state, human, bot, room };
}

async function put(server: SimulatedHomeserver, room: string, txn: string, content: object, token = 'bot') {
  const path = `/_matrix/client/v3/rooms/${encodeURIComponent(room)}/send/m.room.message/${txn}`;
  const response = await fetch(`${server.url}${path}`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${token}` },
    body: JSON.stringify(content),
  });
  return { status: response.status, headers: response.headers, body: (await response.json()) as Said };
}

interface Said {
  readonly event_id: string;
  readonly retry_after_ms: number;
}

const text = (body: string) => ({ msgtype: 'm.text', body, 'm.mentions': {} });

test('ten messages at once, then one in five seconds, whatever the room; a wait that is kept is enough', async () => {
  const clock = { now: NOW };
  const { state, human, bot, room } = stage(clock);
  const other = createRoom(state, human, { name: 'dev' });
  member(state, other, human, bot.id, 'join');
  await using server = await startHomeserver(state);
  for (let sent = 0; sent < 10; sent += 1) {
    expect((await put(server, sent % 2 === 0 ? room.id : other.id, `t${sent}`, text('x'))).status).toBe(200);
  }
  const refused = await put(server, room.id, 't10', text('x'));
  expect(refused.status).toBe(429);
  expect(refused.headers.get('retry-after')).toBe('5');
  clock.now += refused.body.retry_after_ms;
  expect((await put(server, room.id, 't10', text('x'))).status).toBe(200);
  expect((await put(server, other.id, 't11', text('x'))).status).toBe(429);
});

test('a restart keeps what a device sent and forgets what a token without one did', async () => {
  const { state, bot, room } = stage();
  addToken(state, bot, 'bare', null);
  let first: string;
  let bare: string;
  {
    await using server = await startHomeserver(state);
    first = (await put(server, room.id, 'a', text('x'))).body.event_id;
    bare = (await put(server, room.id, 'a', text('x'), 'bare')).body.event_id;
    expect((await put(server, room.id, 'a', text('x'), 'bare')).body.event_id).toBe(bare);
  }
  forgetDeviceless(state);
  await using server = await startHomeserver(state);
  expect((await put(server, room.id, 'a', text('x'))).body.event_id).toBe(first);
  expect((await put(server, room.id, 'a', text('x'), 'bare')).body.event_id).not.toBe(bare);
});

test('a request that a fault swallows has no effect; one whose answer is late has', async () => {
  const { state, room } = stage();
  await using server = await startHomeserver(state);
  server.faults.add({ kind: 'status', status: 502 }, { times: 1 });
  expect(await fetch(server.url).then(({ status }) => status)).toBe(502);
  server.faults.add({ kind: 'reset' }, { times: 1 });
  await expect(put(server, room.id, 'a', text('x'))).rejects.toThrow();
  expect(messages(state)).toEqual([]);
  server.faults.add({ kind: 'lost_answer' }, { times: 1 });
  await expect(put(server, room.id, 'a', text('x'))).rejects.toThrow();
  expect(messages(state)).toEqual(['x']);
});

test('the page shows edits in place, threads under their root, and no markup but plain', async () => {
  const { state, room } = stage();
  await using server = await startHomeserver(state);
  const root = await put(server, room.id, 'a', {
    ...text('failed'),
    format: 'org.matrix.custom.html',
    formatted_body:
      '<b>shop</b> <del>x</del> &lt;script&gt; <script>alert(1)</script><img src="x" onerror="y"><a href="https://ci.example.org/1?a=1&amp;b=2">run</a><a href="javascript:x">no</a>',
  });
  const at = (rel_type: string) => ({ 'm.relates_to': { rel_type, event_id: root.body.event_id } });
  await put(server, room.id, 'b', { ...text('recovered'), ...at('m.thread') });
  const before = await (await fetch(server.url)).text();
  expect(before).toContain('<b>shop</b> <del>x</del> &lt;script&gt; &lt;script&gt;alert(1)&lt;/script&gt;&lt;img');
  expect(before).toContain('<a href="https://ci.example.org/1?a=1&amp;b=2" rel="noreferrer noopener">run</a>');
  expect(before).not.toMatch(/<script|<img|href="javascript/);
  expect(before).toMatch(/<div class="thread"><article.*recovered/);
  await put(server, room.id, 'c', { ...text('* failed ×3'), 'm.new_content': text('failed ×3'), ...at('m.replace') });
  const after = await (await fetch(server.url)).text();
  expect(after).toContain('<div>failed ×3</div>');
  expect(after.match(/<article/g)).toHaveLength(2);
});

function messages(state: HomeserverState): unknown[] {
  return [...state.rooms.values()].flatMap(({ timeline }) =>
    timeline.filter(({ type }) => type === 'm.room.message').map(({ content }) => content['body']),
  );
}
