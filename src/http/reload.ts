import type { Context } from 'hono';
import { admit } from './admin.ts';
import type { AdminToken, Life, Log } from './ports.ts';

interface Parts {
  readonly life: Life;
  readonly adminTokens: readonly AdminToken[];
  readonly log: Log;
}

/** `POST /-/reload`: loads the configuration again for whoever holds an admin token. A bad file changes nothing. */
export async function reload(c: Context, parts: Parts): Promise<Response> {
  const { life, log } = parts;
  const admission = admit(c, parts, 'reloading');
  if ('refusal' in admission) return admission.refusal;
  const { by } = admission;
  const result = await life.reload();
  if (result.ok) {
    log.info({ by }, 'configuration reloaded over HTTP');
    return c.json({ reloaded: true });
  }
  log.warn({ by, problems: result.problems }, 'configuration not reloaded: the file is bad');
  return c.json({ detail: 'the file is bad; the configuration is as it was', problems: result.problems }, 422);
}
