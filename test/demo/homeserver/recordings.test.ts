import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Room, Session, User } from '../../../src/demo/homeserver/model.ts';
import { createRoom, member, powerLevels, setState } from '../../../src/demo/homeserver/rooms.ts';
import { startHomeserver } from '../../../src/demo/homeserver/start.ts';
import { addToken, addUser, createState, forgetDeviceless } from '../../../src/demo/homeserver/state.ts';

const LIVE = join(import.meta.dirname, '../../fixtures/matrix/live/1.163.2');
const NOW = Date.UTC(2026, 10, 22, 1, 6, 0);

interface Recording {
  readonly number: number;
  readonly name: string;
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly as: string;
    readonly body?: unknown;
    readonly body_raw?: string;
  };
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;
}

// Logging in and out, refreshing, syncing, redacting, push rules: what no notifier asks for.
const NOT_SIMULATED = /\/(login|logout|refresh|sync|redact|pushrules|notifications|capabilities)\b|well-known/;
// The redacted event, and what an application service says.
const LEFT_OUT = new Set([48, 170, 171, 172, 173]);

const recordings = readdirSync(LIVE)
  .filter((name) => name.endsWith('.json'))
  .map(
    (name): Recording => ({
      ...JSON.parse(readFileSync(join(LIVE, name), 'utf8')),
      name,
      number: Number(name.slice(0, 3)),
    }),
  )
  .filter(({ number, request }) => !NOT_SIMULATED.test(request.path) && !LEFT_OUT.has(number));

test('the recordings that are compared are nearly all of them', () => {
  expect(recordings.length).toBeGreaterThanOrEqual(70);
});

test('one after the other, the simulated homeserver answers as the recorded Synapse 1.163.2', async () => {
  let now = NOW;
  const state = createState({ serverName: 'localhost', now: () => now });
  state.throttleDelayMs = 0;
  await using server = await startHomeserver(state);
  const stage = setUp(state);
  const { ours, tokens, rooms, bot, human } = stage;

  for (const { number, name, request, status, headers, body } of recordings) {
    now += 1000;
    before(number);
    const translated = translate(`${request.path}`, ours);
    const token = tokens.get(request.as);
    const response = await fetch(`${server.url}${translated.replace('access_token=REDACTED', 'access_token=bot')}`, {
      method: request.method,
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      ...(request.method === 'GET' ? {} : { body: bodyOf(request, ours) }),
    });
    const answer = (await response.json()) as Record<string, unknown>;

    expect({ name, status: response.status, errcode: answer['errcode'] }).toEqual({
      name,
      status,
      errcode: body['errcode'],
    });
    expect(headersThatMatter(response.headers), name).toEqual(headersThatMatter(new Headers(headers)));
    learn(body, answer, ours);
    if (status >= 400)
      expect(withoutWaits(answer), name).toEqual(withoutWaits(JSON.parse(translate(JSON.stringify(body), ours))));
    else expect(shapeOf(answer, number), name).toEqual(shapeOf(body, number));
  }

  function before(number: number): void {
    const { closed, quiet, moving } = rooms;
    if (number === 16) for (let more = 0; more < 10; more += 1) state.messageLimit?.take(bot.id, now);
    // Sent before, in what was not recorded.
    const sent = ({ 17: '6b023ff6-rl0', 157: '6b02400f-shared' } as Record<number, string>)[number];
    if (sent !== undefined)
      state.transactions.set(JSON.stringify(['device', bot.id, 'DEVICE', rooms.alerts.id, sent]), '$sent');
    if (number === 22) bot.isUnlimited = true;
    if (number === 86)
      setState(state, quiet, human, 'm.room.power_levels', { ...powerLevels(quiet), events_default: 50 });
    if (number === 96)
      member(state, state.rooms.get(state.aliases.get('#moving:localhost') ?? '') ?? moving, human, bot.id, 'invite');
    if (number === 82) expect(closed.members.get(bot.id)).toBe('leave');
    if (number === 136) stage.sessions.another.state = 'unknown';
    if (number === 144) bot.state = 'suspended';
    if (number === 146) bot.state = 'locked';
    if (number === 148) bot.state = 'active';
    if (number === 161) forgetDeviceless(state);
    state.isOverLimit = number === 168;
  }
});

