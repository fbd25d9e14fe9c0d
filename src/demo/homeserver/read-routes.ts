import { type Answer, forbidden, notFound, ok } from './answer.ts';
import { type KnownCall, param } from './call.ts';
import type { Room } from './model.ts';
import { stateName } from './rooms.ts';
import { relatedTo, shownEvent } from './shown-event.ts';

type RoomHandler = (call: KnownCall, room: Room) => Answer;

/** For those who are, or were, in the room that the path names first. */
export function inRoom(handle: RoomHandler): (call: KnownCall) => Answer {
  return (call) => {
    const { state, session } = call;
    const room = state.rooms.get(param(call, 0));
    const membership = room?.members.get(session.user.id);
    if (room === undefined || membership === undefined || membership === 'invite')
      return forbidden(`User ${session.user.id} not in room ${param(call, 0)}, and room previews are disabled`);
    return handle(call, room);
  };
}

export function getEvent(call: KnownCall, room: Room): Answer {
  const event = room.timeline.find(({ id }) => id === param(call, 1));
  if (event === undefined) return notFound('Event not found.');
  return ok(shownEvent(room, event, call.session, call.state.now()));
}

/** Pages of the timeline. A token is the number of events that lie before it. */
export function getMessages({ state, session, query }: KnownCall, room: Room): Answer {
  const { timeline } = room;
  const isBack = query.get('dir') !== 'f';
  const limit = Math.max(1, Number(query.get('limit') ?? 10) || 10);
  const given = Number(/^t(\d+)$/.exec(query.get('from') ?? '')?.[1] ?? (isBack ? timeline.length : 0));
  const [begin, end] = isBack ? [Math.max(0, given - limit), given] : [given, given + limit];
  const events = isBack ? timeline.slice(begin, end).reverse() : timeline.slice(begin, end);
  const isLast = isBack ? begin === 0 : end >= timeline.length;
  return ok({
    chunk: events.map((event) => shownEvent(room, event, session, state.now())),
    start: `t${given}`,
    ...(isLast ? {} : { end: `t${isBack ? begin : end}` }),
  });
}

export function getRelations(call: KnownCall, room: Room): Answer {
  const events = relatedTo(room, param(call, 1)).toReversed();
  return ok({ chunk: events.map((event) => shownEvent(room, event, call.session, call.state.now())) });
}

export function getState(call: KnownCall, room: Room): Answer {
  const found = room.state.get(stateName(param(call, 1), param(call, 2)));
  return found === undefined ? notFound('Event not found.') : ok(found.content);
}
