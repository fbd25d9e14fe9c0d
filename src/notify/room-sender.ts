import type { Clock } from '../domain/clock.ts';
import type { Observe } from '../domain/observation.ts';
import type { RoomName } from '../domain/severity.ts';
import type { Messages } from '../ledger/messages.ts';
import type { Outgoing } from '../ledger/outgoing.ts';
import type { Told } from '../ledger/told.ts';
import type { SharedAccount } from './account.ts';
import { type Content, contentOf, withoutRelation } from './content.ts';
import type { Door } from './door.ts';
import type { Homeserver } from './homeserver.ts';
import type { Log } from './log.ts';
import type { Payload } from './plan.ts';
import { BLOCK_REASONS, type BlockReason, type Trouble } from './trouble.ts';
import type { DashboardUrl } from './wording.ts';

/** Back-off of what goes wrong by itself, doubling, in milliseconds. */
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;
/** How often a room that is stopped is tried again: a refused join counts against a limit too. */
const BLOCKED_WAIT_MS = 30_000;
/** So many errors of the server's own at one event, and it is asked whether others pass. */
const SERVER_ERRORS = 5;

export interface RoomSenderParts {
  readonly room: RoomName;
  readonly door: Door;
  readonly account: SharedAccount;
  readonly homeserver: Homeserver;
  readonly messages: Messages;
  readonly throttleMs: number;
  readonly dashboard: DashboardUrl;
  readonly clock: Clock;
  readonly observe: Observe;
  readonly log: Log;
  readonly stop: AbortSignal;
}

/** What to do after a step: look for more at once, wait for news, or wait whatever the news. */
export type Next =
  | { readonly kind: 'go_on' }
  | { readonly kind: 'idle' }
  | { readonly kind: 'wait'; readonly ms: number };

const GO_ON: Next = { kind: 'go_on' };
const IDLE: Next = { kind: 'idle' };

/** Sends the messages of one room, strictly in order, one at a time. */
export class RoomSender {
  readonly #parts: RoomSenderParts;
  /** Undefined until the room could be entered, or not, for the first time. */
  #blocked: BlockReason | null | undefined;
  #failures = 0;
  #entered = false;

  constructor(parts: RoomSenderParts) {
    this.#parts = parts;
  }

  /** Sends the next event, or finds out why not. Throws `StoreFailure`, and the reason of `stop`. */
  async step(): Promise<Next> {
    const { account, messages, room, throttleMs, clock, stop } = this.#parts;
    if (account.pausedMs > 0) return { kind: 'wait', ms: account.pausedMs };
    const next = await messages.next({ room, throttleMs, now: clock.now() });
    // Whether the room can be entered is found out before the first message, and while it is stopped.
    if (next === null && this.#entered && this.#blocked === null) return IDLE;
    const probed = await account.probe(stop);
    if (!probed.ok) return this.#waitFor(probed.trouble);
    const entered = await this.#parts.door.enter(stop);
    if (!entered.ok) return this.#waitFor(entered.trouble);
    this.#entered = true;
    if (next === null) {
      this.#well();
      return IDLE;
    }
    return await this.#send(next, entered.value);
  }

  async #send(next: Outgoing, roomId: string): Promise<Next> {
    const { sealed, trouble } = await this.#attempt(next, roomId);
    if (trouble === null) return GO_ON;
    switch (trouble.kind) {
      case 'poison':
        return await this.#poison(sealed, trouble);
      case 'server_error':
        return await this.#serverError(sealed, roomId, trouble);
      default:
        return this.#waitFor(trouble);
    }
  }

  /** One attempt at one event; a null trouble means that it is there and marked so. */
  async #attempt(next: Outgoing, roomId: string): Promise<{ sealed: Outgoing; trouble: Trouble | null }> {
    const { messages, homeserver, room, clock, observe, throttleMs, stop } = this.#parts;
    const word = (outgoing: Outgoing, told: Told) => JSON.stringify(this.#wordFor(outgoing, told, roomId));
    const sealed = await messages.seal(next.id, throttleMs, word, clock.now());
    const reply = await homeserver.send(roomId, sealed.txnId, sealed.content ?? '', stop);
    if (!reply.ok) return { sealed, trouble: reply.trouble };
    const now = clock.now();
    const heartbeat = (sealed.first?.payload as Payload | undefined)?.kind === 'heartbeat';
    await messages.delivered(sealed, { roomId, eventId: reply.value }, heartbeat, now);
    this.#well();
    const tookMs = Math.max(0, now - sealed.readyAt);
    observe({ kind: 'delivered', room, at: now, tookMs, counted: sealed.kind !== 'edit', heartbeat });
    return { sealed, trouble: null };
  }