function setUp(state: ReturnType<typeof createState>) {
  const [bot, human, admin, gone] = ['bot', 'human', 'admin', 'gone'].map((name) =>
    addUser(state, name, { admin: name === 'admin' }),
  ) as [User, User, User, User];
  gone.state = 'deactivated';
  const tokens = new Map<string, string>();
  const session = (as: string, user: User, device: string | null): Session => {
    const token = as === 'bot' ? 'bot' : `token of ${as}`;
    tokens.set(as, token);
    return addToken(state, user, token, device);
  };
  session('bot', bot, 'DEVICE');
  session('human', human, 'PHONE');
  session('admin', admin, 'DESK');
  session('bot, device DORA', bot, 'DORA');
  session('bot, device DORA, second login', bot, 'DORA');
  session('bot, device RT', bot, 'RT');
  session('bot, device RT, refreshed again', bot, 'RT');
  session('bot, refreshed token', bot, 'EX');
  session('bot, a token without a device', bot, null);
  session('a user that was deactivated', gone, 'GONE');
  session('bot, an expired token', bot, 'EX').state = 'expired';
  const another = session('bot, another device', bot, 'OTHER');
  tokens.set('a token of the text below', 'nobody');

  const room = (name: string, recorded: string, isIn: boolean, version = '12'): Room => {
    const made = createRoom(state, human, { name, alias: name, version });
    if (isIn) member(state, made, human, bot.id, 'join');
    ours.set(recorded, made.id);
    return made;
  };
  const ours = new Map<string, string>();
  const rooms = {
    alerts: room('alerts', '!_1Llv-QgyMEgRdMu53h2Fsq9kUFcjUp3irM6EGSCObg', true),
    closed: room('closed', '!keM8Q7eRW8Q0opHusHSgNcwPfHat00Hum08tKIWKekA', false),
    quiet: room('quiet', '!RuclVDtwQlkBK0TJU1Yvsn-AD0dw9JLCYOdo75bcc8Q', true),
    encrypted: room('encrypted', '!oSm4eogX42vulWo6ShIxzBhivNjpSc1-MIcHGyFMPTU', true),
    moving: room('moving', '!YsWKJZSAEqXQhGMuON:localhost', true, '10'),
  };
  return { bot, human, tokens, rooms, ours, sessions: { another } };
}

/** What the recordings call by other ids. Events whose sending was not recorded stand for the first that was. */
function translate(text: string, ours: ReadonlyMap<string, string>): string {
  let translated = text;
  for (const [theirs, own] of ours) {
    translated = translated.replaceAll(theirs, own).replaceAll(encoded(theirs), encoded(own));
  }
  return translated;
}

function encoded(id: string): string {
  return encodeURIComponent(id).replaceAll('!', '%21');
}

/** Learns which of our ids stands for which of theirs. */
function learn(
  theirs: Readonly<Record<string, unknown>>,
  own: Readonly<Record<string, unknown>>,
  ours: Map<string, string>,
) {
  for (const key of ['event_id', 'replacement_room']) {
    const [id, ourId] = [theirs[key], own[key]];
    if (typeof id === 'string' && typeof ourId === 'string' && !ours.has(id)) ours.set(id, ourId);
  }
  // The edit of an edit, whose root's own sending was not recorded.
  const edit = ours.get(FIRST_EDIT_RESULT);
  if (edit !== undefined) ours.set('$Zt_ugFq4X12TxalXZRTKOMR0BfesJcvMDKLC_E6yxhQ', edit);
}

const FIRST_EDIT_RESULT = String(recordings.find(({ number }) => number === 34)?.body['event_id']);

/** The text that was recorded as `<64000 times 'x', 64000 bytes in all>` is written out. */
function bodyOf(request: Recording['request'], ours: ReadonlyMap<string, string>): string {
  if (request.body_raw !== undefined) return request.body_raw;
  const text = translate(JSON.stringify(request.body), ours);
  return text.replace(/<(\d+) times '(.)', \d+ bytes in all>/g, (_, count: string, one: string) =>
    one.repeat(Number(count)),
  );
}

function headersThatMatter(headers: Headers): Record<string, string> {
  const own = ['connection', 'keep-alive', 'date', 'content-length', 'transfer-encoding', 'retry-after'];
  return Object.fromEntries([...headers].filter(([name]) => !own.includes(name)));
}

function withoutWaits(answer: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { retry_after_ms: wait, ...rest } = answer;
  return { ...rest, waits: typeof wait === 'number' && wait > 0 && wait <= 5000 };
}

/** The members of an answer, and what the notifier reads of it. Which features are unstable, and what else a room's state holds, is left out. */
function shapeOf(answer: Readonly<Record<string, unknown>>, number: number): unknown {
  if (number === 1) return Object.keys(answer);
  if (number === 58) return typeof answer['events_default'];
  if (number === 20 || number === 52) return Object.keys(answer);
  // Not every edit's sending was recorded.
  if (number === 45) return [...new Set((answer['chunk'] as Related[]).map(relation))];
  const unsigned = answer['unsigned'] as Record<string, unknown> | undefined;
  if (unsigned !== undefined)
    return { keys: Object.keys(answer), unsigned: Object.keys(unsigned).toSorted(), content: answer['content'] };
  return Object.keys(answer);
}

interface Related {
  readonly type: string;
  readonly content: { readonly 'm.relates_to'?: { readonly rel_type?: string } };
}

function relation({ type, content }: Related): string {
  return `${type} ${content['m.relates_to']?.rel_type}`;
}
