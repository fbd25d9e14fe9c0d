import type { IncomingHttpHeaders } from 'node:http';
import { type Answer, refusal } from './answer.ts';
import type { Session } from './model.ts';
import type { HomeserverState } from './state.ts';

/** Whose request it is, or how the server refuses one whose it cannot tell. A token in the query still counts. */
export function sessionOf(
  state: HomeserverState,
  headers: IncomingHttpHeaders,
  query: URLSearchParams,
): Session | Answer {
  const token = /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1] ?? query.get('access_token');
  if (token === null) return refusal(401, 'M_MISSING_TOKEN', 'Missing access token');
  const session = state.sessions.get(token);
  if (session === undefined || session.state === 'unknown' || session.user.state === 'deactivated')
    return refusal(401, 'M_UNKNOWN_TOKEN', 'Invalid access token passed.', { soft_logout: false });
  if (session.user.state === 'locked')
    return refusal(401, 'M_USER_LOCKED', 'User account has been locked', { soft_logout: true });
  if (session.state === 'expired')
    return refusal(401, 'M_UNKNOWN_TOKEN', 'Access token has expired', { soft_logout: true });
  return session;
}
