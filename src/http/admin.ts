import type { Context } from 'hono';
import { bearerName } from './bearer.ts';
import type { AdminToken, Log } from './ports.ts';

/** Whose token a request carries, or the refusal that it gets. */
export type Admission = { readonly by: string } | { readonly refusal: Response };

/** Lets in whoever holds an admin token; `what` is off, in these words, where there are none. */
export function admit(
  c: Context,
  { adminTokens, log }: { readonly adminTokens: readonly AdminToken[]; readonly log: Log },
  what: string,
): Admission {
  if (adminTokens.length === 0) {
    return { refusal: c.json({ detail: `${what} over HTTP is off: no web.admin_tokens` }, 403) };
  }
  const by = bearerName(c.req.header('authorization'), adminTokens, log);
  if (by !== null) return { by };
  return {
    refusal: c.json({ detail: 'an admin token is needed, as "authorization: Bearer <token>"' }, 401, {
      'www-authenticate': 'Bearer realm="dora-exporter"',
    }),
  };
}
