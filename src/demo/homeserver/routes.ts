import { getVersions, joinedRooms, overrideRateLimit, whoami } from './account-routes.ts';
import { ok } from './answer.ts';
import type { Handler, OpenHandler } from './call.ts';
import { getEvent, getMessages, getRelations, getState, inRoom } from './read-routes.ts';
import { invite, joinRoom, leave, makeRoom, putState, resolveAlias, upgradeRoom } from './room-routes.ts';
import { sendMessage } from './send-route.ts';

export type Route =
  | { readonly method: string; readonly path: RegExp; readonly handle: Handler; readonly isOpen?: false }
  | { readonly method: string; readonly path: RegExp; readonly handle: OpenHandler; readonly isOpen: true };

const CLIENT = '/_matrix/client/(?:v3|r0|v1)';

/** `{}` stands for one part of a path. */
function at(path: string): RegExp {
  return new RegExp(`^${path.replaceAll('{}', '([^/]+)')}$`);
}

/** What of the client-server API is simulated: what a notifier asks for, and what a test needs to set it up. */
export const ROUTES: readonly Route[] = [
  { method: 'GET', path: at('/_matrix/client/versions'), handle: getVersions, isOpen: true },
  { method: 'GET', path: at(`${CLIENT}/account/whoami`), handle: whoami },
  { method: 'GET', path: at(`${CLIENT}/joined_rooms`), handle: joinedRooms },
  { method: 'GET', path: at(`${CLIENT}/directory/room/{}`), handle: resolveAlias, isOpen: true },
  { method: 'POST', path: at(`${CLIENT}/createRoom`), handle: makeRoom },
  { method: 'POST', path: at(`${CLIENT}/join/{}`), handle: joinRoom },
  { method: 'POST', path: at(`${CLIENT}/rooms/{}/join`), handle: joinRoom },
  { method: 'POST', path: at(`${CLIENT}/rooms/{}/invite`), handle: inRoom(invite) },
  { method: 'POST', path: at(`${CLIENT}/rooms/{}/kick`), handle: inRoom(leave('leave')) },
  { method: 'POST', path: at(`${CLIENT}/rooms/{}/ban`), handle: inRoom(leave('ban')) },
  { method: 'POST', path: at(`${CLIENT}/rooms/{}/upgrade`), handle: inRoom(upgradeRoom) },
  { method: 'PUT', path: at(`${CLIENT}/rooms/{}/send/{}/{}`), handle: sendMessage },
  { method: 'PUT', path: at(`${CLIENT}/rooms/{}/state/{}(?:/([^/]*))?`), handle: inRoom(putState) },
  { method: 'GET', path: at(`${CLIENT}/rooms/{}/state/{}(?:/([^/]*))?`), handle: inRoom(getState) },
  { method: 'GET', path: at(`${CLIENT}/rooms/{}/event/{}`), handle: inRoom(getEvent) },
  { method: 'GET', path: at(`${CLIENT}/rooms/{}/messages`), handle: inRoom(getMessages) },
  { method: 'GET', path: at(`${CLIENT}/rooms/{}/relations/{}`), handle: inRoom(getRelations) },
  { method: 'POST', path: at('/_synapse/admin/v1/users/{}/override_ratelimit'), handle: overrideRateLimit },
  { method: 'GET', path: at('/health'), handle: () => ok('OK'), isOpen: true },
];