  /** What it is about may stand in another room by now, where no event can relate to it. */
  #wordFor(outgoing: Outgoing, told: Told, roomId: string): Content {
    const root = outgoing.root?.roomId === roomId ? outgoing.root : null;
    return contentOf({ ...outgoing, root }, told, this.#parts.dashboard);
  }

  async #poison(message: Outgoing, trouble: Extract<Trouble, { kind: 'poison' }>): Promise<Next> {
    const { messages, room, observe, log } = this.#parts;
    const alone = withoutRelation(JSON.parse(message.content ?? '{}'));
    if (trouble.reason === 'bad_request' && alone !== null) {
      log.warn(
        { room, message: message.id, detail: trouble.detail },
        'what a message is about is not there: it goes alone',
      );
      await messages.reword(message.id, JSON.stringify(alone));
      return GO_ON;
    }
    await messages.park(message, trouble.reason, trouble.detail);
    observe({ kind: 'parked', room, reason: trouble.reason });
    log.error({ room, message: message.id, detail: trouble.detail }, 'a message cannot be sent and is parked');
    return GO_ON;
  }

  /** Where another passes at the same moment, the trouble is this event's own. */
  async #serverError(message: Outgoing, roomId: string, trouble: Trouble): Promise<Next> {
    const { messages, room, throttleMs, clock, observe, log } = this.#parts;
    await messages.serverError(message.id);
    if (message.serverErrors + 1 < SERVER_ERRORS) return this.#waitFor(trouble);
    const other = await messages.next({ room, throttleMs, now: clock.now(), except: message.id });
    if (other === null || other.root !== null) return this.#waitFor(trouble);
    if ((await this.#attempt(other, roomId)).trouble !== null) return this.#waitFor(trouble);
    await messages.park(message, 'server_error', trouble.detail);
    observe({ kind: 'parked', room, reason: 'server_error' });
    log.error({ room, message: message.id, detail: trouble.detail }, 'a message cannot be sent and is parked');
    return GO_ON;
  }

  #waitFor(trouble: Trouble): Next {
    const { room, account, door, log } = this.#parts;
    if (trouble.kind === 'wait' && trouble.throttled) {
      account.pause(trouble.afterMs);
      return { kind: 'wait', ms: account.pausedMs };
    }
    if (trouble.kind === 'blocked') {
      if (this.#blocked !== trouble.reason) {
        log.error({ room, reason: trouble.reason, detail: trouble.detail }, 'a room is stopped; its messages wait');
      }
      this.#tellBlocked(trouble.reason);
      door.reset();
      return { kind: 'wait', ms: BLOCKED_WAIT_MS };
    }
    this.#failures += 1;
    if (this.#failures === 1) log.warn({ room, detail: trouble.detail }, 'the homeserver does not take messages');
    const wait = Math.min(FIRST_WAIT_MS * 2 ** (this.#failures - 1), LONGEST_WAIT_MS);
    return { kind: 'wait', ms: trouble.kind === 'wait' ? Math.max(wait, trouble.afterMs ?? 0) : wait };
  }

  #well(): void {
    const { room, log } = this.#parts;
    if (this.#failures > 0 || (this.#blocked ?? null) !== null) log.info({ room }, 'messages are taken again');
    this.#tellBlocked(null);
    this.#failures = 0;
  }

  #tellBlocked(now: BlockReason | null): void {
    const { room, observe } = this.#parts;
    if (this.#blocked === now) return;
    this.#blocked = now;
    for (const reason of BLOCK_REASONS) observe({ kind: 'room_blocked', room, reason, blocked: reason === now });
  }
}
