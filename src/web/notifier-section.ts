import { html } from 'hono/html';
import type { NotifierRecord, RoomRecord } from '../ledger/records.ts';
import { BLOCKED_WORDS } from './failure-words.ts';
import type { Html } from './html.ts';
import { state } from './icons.ts';
import { ago } from './moment.ts';
import { many, roughly } from './words.ts';

/** A message that waits longer than this, in milliseconds, is late: the homeserver's own limits take less. */
const LATE_MS = 5 * 60_000;

/** How the messages to people are doing. Null: there is no notifier. */
export function notifierSection(notifier: NotifierRecord | null, now: number): Html {
  if (notifier === null)
    return html`<p class="empty">${state('unknown', html`Off: <code>notify.matrix</code> is not configured.`)}</p>`;
  return html`<ul class="rows">
${notifier.rooms.map((room) => row(room, now))}</ul>
<p class="note">Last daily self-test ${ago(notifier.heartbeatAt, now)}. <a href="api/v1/notifications">What was sent, and why</a></p>`;
}

function row(room: RoomRecord, now: number): Html {
  return html`<li class="row">
<div class="head"><h3>${room.room}</h3>${status(room, now)}</div>
<p class="facts"><span>last message ${ago(room.lastDeliveryAt, now)}</span><span>${many(room.delivered, 'message')} sent</span>${room.parked === 0 ? null : html`<span>${room.parked.toLocaleString('en')} could not be sent</span>`}</p>
${wrong(room, now)}
</li>
`;
}

function status({ blocked, pending, oldestAt }: RoomRecord, now: number): Html {
  if (blocked !== null) return state('bad', 'blocked');
  if (pending === 0) return state('ok', 'nothing waits');
  return isLate(oldestAt, now) ? state('warn', `${many(pending, 'message')} late`) : state('ok', 'sending');
}

function wrong({ blocked, pending, oldestAt }: RoomRecord, now: number): Html | null {
  if (blocked === null && !isLate(oldestAt, now)) return null;
  const why =
    blocked === null
      ? 'The homeserver does not take messages'
      : `Nothing is sent: ${blocked
          .split(', ')
          .map((reason) => BLOCKED_WORDS[reason] ?? reason)
          .join('; ')}`;
  const waits =
    oldestAt === null
      ? ''
      : ` ${many(pending, 'message')} ${pending === 1 ? 'waits' : 'wait'}, the oldest for ${roughly(now - oldestAt)}; none is lost.`;
  return html`<p class="wrong"><strong>${why}.</strong>${waits}</p>`;
}

/** Whether what waits has waited for longer than it should. */
export function isLate(oldestAt: number | null, now: number): boolean {
  return oldestAt !== null && now - oldestAt > LATE_MS;
}
