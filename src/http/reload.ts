import type { Context } from 'hono';
import { bearerName } from './bearer.ts';
import type { AdminToken, Life, Log } from './ports.ts';

interface Parts {
  readonly life: Life;
  readonly adminTokens: readonly AdminToken[];
  readonly log: Log;
}

/** `POST /-/reload`: loads the configuration again for whoever holds an admin token. A bad file changes nothing. */
export async function reload(c: Context, { life, adminTokens, log }: Parts): Promise<Response> {
  if (adminTokens.length === 0) return c.json({ detail: 'reloading over HTTP is off: no web.admin_tokens' }, 403);
  const by = bearerName(c.req.header('authorization'), adminTokens, log);
  if (by === null) {
    return c.json({ detail: 'an admin token is needed, as "authorization: Bearer <token>"' }, 401, {
      'www-authenticate': 'Bearer realm="dora-exporter"',
    });
  }
  const result = await life.reload();
  if (result.ok) {
    log.info({ by }, 'configuration reloaded over HTTP');
    return c.json({ reloaded: true });
  }
  log.warn({ by, problems: result.problems }, 'configuration not reloaded: the file is bad');
  return c.json({ detail: 'the file is bad; the configuration is as it was', problems: result.problems }, 422);
}
