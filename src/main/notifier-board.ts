import type { Observation } from '../domain/observation.ts';
import { ROOMS, type RoomName } from '../domain/severity.ts';
import type { NotifierStatus } from '../ledger/notifier-state.ts';
import type { NotifierRecord } from '../ledger/records.ts';

interface Room {
  pending: number;
  oldestAt: number | null;
  lastDeliveryAt: number | null;
  delivered: number;
  parked: number;
  readonly blocked: Set<string>;
}

/** What people can be told of the notifier: where the ledger stood as it began, and what it reported since. */
export class NotifierBoard {
  #rooms: Map<RoomName, Room> | null = null;
  #heartbeatAt: number | null = null;

  /** There is a notifier now, which stands so; null: there is none. */
  begin(status: NotifierStatus | null): void {
    this.#heartbeatAt = status?.heartbeatAt ?? null;
    if (status === null) {
      this.#rooms = null;
      return;
    }
    const counted = (counter: string, room: string) =>
      status.counts.filter((count) => count.counter === counter && count.room === room);
    const sum = (counter: string, room: string) =>
      counted(counter, room).reduce((total, { value }) => total + value, 0);
    this.#rooms = new Map(
      status.rooms.map(({ room, pending, oldestAt, lastDeliveryAt }) => [
        room,
        {
          ...{ pending, oldestAt, lastDeliveryAt },
          delivered: sum('delivered', room),
          parked: sum('parked', room),
          blocked: new Set(),
        },
      ]),
    );
  }

  observe(observation: Observation): void {
    const room = 'room' in observation ? this.#rooms?.get(observation.room) : undefined;
    if (room === undefined) return;
    switch (observation.kind) {
      case 'queue':
        room.pending = observation.pending;
        room.oldestAt = observation.oldestAt;
        return;
      case 'delivered':
        room.lastDeliveryAt = observation.at;
        if (observation.heartbeat) this.#heartbeatAt = observation.at;
        if (observation.counted) room.delivered += 1;
        return;
      case 'parked':
        room.parked += 1;
        return;
      case 'room_blocked':
        if (observation.blocked) room.blocked.add(observation.reason);
        else room.blocked.delete(observation.reason);
        return;
      default:
    }
  }

  /** Null: there is no notifier. */
  record(): NotifierRecord | null {
    const rooms = this.#rooms;
    if (rooms === null) return null;
    return {
      heartbeatAt: this.#heartbeatAt,
      rooms: ROOMS.flatMap((room) => {
        const seen = rooms.get(room);
        return seen === undefined ? [] : [{ ...seen, room, blocked: [...seen.blocked].join(', ') || null }];
      }),
    };
  }
}
