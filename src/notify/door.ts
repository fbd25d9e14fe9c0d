import type { Homeserver, Reply } from './homeserver.ts';
import type { Log } from './log.ts';

/** The way into one configured room: which id it has now, and whether the account is in it. */
export class Door {
  readonly #homeserver: Homeserver;
  readonly #configured: string;
  readonly #log: Log;
  #roomId: string | null = null;
  #joined = false;
  /** The id of the room whose encryption was looked at. */
  #looked: string | null = null;

  /** `configured` is an alias or an id. */
  constructor(homeserver: Homeserver, configured: string, log: Log) {
    this.#homeserver = homeserver;
    this.#configured = configured;
    this.#log = log;
  }

  /** The room's id, with the account in it. Asks the homeserver only for what is not known since the last `reset`. */
  async enter(stop: AbortSignal): Promise<Reply<string>> {
    const found = await this.#find(stop);
    if (!found.ok || this.#joined) return found;
    const roomId = found.value;
    const joined = await this.#homeserver.joinedRooms(stop);
    if (!joined.ok) return joined;
    if (!joined.value.includes(roomId)) {
      const entered = await this.#homeserver.join(this.#configured, stop);
      if (!entered.ok) return entered;
      this.#log.info({ room: this.#configured }, 'joined the room');
    }
    this.#joined = true;
    if (this.#looked !== roomId) await this.#look(roomId, stop);
    return found;
  }

  /** Forgets what may have changed: an alias moves when its room is upgraded, and members are removed. */
  reset(): void {
    this.#roomId = null;
    this.#joined = false;
  }

  async #find(stop: AbortSignal): Promise<Reply<string>> {
    if (this.#configured.startsWith('!')) return { ok: true, value: this.#configured };
    if (this.#roomId !== null) return { ok: true, value: this.#roomId };
    const resolved = await this.#homeserver.resolve(this.#configured, stop);
    if (resolved.ok) this.#roomId = resolved.value;
    return resolved;
  }

  async #look(roomId: string, stop: AbortSignal): Promise<void> {
    const encrypted = await this.#homeserver.isEncrypted(roomId, stop);
    if (!encrypted.ok) return;
    this.#looked = roomId;
    if (encrypted.value) {
      this.#log.warn({ room: this.#configured }, 'the room is encrypted: clients will flag what is sent in plain text');
    }
  }
}
