import { type Answer, forbidden, notInRoom, ok, refusal, tooManyRequests } from './answer.ts';
import { type KnownCall, param } from './call.ts';
import { refuseContent } from './check-content.ts';
import type { Content, Room, Session } from './model.ts';
import { post, powerLevels, powerOf } from './rooms.ts';
import type { HomeserverState } from './state.ts';

/** PUT /rooms/{room}/send/{type}/{txn}: in the real server's order of checks, as its answers show it. */
export function sendMessage(call: KnownCall): Answer {
  const { state, session, body, text } = call;
  const [roomId, type, transaction] = [param(call, 0), param(call, 1), param(call, 2)];
  const key = transactionKey(call, roomId, transaction);
  const known = state.transactions.get(key);
  if (known !== undefined) return ok({ event_id: known });
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    return refusal(400, 'M_NOT_JSON', 'Content must be a JSON object.');
  const content = body as Content;
  if (session.user.state === 'suspended')
    return refusal(403, 'M_USER_SUSPENDED', 'Sending messages while account is suspended is not allowed.');
  if (state.isOverLimit)
    return refusal(403, 'M_RESOURCE_LIMIT_EXCEEDED', 'for maintenance', {
      admin_contact: 'mailto:admin@example.org',
      limit_type: 'hs_disabled',
    });
  const throttled = throttle(state, session);
  if (throttled !== null) return throttled;

  const room = state.rooms.get(roomId);
  if (room?.members.get(session.user.id) !== 'join') return notInRoom(session.user.id, roomId);
  const refused = refuseContent(type, content, text) ?? refuseRelation(room, content);
  if (refused !== null) return refused;
  const level = powerLevels(room).events_default;
  const power = powerOf(room, session.user.id);
  if (power < level) {
    const levels = `user_level (${power}) < send_level (${level})`;
    return forbidden(`You don't have permission to post that to the room. ${levels}`);
  }
  const event = post(state, room, session, { type, content, transaction });
  state.transactions.set(key, event.id);
  return ok({ event_id: event.id });
}

/** The device, the room and the id; neither the type nor the body. A token without a device is a scope of its own. */
function transactionKey({ session }: KnownCall, room: string, transaction: string): string {
  const { device, user } = session;
  return JSON.stringify([device === null ? 'token' : 'device', user.id, device, room, transaction]);
}

function throttle(state: HomeserverState, { user }: Session): Answer | null {
  if (state.messageLimit === null || user.isUnlimited) return null;
  const taken = state.messageLimit.take(user.id, state.now());
  return taken.ok ? null : tooManyRequests(taken.retryAfterMs, state.throttleDelayMs);
}

function refuseRelation(room: Room, content: Content): Answer | null {
  const relation = content['m.relates_to'] as Content | undefined;
  const related = relation?.['event_id'];
  if (relation?.['rel_type'] === undefined || typeof related !== 'string') return null;
  const parent = room.timeline.find(({ id }) => id === related);
  if (parent === undefined) return refusal(400, 'M_UNKNOWN', "Can't send relation to unknown event");
  if (relation['rel_type'] === 'm.thread' && parent.content['m.relates_to'] !== undefined)
    return refusal(400, 'M_UNKNOWN', 'Cannot start threads from an event with a relation');
  return null;
}
