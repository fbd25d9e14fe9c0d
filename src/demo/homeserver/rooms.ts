import type { Content, Membership, PowerLevels, Room, RoomEvent, Session, User } from './model.ts';
import type { HomeserverState } from './state.ts';

/** Makes a room; its creator has joined it. `alias` without `#` and the server's name. */
export function createRoom(
  state: HomeserverState,
  creator: User,
  options: { readonly name: string; readonly alias?: string; readonly version?: string; readonly isOpen?: boolean },
): Room {
  const { version = '12', isOpen = false } = options;
  const id = version === '12' ? `!${state.nextId()}` : `!${state.nextId().slice(0, 18)}:${state.serverName}`;
  const room: Room = {
    id,
    version,
    name: options.name,
    timeline: [],
    members: new Map(),
    state: new Map(),
  };
  state.rooms.set(id, room);
  const set = (type: string, content: Content, stateKey = '') =>
    setState(state, room, creator, type, content, stateKey);
  set('m.room.create', { room_version: version });
  member(state, room, creator, creator.id, 'join');
  set('m.room.power_levels', { events_default: 0, users: version === '12' ? {} : { [creator.id]: 100 } });
  set('m.room.join_rules', { join_rule: isOpen ? 'public' : 'invite' });
  set('m.room.name', { name: options.name });
  if (options.alias !== undefined) state.aliases.set(`#${options.alias}:${state.serverName}`, id);
  return room;
}

/** Sets what somebody is to a room, and says so in its timeline. */
export function member(
  state: HomeserverState,
  room: Room,
  sender: User,
  userId: string,
  membership: Membership,
): RoomEvent {
  room.members.set(userId, membership);
  return setState(state, room, sender, 'm.room.member', { membership }, userId);
}

export function setState(
  state: HomeserverState,
  room: Room,
  sender: User,
  type: string,
  content: Content,
  stateKey = '',
): RoomEvent {
  const event = append(state, room, { type, sender: sender.id, content, stateKey, transaction: null });
  room.state.set(stateName(type, stateKey), event);
  return event;
}

/** Adds an event that is no state. */
export function post(
  state: HomeserverState,
  room: Room,
  session: Session,
  message: { readonly type: string; readonly content: Content; readonly transaction: string },
): RoomEvent {
  return append(state, room, {
    type: message.type,
    sender: session.user.id,
    content: message.content,
    transaction: { session, id: message.transaction },
  });
}

/** Closes a room for a new one, which its aliases lead to and nobody but `sender` has joined. */
export function upgrade(state: HomeserverState, room: Room, sender: User, version: string): Room {
  const successor = createRoom(state, sender, { name: room.name, version });
  setState(state, room, sender, 'm.room.tombstone', {
    body: 'This room has been replaced',
    replacement_room: successor.id,
  });
  setState(state, room, sender, 'm.room.power_levels', { ...powerLevels(room), events_default: 50 });
  for (const [alias, id] of state.aliases) if (id === room.id) state.aliases.set(alias, successor.id);
  return successor;
}

export function powerLevels(room: Room): PowerLevels {
  const content = room.state.get(stateName('m.room.power_levels', ''))?.content ?? {};
  return { events_default: 0, users: {}, ...content };
}

/** The creators of a room of version 12 stand above every level. */
export function powerOf(room: Room, userId: string): number {
  const creator = room.state.get(stateName('m.room.create', ''))?.sender;
  if (room.version === '12' && creator === userId) return Number.POSITIVE_INFINITY;
  return powerLevels(room).users[userId] ?? 0;
}

export function stateName(type: string, stateKey: string): string {
  return `${type} ${stateKey}`;
}

function append(state: HomeserverState, room: Room, event: Omit<RoomEvent, 'id' | 'at'>): RoomEvent {
  const added = { id: `$${state.nextId()}`, at: state.now(), ...event };
  room.timeline.push(added);
  return added;
}
