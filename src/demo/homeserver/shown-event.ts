import type { Room, RoomEvent, Session } from './model.ts';

/** An event as a client gets it. `now` in milliseconds since the epoch. */
export function shownEvent(room: Room, event: RoomEvent, reader: Session, now: number): Record<string, unknown> {
  const relations = relationsOf(room, event, reader, now);
  const isOwn = event.transaction?.session === reader;
  return {
    age: now - event.at,
    content: event.content,
    event_id: event.id,
    origin_server_ts: event.at,
    room_id: room.id,
    sender: event.sender,
    ...(event.stateKey === undefined ? {} : { state_key: event.stateKey }),
    type: event.type,
    unsigned: {
      age: now - event.at,
      ...(Object.keys(relations).length > 0 ? { 'm.relations': relations } : {}),
      membership: room.members.get(reader.user.id) ?? 'leave',
      ...(isOwn ? { transaction_id: event.transaction?.id } : {}),
    },
    user_id: event.sender,
  };
}

/** The newest edit by its own sender, and how long the thread is that hangs on the event. */
function relationsOf(room: Room, event: RoomEvent, reader: Session, now: number): Record<string, unknown> {
  const related = relatedTo(room, event.id);
  const edit = latestEdit(room, event);
  const thread = related.filter((one) => relType(one) === 'm.thread');
  const latest = thread.at(-1);
  return {
    ...(edit === null ? {} : { 'm.replace': shownEvent(room, edit, reader, now) }),
    ...(latest === undefined
      ? {}
      : {
          'm.thread': {
            latest_event: shownEvent(room, latest, reader, now),
            count: thread.length,
            current_user_participated: thread.some(({ sender }) => sender === reader.user.id),
          },
        }),
  };
}

/** The edit that readers see in the place of an event; null where there is none. An edit of an edit is never seen. */
export function latestEdit(room: Room, event: RoomEvent): RoomEvent | null {
  if (event.content['m.relates_to'] !== undefined && relType(event) === 'm.replace') return null;
  const edits = relatedTo(room, event.id).filter(
    (one) => relType(one) === 'm.replace' && one.sender === event.sender && one.type === event.type,
  );
  return edits.reduce<RoomEvent | null>((newest, one) => (newest === null || one.at >= newest.at ? one : newest), null);
}

export function relatedTo(room: Room, id: string): readonly RoomEvent[] {
  return room.timeline.filter(({ content }) => {
    const relation = content['m.relates_to'] as { readonly event_id?: unknown } | undefined;
    return relation?.event_id === id;
  });
}

export function relType({ content }: RoomEvent): unknown {
  return (content['m.relates_to'] as { readonly rel_type?: unknown } | undefined)?.rel_type;
}
