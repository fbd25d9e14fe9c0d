import { type Answer, forbidden, notFound, ok } from './answer.ts';
import { type KnownCall, param } from './call.ts';

const VERSIONS = ['r0.6.1', ...Array.from({ length: 15 }, (_, minor) => `v1.${minor + 1}`)];

export function getVersions(): Answer {
  return {
    ...ok({ versions: VERSIONS, unstable_features: {} }),
    headers: {
      'Cache-Control': 'public, max-age=600, s-maxage=3600, stale-while-revalidate=600',
      Vary: 'Authorization',
    },
  };
}

export function whoami({ session }: KnownCall): Answer {
  const { user, device } = session;
  return ok({ user_id: user.id, is_guest: false, ...(device === null ? {} : { device_id: device }) });
}

export function joinedRooms({ state, session }: KnownCall): Answer {
  const joined = [...state.rooms.values()].filter(({ members }) => members.get(session.user.id) === 'join');
  return ok({ joined_rooms: joined.map(({ id }) => id) });
}

/** POST /_synapse/admin/v1/users/{user}/override_ratelimit with two zeros lifts the limit of that user. */
export function overrideRateLimit(call: KnownCall): Answer {
  const { state, session, body } = call;
  if (!session.user.admin) return forbidden('You are not a server admin');
  const user = state.users.get(param(call, 0));
  if (user === undefined) return notFound('User not found');
  user.isUnlimited = true;
  return ok(body);
}
