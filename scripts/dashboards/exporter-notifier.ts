import { BAD, GOOD, matching, named, PLAIN, WORSE } from './fields.ts';
import { query, stat, timeseries } from './panels.ts';
import { JOB, shown } from './selectors.ts';

const NONE = 'no notifier';

/** Whether people hear of it. All of it is empty where no notifier is configured. */
export const NOTIFIER = [
  stat(
    {
      title: 'Rooms blocked',
      description: 'Rooms that credentials, membership or a wrong alias stop now. Absent until a room was first tried.',
      span: 4,
      height: 8,
      unit: 'short',
      decimals: 0,
      noValue: NONE,
      steps: [GOOD, [1, BAD]],
    },
    query(`sum by (room) (${shown('dora_notifier_room_blocked', JOB, 'room, reason')})`, '{{room}}'),
  ),
  stat(
    {
      title: 'Since the last delivery',
      description:
        'How long ago the homeserver last took an event, by room, and the daily self-test. A quiet room has long ones; the self-test is due within 26 hours.',
      span: 5,
      height: 8,
      unit: 's',
      noValue: NONE,
      steps: [PLAIN],
      overrides: [named('self-test', { unit: 's', steps: [GOOD, [26 * 3_600, BAD]] })],
    },
    query(`time() - ${shown('dora_notifier_last_delivery_timestamp_seconds', JOB, 'room')}`, '{{room}}'),
    query(`time() - max (dora_notifier_heartbeat_timestamp_seconds{${JOB}})`, 'self-test'),
  ),
  timeseries(
    {
      title: 'Waiting to be sent',
      description: 'Events that wait to be sent, by room.',
      span: 5,
      height: 8,
      unit: 'short',
      noValue: NONE,
    },
    { min: 0 },
    query(shown('dora_notifications_pending', JOB, 'room'), '{{room}}'),
  ),
  timeseries(
    {
      title: 'Oldest that waits',
      description: 'How long the oldest waiting event has waited, by room; 0 while nothing waits.',
      span: 5,
      height: 8,
      unit: 's',
      noValue: NONE,
    },
    { min: 0 },
    query(
      `(time() - ${shown('dora_notifications_oldest_pending_timestamp_seconds', JOB, 'room')})\n  or on (room) 0 * ${shown('dora_notifications_pending', JOB, 'room')}`,
      '{{room}}',
    ),
  ),
  timeseries(
    {
      title: 'Time to deliver, p95',
      description:
        'From the decision to the answer of the homeserver, over the last hour: the 95th percentile, between the bounds of its buckets. Absent in an hour without a delivery.',
      span: 5,
      height: 8,
      unit: 's',
      noValue: NONE,
    },
    { min: 0 },
    query(
      `histogram_quantile(0.95, sum by (room, le) (rate(dora_notification_delivery_seconds_bucket{${JOB}}[1h])))`,
      '{{room}}',
    ),
  ),
  timeseries(
    {
      title: 'Messages',
      description:
        'Messages of the last hour that were delivered, and events that can never be sent and were parked, by reason.',
      span: 12,
      height: 8,
      unit: 'short',
      noValue: NONE,
      overrides: [matching('.*parked.*', { color: BAD })],
    },
    { min: 0 },
    query(
      `sum by (room, outcome, reason) (increase(dora_notifications_total{${JOB}}[1h]))`,
      '{{room}} {{outcome}} {{reason}}',
    ),
  ),
  timeseries(
    {
      title: 'Alerts in the message of another',
      description:
        'Alerts of the last hour that have no message of their own: counted into another (dedupe), or summed (throttle).',
      span: 12,
      height: 8,
      unit: 'short',
      noValue: NONE,
      overrides: [named('throttle', { color: WORSE })],
    },
    { min: 0 },
    query(`sum by (reason) (increase(dora_notifications_suppressed_total{${JOB}}[1h]))`, '{{reason}}'),
  ),
];
