import { createHash, timingSafeEqual } from 'node:crypto';
import type { AdminToken, Log } from './ports.ts';

/**
 * The name of the token that an `authorization` header carries, or null. Takes the same time whether a token is
 * nearly right or wholly wrong: digests of one length are compared, and every token is.
 */
export function bearerName(authorization: string | undefined, tokens: readonly AdminToken[], log: Log): string | null {
  const given = digest(/^bearer +(\S+) *$/i.exec(authorization ?? '')?.[1] ?? '');
  let name: string | null = null;
  for (const candidate of tokens) {
    const secret = readSecret(candidate, log);
    // An empty file must not let in whoever sends no token.
    if (secret !== '' && timingSafeEqual(digest(secret), given)) name = candidate.name;
  }
  return name;
}

/** A token whose file cannot be read lets nobody in, and does not keep out the others. */
function readSecret(candidate: AdminToken, log: Log): string {
  try {
    return candidate.token.read();
  } catch (error) {
    log.error({ err: error, token: candidate.name }, 'an admin token cannot be read');
    return '';
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
