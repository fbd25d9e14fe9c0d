import type { IncomingHttpHeaders } from 'node:http';
import { type Answer, empty, text } from './answer.ts';
import type { Call, Handler } from './call.ts';
import type { Repo, User } from './model.ts';
import type { WoodpeckerState } from './state.ts';

/**
 * Who asks. As on the real server a bad or revoked token is not refused: whoever carries one is a guest, like somebody
 * without any. `?access_token=` is as good as the header.
 */
export function userOf(state: WoodpeckerState, headers: IncomingHttpHeaders, query: URLSearchParams): User | null {
  const header = /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1];
  const token = header ?? query.get('access_token') ?? '';
  if (token === '') return null;
  return state.users.find((user) => user.token === token) ?? null;
}

/** A route that only users may ask. */
export function forUsers(handle: (call: Call, user: User) => Answer): Handler {
  return (call) => (call.user === null ? text(401, 'User not authorized') : handle(call, call.user));
}

/** A route that only administrators of the server may ask. */
export function forAdmins(handle: Handler): Handler {
  return forUsers((call, user) => (user.admin ? handle(call) : text(403, 'User not authorized')));
}

/** Finds the repository that a path names; null when there is none, `malformed` when the path names none at all. */
export type FindRepo = (state: WoodpeckerState, param: string) => Repo | null | 'malformed';

export function byId(state: WoodpeckerState, param: string): Repo | null | 'malformed' {
  return /^\d+$/.test(param) ? (state.repos.get(Number(param)) ?? null) : 'malformed';
}

/** By full name in any case; a name that the repository had before leads to it too. */
export function byFullName(state: WoodpeckerState, param: string): Repo | null {
  const name = param.toLowerCase();
  for (const repo of state.repos.values()) if (repo.full_name.toLowerCase() === name) return repo;
  return state.repos.get(state.redirections.get(name) ?? 0) ?? null;
}

/**
 * A route below a repository. To a user a repository that he may not read does not exist (404); a guest hears 401 of
 * that one and of one that does not exist.
 */
export function forReaders(find: FindRepo, handle: (call: Call, repo: Repo) => Answer): Handler {
  return (call) => {
    const repo = find(call.state, call.params[0] ?? '');
    if (repo === 'malformed') return empty(400);
    if (repo === null || !mayRead(call.user, repo)) return empty(call.user === null ? 401 : 404);
    return handle(call, repo);
  };
}

function mayRead(user: User | null, repo: Repo): boolean {
  if (!repo.private) return true;
  if (user === null) return false;
  return user.admin || (repo.permissions.get(user.id) ?? 'none') !== 'none';
}
