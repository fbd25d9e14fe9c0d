import { startHomeserver } from '../../src/demo/homeserver/start.ts';
import { addToken, addUser, createState, type HomeserverState } from '../../src/demo/homeserver/state.ts';

/** A message as the server gives it back. */
export interface Message {
  readonly event_id: string;
  readonly sender: string;
  /** Milliseconds since the epoch. */
  readonly origin_server_ts: number;
  readonly type: string;
  readonly content: Readonly<Record<string, unknown>>;
  readonly unsigned?: Readonly<Record<string, unknown>>;
}

export interface TestRoom {
  readonly id: string;
  readonly alias: string;
}

/** A homeserver with a bot, and a person who reads and rules its rooms: simulated, or real. */
export interface TestHomeserver extends AsyncDisposable {
  /** The same over restarts. */
  readonly url: string;
  readonly bot: { readonly userId: string; readonly token: string };
  /** Makes a room of the person's. `joined` (the default): the bot is in it. `invited`: it may come. `none`: it may not. */
  room(name: string, bot?: 'joined' | 'invited' | 'none'): Promise<TestRoom>;
  /** Every message of a room, edits and threads too, oldest first. */
  messages(room: TestRoom | string): Promise<readonly Message[]>;
  invite(room: TestRoom): Promise<void>;
  kick(room: TestRoom): Promise<void>;
  /** Only those with this power may send to the room. */
  requirePower(room: TestRoom, level: number): Promise<void>;
  /** Replaces a room; its alias moves to the new one, which the bot has not joined. */
  upgrade(room: TestRoom): Promise<TestRoom>;
  /** Takes the limit off what the bot sends, and off the rooms that the person makes. */
  liftLimit(): Promise<void>;
  /** Stops the server, as by `kill -9`. */
  down(): Promise<void>;
  /** Starts it again on the same port, with what it had stored. */
  up(): Promise<void>;
}

export interface Tokens {
  readonly bot: string;
  readonly human: string;
  readonly admin: string;
}

/** What is asked of either kind by its HTTP API. */
export function overHttp(url: string, tokens: Tokens, serverName = 'localhost') {
  const ask = async (who: keyof Tokens, method: string, path: string, body?: object): Promise<unknown> => {
    const response = await fetch(`${url}${path}`, {
      method,
      // The server may be another one by the next request.
      headers: { connection: 'close', authorization: `Bearer ${tokens[who]}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer = await response.json();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${JSON.stringify(answer)}`);
    return answer;
  };
  const client = '/_matrix/client/v3';
  const of = (room: TestRoom | string) =>
    `${client}/rooms/${encodeURIComponent(typeof room === 'string' ? room : room.id)}`;
  const bot = { userId: `@bot:${serverName}`, token: tokens.bot };
  return {
    url,
    bot,
    async room(name: string, membership: 'joined' | 'invited' | 'none' = 'joined'): Promise<TestRoom> {
      const made = (await ask('human', 'POST', `${client}/createRoom`, {
        name,
        room_alias_name: name,
        preset: 'private_chat',
        invite: membership === 'none' ? [] : [bot.userId],
      })) as { room_id: string };
      if (membership === 'joined') await ask('bot', 'POST', `${client}/join/${encodeURIComponent(made.room_id)}`, {});
      return { id: made.room_id, alias: `#${name}:${serverName}` };
    },
    async messages(room: TestRoom | string): Promise<readonly Message[]> {
      const found: Message[] = [];
      let from = '';
      for (;;) {
        const page = (await ask('human', 'GET', `${of(room)}/messages?dir=f&limit=500${from}`)) as {
          chunk: Message[];
          end?: string;
        };
        found.push(...page.chunk.filter(({ type }) => type === 'm.room.message'));
        if (page.end === undefined || page.chunk.length === 0) return found;
        from = `&from=${encodeURIComponent(page.end)}`;
      }
    },
    async invite(room: TestRoom): Promise<void> {
      await ask('human', 'POST', `${of(room)}/invite`, { user_id: bot.userId });
    },
    async kick(room: TestRoom): Promise<void> {
      await ask('human', 'POST', `${of(room)}/kick`, { user_id: bot.userId });
    },
    async requirePower(room: TestRoom, level: number): Promise<void> {
      const path = `${of(room)}/state/m.room.power_levels`;
      const levels = (await ask('human', 'GET', path)) as object;
      await ask('human', 'PUT', path, { ...levels, events_default: level });
    },
    async upgrade(room: TestRoom): Promise<TestRoom> {
      const made = (await ask('human', 'POST', `${of(room)}/upgrade`, { new_version: '12' })) as {
        replacement_room: string;
      };
      return { id: made.replacement_room, alias: room.alias };
    },
    async liftLimit(): Promise<void> {
      for (const user of [bot.userId, `@human:${serverName}`]) {
        const path = `/_synapse/admin/v1/users/${encodeURIComponent(user)}/override_ratelimit`;
        await ask('admin', 'POST', path, { messages_per_second: 0, burst_count: 0 });
      }
    },
  };
}

/** The simulated one, whose state can be set too. */
export interface SimulatedTestHomeserver extends TestHomeserver {
  readonly state: HomeserverState;
  /** The server that runs now: its faults, and the requests that it got. */
  readonly server: Awaited<ReturnType<typeof startHomeserver>>;
}

/** Starts a simulated homeserver with the bot, the person and the administrator. */
export async function startSimulatedHomeserver(now: () => number = Date.now): Promise<SimulatedTestHomeserver> {
  const state = createState({ serverName: 'localhost', now });
  const tokens = { bot: 'simulated-bot-token', human: 'simulated-human-token', admin: 'simulated-admin-token' };
  addToken(state, addUser(state, 'bot'), tokens.bot);
  addToken(state, addUser(state, 'human'), tokens.human, 'PHONE');
  addToken(state, addUser(state, 'admin', { admin: true }), tokens.admin, 'DESK');
  let server = await startHomeserver(state);
  const { port, url } = server;
  return {
    ...overHttp(url, tokens),
    state,
    get server() {
      return server;
    },
    down: () => server.close(),
    async up() {
      server = await startHomeserver(state, port);
    },
    [Symbol.asyncDispose]: () => server.close(),
  };
}
