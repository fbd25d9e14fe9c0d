import { createRoom, member } from './rooms.ts';
import { addToken, addUser, createState, type HomeserverState } from './state.ts';

/** A homeserver with all that a notifier needs. */
export interface Furnished {
  readonly state: HomeserverState;
  /** The bot's access token. */
  readonly token: string;
  /** Aliases. */
  readonly rooms: { readonly critical: string; readonly warning: string };
}

/** Makes a bot, and two rooms that it is in. Nothing limits it, as an administrator can allow a real one. */
export function furnish(now: () => number): Furnished {
  const state = createState({ serverName: 'demo.example', now });
  const bot = addUser(state, 'dora-exporter');
  bot.isUnlimited = true;
  const token = 'demo-matrix-token';
  addToken(state, bot, token);
  const person = addUser(state, 'operator');
  const open = (name: string, alias: string): string => {
    const room = createRoom(state, person, { name, alias });
    member(state, room, person, bot.id, 'invite');
    member(state, room, bot, bot.id, 'join');
    return `#${alias}:${state.serverName}`;
  };
  return { state, token, rooms: { critical: open('Critical', 'critical'), warning: open('Warning', 'warning') } };
}
