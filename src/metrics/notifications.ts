import type { NotifierObservation } from '../domain/observation.ts';
import { ROOMS } from '../domain/severity.ts';
import type { NotifierStatus } from '../ledger/notifier-state.ts';
import type { Instruments } from './instruments.ts';

/** The reasons for which an event can be parked, so that each is there from the start. */
export type ParkReasons = readonly string[];

const GAUGES = [
  'dora_notifications_pending',
  'dora_notifications_oldest_pending_timestamp_seconds',
  'dora_notifier_room_blocked',
  'dora_notifier_last_delivery_timestamp_seconds',
  'dora_notifier_heartbeat_timestamp_seconds',
] as const;

/** The metrics of the notifier; without one none of them has a sample. */
export class NotificationMetrics {
  readonly #metrics: Instruments;
  #begun = false;

  constructor(metrics: Instruments) {
    this.#metrics = metrics;
  }

  /**
   * Begins where the ledger stands, before anything is observed. A second time sets the gauges anew and leaves the counters. That
   * of the heartbeat is there only while one is configured: an old one would be missed for ever.
   */
  begin({ counts, rooms, heartbeatAt }: NotifierStatus, parkReasons: ParkReasons): void {
    const heartbeat = this.#metrics.gauge('dora_notifier_heartbeat_timestamp_seconds');
    if (heartbeatAt === null) heartbeat.remove();
    else heartbeat.set(heartbeatAt / 1000);
    for (const { room, pending, oldestAt, lastDeliveryAt } of rooms) {
      this.observe({ kind: 'queue', room, pending, oldestAt });
      if (lastDeliveryAt === null) continue;
      this.#metrics.gauge('dora_notifier_last_delivery_timestamp_seconds').set({ room }, lastDeliveryAt / 1000);
    }
    if (this.#begun) return;
    this.#begun = true;
    const total = this.#metrics.counter('dora_notifications_total');
    const suppressed = this.#metrics.counter('dora_notifications_suppressed_total');
    for (const room of ROOMS) {
      total.inc({ room, outcome: 'delivered', reason: '' }, 0);
      for (const reason of parkReasons) total.inc({ room, outcome: 'parked', reason }, 0);
      this.#metrics.histogram('dora_notification_delivery_seconds').zero({ room });
    }
    for (const reason of ['dedupe', 'throttle']) suppressed.inc({ reason }, 0);
    for (const { counter, room, reason, value } of counts) {
      if (counter === 'suppressed') suppressed.inc({ reason }, value);
      else total.inc({ room, outcome: counter, reason }, value);
    }
  }

  /** There is no notifier any more: what still waits is told by nobody, as after a start without one. Counters stay. */
  stop(): void {
    for (const name of GAUGES) this.#metrics.forget(name);
  }

  /** The next beginning is a first one. */
  end(): void {
    this.#begun = false;
  }

  observe(observation: NotifierObservation): void {
    switch (observation.kind) {
      case 'delivered': {
        const { room, at, tookMs, counted, heartbeat } = observation;
        this.#metrics.gauge('dora_notifier_last_delivery_timestamp_seconds').set({ room }, at / 1000);
        if (heartbeat) this.#metrics.gauge('dora_notifier_heartbeat_timestamp_seconds').set(at / 1000);
        if (!counted) return;
        this.#metrics.counter('dora_notifications_total').inc({ room, outcome: 'delivered', reason: '' });
        this.#metrics.histogram('dora_notification_delivery_seconds').observe({ room }, tookMs / 1000);
        return;
      }
      case 'parked': {
        const { room, reason } = observation;
        this.#metrics.counter('dora_notifications_total').inc({ room, outcome: 'parked', reason });
        return;
      }
      case 'suppressed':
        this.#metrics
          .counter('dora_notifications_suppressed_total')
          .inc({ reason: observation.reason }, observation.rows);
        return;
      case 'queue': {
        const { room, pending, oldestAt } = observation;
        const oldest = this.#metrics.gauge('dora_notifications_oldest_pending_timestamp_seconds');
        this.#metrics.gauge('dora_notifications_pending').set({ room }, pending);
        if (oldestAt === null) oldest.remove({ room });
        else oldest.set({ room }, oldestAt / 1000);
        return;
      }
      case 'room_blocked': {
        const { room, reason, blocked } = observation;
        this.#metrics.gauge('dora_notifier_room_blocked').set({ room, reason }, blocked ? 1 : 0);
        return;
      }
    }
  }
}
