import type { Clock } from '../domain/clock.ts';
import type { Observe } from '../domain/observation.ts';
import { ROOMS, type RoomName } from '../domain/severity.ts';
import { StoreFailure } from '../domain/store-failure.ts';
import type { Messages } from '../ledger/messages.ts';
import { SharedAccount } from './account.ts';
import { Door } from './door.ts';
import type { Homeserver } from './homeserver.ts';
import type { Log } from './log.ts';
import { type NoiseSettings, placing } from './placing.ts';
import { RoomSender } from './room-sender.ts';
import { Waker } from './waker.ts';
import type { DashboardUrl } from './wording.ts';

/** Rows that another process has added, and edits, are found this soon. */
const LOOK_EVERY_MS = 1_000;

export interface SenderParts extends NoiseSettings {
  readonly rooms: Readonly<Record<RoomName, string>>;
  readonly dashboard: DashboardUrl;
  readonly messages: Messages;
  readonly homeserver: Homeserver;
  readonly clock: Clock;
  readonly observe: Observe;
  readonly log: Log;
  readonly stop: AbortSignal;
}

export interface Sender {
  /** Something was committed that may be a message. */
  wake(): void;
  /** Resolves once it was told to stop and what was under way has been let go: it goes on after the next start. */
  readonly done: Promise<void>;
}

/** Sends what the outbox holds: a loop per room, so that none waits for another but for the limit of their account. */
export function startSender(parts: SenderParts): Sender {
  const { messages, homeserver, clock, observe, log, stop } = parts;
  const waker = new Waker(clock, stop);
  const account = new SharedAccount(homeserver, clock, log);
  const decide = placing(parts);

  async function placeAll(): Promise<void> {
    for (;;) {
      const { rows, suppressed } = await messages.place(decide, clock.now());
      for (const reason of ['dedupe', 'throttle'] as const) {
        if (suppressed[reason] > 0) observe({ kind: 'suppressed', reason, rows: suppressed[reason] });
      }
      if (rows === 0) return;
    }
  }

  async function tellStatus(): Promise<void> {
    const { rooms } = await messages.status();
    for (const { room, pending, oldestAt } of rooms) observe({ kind: 'queue', room, pending, oldestAt });
  }

  async function run(room: RoomName): Promise<void> {
    const door = new Door(homeserver, parts.rooms[room], log);
    const sender = new RoomSender({ ...parts, room, door, account });
    while (!stop.aborted) {
      const seen = waker.news;
      try {
        await placeAll();
        const next = await sender.step();
        if (next.kind === 'wait') await waker.wait(next.ms);
        if (next.kind === 'idle') await waker.sleep(LOOK_EVERY_MS, seen);
      } catch (error) {
        if (stop.aborted) return;
        if (error instanceof StoreFailure) log.warn({ room, detail: error.message }, 'the ledger did not take a write');
        else log.error({ room, err: error }, 'the sender failed');
        await waker.wait(LOOK_EVERY_MS);
      }
    }
  }

  async function watch(): Promise<void> {
    while (!stop.aborted) {
      // Whatever stands in the way of a room, how much waits there is told.
      await placeAll()
        .then(tellStatus)
        .catch((error) => {
          if (!(error instanceof StoreFailure)) log.error({ err: error }, 'the outbox cannot be read');
        });
      await waker.wait(LOOK_EVERY_MS);
    }
  }

  const done = Promise.all([...ROOMS.map(run), watch()]).then(() => {});
  return { wake: () => waker.wake(), done };
}
