import type { Context } from 'hono';
import { bearerToken, ownersOf } from './bearer.ts';
import type { Log, SinkWorkspace } from './ports.ts';

/** Whose request it is, or why nobody's: status and words as other sinks of this contract give them. */
export type Caller =
  | { readonly ok: true; readonly workspace: SinkWorkspace }
  | { readonly ok: false; readonly status: 400 | 401 | 403 | 404; readonly detail: string };

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * The workspace whose token a request carries, as a bearer's or else as an API key. Every workspace that it names
 * besides must be that one: who names two must not take the answer of one for the other's.
 */
export function callerOf(c: Context, workspaces: readonly SinkWorkspace[], log: Log): Caller {
  if (workspaces.length === 0) return refusal(404, 'the error sink is off: no sink.workspaces');
  const authorization = c.req.header('authorization');
  const isBearer = /^bearer\b/i.test(authorization ?? '');
  const key = /^apikey +(\S+) *$/i.exec(authorization ?? '')?.[1] ?? c.req.header('x-api-key');
  if (!isBearer && key === undefined) return refusal(401, 'Authentication required');
  const [workspace, other] = ownersOf(isBearer ? bearerToken(authorization) : (key ?? ''), workspaces, log);
  if (workspace === undefined) return refusal(401, isBearer ? 'Invalid or expired token' : 'Invalid API key');
  if (other !== undefined) {
    log.error({ workspaces: [workspace.name, other.name] }, 'two workspaces have one token: it lets nobody in');
    return refusal(401, 'Invalid or expired token');
  }
  const headers = [c.req.header('x-workspace-id') ?? [], c.req.header('x-workspace') ?? []].flat();
  const named = [...headers, ...(c.req.queries('workspace_id') ?? [])];
  if (!named.every((id) => UUID.test(id))) return refusal(400, 'Invalid workspace_id');
  if (named.some((id) => id.toLowerCase() !== workspace.id)) return refusal(403, 'The token is not of this workspace');
  return { ok: true, workspace };
}

function refusal(status: 400 | 401 | 403 | 404, detail: string): Caller {
  return { ok: false, status, detail };
}
