import { createHash } from 'node:crypto';
import { Bucket } from './bucket.ts';
import type { Room, Session, User } from './model.ts';

/** Everything that a simulated homeserver knows: it outlives the server that answers from it, as a database would. */
export interface HomeserverState {
  /** The part of names behind the colon. */
  readonly serverName: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly users: Map<string, User>;
  /** By the text of the access token. */
  readonly sessions: Map<string, Session>;
  readonly rooms: Map<string, Room>;
  /** Ids of rooms, by alias. */
  readonly aliases: Map<string, string>;
  /** Ids of events, by room, session and transaction id, whatever the type of the event. */
  readonly transactions: Map<string, string>;
  /** Messages of one account, over all rooms: 0.2 a second after the first ten. Replaced to lift it for everybody. */
  messageLimit: Bucket | null;
  readonly joinLimit: Bucket;
  /** Whether the server takes no messages at all: its limit of monthly users, say. */
  isOverLimit: boolean;
  /** How long the real server holds a 429 back, in milliseconds. */
  throttleDelayMs: number;
  /** Makes the next id, which no other thing has. */
  nextId(): string;
}

/** `seed` tells the ids of two servers apart. */
export function createState(options: {
  readonly serverName: string;
  readonly now: () => number;
  readonly seed?: string;
}): HomeserverState {
  const { serverName, now, seed = serverName } = options;
  let made = 0;
  return {
    serverName,
    now,
    users: new Map(),
    sessions: new Map(),
    rooms: new Map(),
    aliases: new Map(),
    transactions: new Map(),
    messageLimit: new Bucket(0.2, 10),
    joinLimit: new Bucket(0.1, 10),
    isOverLimit: false,
    throttleDelayMs: 500,
    nextId() {
      made += 1;
      return createHash('sha256').update(`${seed} ${made}`).digest('base64url');
    },
  };
}

/** Adds a user; what was there under that name stays. */
export function addUser(state: HomeserverState, name: string, options: { readonly admin?: boolean } = {}): User {
  const id = `@${name}:${state.serverName}`;
  const user = state.users.get(id) ?? { id, admin: options.admin ?? false, state: 'active', isUnlimited: false };
  state.users.set(id, user);
  return user;
}

/** Adds an access token of a user. `device` null: one that an administrator made. */
export function addToken(state: HomeserverState, user: User, token: string, device: string | null = 'DEVICE'): Session {
  const session: Session = { user, device, state: 'valid' };
  state.sessions.set(token, session);
  return session;
}

/** What a restart of the server forgets: the transactions of tokens without a device. */
export function forgetDeviceless(state: HomeserverState): void {
  for (const key of state.transactions.keys()) if (key.startsWith('["token"')) state.transactions.delete(key);
}
