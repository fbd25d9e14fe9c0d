import { type Answer, forbidden, notFound, ok, refusal, tooManyRequests } from './answer.ts';
import { type Call, type KnownCall, param, textOf } from './call.ts';
import type { Content, Room } from './model.ts';
import { createRoom, member, powerOf, setState, stateName, upgrade } from './rooms.ts';

const MODERATOR = 50;

export function resolveAlias(call: Call): Answer {
  const { state } = call;
  const alias = param(call, 0);
  if (!/^#.*:/.test(alias)) return refusal(400, 'M_INVALID_PARAM', 'Room alias invalid');
  const id = state.aliases.get(alias);
  if (id === undefined) return notFound(`Room alias ${alias} not found`);
  return ok({ room_id: id, servers: [state.serverName] });
}

/** Joining a room that one is in already costs nothing; anything else counts against the limit, refused or not. */
export function joinRoom(call: KnownCall): Answer {
  const { state, session } = call;
  const named = param(call, 0);
  const id = named.startsWith('#') ? state.aliases.get(named) : named;
  if (id === undefined) return notFound(`Room alias ${named} not found`);
  const room = state.rooms.get(id);
  const membership = room?.members.get(session.user.id);
  if (room !== undefined && membership === 'join') return ok({ room_id: room.id });
  const taken = state.joinLimit.take(session.user.id, state.now());
  if (!taken.ok) return tooManyRequests(taken.retryAfterMs, state.throttleDelayMs);
  if (room === undefined)
    return notFound("Can't join remote room because no servers that are in the room have been provided.");
  if (membership === 'ban') return refusal(403, 'M_BAD_STATE', `${session.user.id} is banned from the room`);
  const isOpen = room.state.get(stateName('m.room.join_rules', ''))?.content['join_rule'] === 'public';
  if (membership !== 'invite' && !isOpen) return forbidden('You are not invited to this room.');
  member(state, room, session.user, session.user.id, 'join');
  return ok({ room_id: room.id });
}

export function makeRoom(call: KnownCall): Answer {
  const { state, session } = call;
  const alias = textOf(call, 'room_alias_name');
  const version = textOf(call, 'room_version');
  const room = createRoom(state, session.user, {
    name: textOf(call, 'name'),
    isOpen: textOf(call, 'preset') === 'public_chat',
    ...(alias === '' ? {} : { alias }),
    ...(version === '' ? {} : { version }),
  });
  for (const id of invited(call.body)) member(state, room, session.user, id, 'invite');
  return ok({ room_id: room.id });
}

export function invite(call: KnownCall, room: Room): Answer {
  const userId = textOf(call, 'user_id');
  if (room.members.get(userId) === 'join') return forbidden(`${userId} is already in the room.`);
  member(call.state, room, call.session.user, userId, 'invite');
  return ok({});
}

export function leave(membership: 'leave' | 'ban'): (call: KnownCall, room: Room) => Answer {
  return (call, room) => {
    const { state, session } = call;
    if (powerOf(room, session.user.id) < MODERATOR) return forbidden('You cannot do that in this room.');
    member(state, room, session.user, textOf(call, 'user_id'), membership);
    return ok({});
  };
}

export function putState(call: KnownCall, room: Room): Answer {
  const { state, session, body } = call;
  if (powerOf(room, session.user.id) < MODERATOR)
    return forbidden("You don't have permission to post that to the room. user_level (0) < send_level (50)");
  const event = setState(state, room, session.user, param(call, 1), body as Content, param(call, 2));
  return ok({ event_id: event.id });
}

export function upgradeRoom(call: KnownCall, room: Room): Answer {
  const { state, session } = call;
  return ok({ replacement_room: upgrade(state, room, session.user, textOf(call, 'new_version') || '12').id });
}

function invited(body: unknown): readonly string[] {
  const ids = (body as { readonly invite?: unknown } | null)?.invite;
  return Array.isArray(ids) ? ids.filter((id) => typeof id === 'string') : [];
}
