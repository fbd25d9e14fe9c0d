import type { Content } from './content.ts';
import type { Trouble } from './trouble.ts';

export type Reply<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly trouble: Trouble };

export interface Account {
  readonly userId: string;
  /** Null for a token without a device: what it sends again after a restart of the homeserver is there twice. */
  readonly deviceId: string | null;
}

/** A user's level in a room, and the one that a message there takes. */
export interface Power {
  readonly has: number;
  readonly needs: number;
}

/**
 * A homeserver's client-server API, as far as the notifier needs it. Every method throws `stop.reason` when `stop` is
 * aborted, and bugs; whatever else goes wrong is a `Trouble`.
 */
export interface Homeserver {
  /** Versions of the API that it speaks. */
  versions(stop: AbortSignal): Promise<Reply<readonly string[]>>;
  whoami(stop: AbortSignal): Promise<Reply<Account>>;
  /** Ids of the rooms that the account is in. */
  joinedRooms(stop: AbortSignal): Promise<Reply<readonly string[]>>;
  /** The id of the room that an alias means now. */
  resolve(alias: string, stop: AbortSignal): Promise<Reply<string>>;
  /** Joins by alias or id, and answers with the id. */
  join(aliasOrId: string, stop: AbortSignal): Promise<Reply<string>>;
  /** Whether the room is encrypted: then clients flag what is sent in plain text. */
  isEncrypted(roomId: string, stop: AbortSignal): Promise<Reply<boolean>>;
  /** What a user may do in a room. Says nothing of those who made it, which from room version 12 on may do everything. */
  power(roomId: string, userId: string, stop: AbortSignal): Promise<Reply<Power>>;
  /** Sends an `m.room.message` and answers with its event id: the same for the same `txnId`. */
  send(roomId: string, txnId: string, content: Content | string, stop: AbortSignal): Promise<Reply<string>>;
  /** Ends all connections. */
  close(): Promise<void>;
}
