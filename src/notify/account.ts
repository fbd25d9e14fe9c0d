import type { Clock } from '../domain/clock.ts';
import type { Homeserver, Reply } from './homeserver.ts';
import type { Log } from './log.ts';

/** When a homeserver that asked to be left alone does not say for how long: one token at Synapse's default rate. */
const DEFAULT_PAUSE_MS = 5_000;

/** What the rooms of one account share: its limit, and whether it is known to work. */
export class SharedAccount {
  readonly #homeserver: Homeserver;
  readonly #clock: Clock;
  readonly #log: Log;
  #pausedUntil = 0;
  #probed = false;

  constructor(homeserver: Homeserver, clock: Clock, log: Log) {
    this.#homeserver = homeserver;
    this.#clock = clock;
    this.#log = log;
  }

  /** Nobody sends for `ms`, or as long as is usual where the homeserver does not say. */
  pause(ms: number | null): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, this.#clock.monotonic() + (ms ?? DEFAULT_PAUSE_MS));
  }

  /** How long nobody may send yet, in milliseconds. */
  get pausedMs(): number {
    return Math.max(0, this.#pausedUntil - this.#clock.monotonic());
  }

  /** Asks, until it was answered once, whether this is a homeserver and whose token it is. */
  async probe(stop: AbortSignal): Promise<Reply<null>> {
    if (this.#probed) return { ok: true, value: null };
    const versions = await this.#homeserver.versions(stop);
    if (!versions.ok) return versions;
    const account = await this.#homeserver.whoami(stop);
    if (!account.ok) return account;
    if (this.#probed) return { ok: true, value: null };
    this.#probed = true;
    if (!versions.value.some((version) => version.startsWith('v1.'))) {
      this.#log.warn({ versions: versions.value }, 'the homeserver speaks no v1.x of the client-server API');
    }
    const { userId, deviceId } = account.value;
    this.#log.info({ user: userId }, 'the homeserver knows the token');
    if (deviceId === null) {
      this.#log.warn(
        { user: userId },
        'the token has no device: a message that is sent again after a restart of the homeserver can be there twice',
      );
    }
    return { ok: true, value: null };
  }
}
