import { hash, timingSafeEqual } from 'node:crypto';
import type { AdminToken, Log } from './ports.ts';

/** The token of a bearer's header; empty where there is none. */
export function bearerToken(authorization: string | undefined): string {
  return /^bearer +(\S+) *$/i.exec(authorization ?? '')?.[1] ?? '';
}

/**
 * The name of the token that an `authorization` header carries, or null. Takes the same time whether a token is
 * nearly right or wholly wrong: digests of one length are compared, and every token is.
 */
export function bearerName(authorization: string | undefined, tokens: readonly AdminToken[], log: Log): string | null {
  return ownersOf(bearerToken(authorization), tokens, log).at(-1)?.name ?? null;
}

/** All whose token this is, compared as `bearerName` does. */
export function ownersOf<T extends AdminToken>(token: string, among: readonly T[], log: Log): readonly T[] {
  const given = digest(token);
  const owners: T[] = [];
  for (const candidate of among) {
    const secret = readSecret(candidate, log);
    // An empty file must not let in whoever sends no token.
    if (secret !== '' && timingSafeEqual(digest(secret), given)) owners.push(candidate);
  }
  return owners;
}

/** A token whose file cannot be read lets nobody in, and does not keep out the others. */
function readSecret(candidate: AdminToken, log: Log): string {
  try {
    return candidate.token.read();
  } catch (error) {
    log.error({ err: error, token: candidate.name }, 'a token cannot be read');
    return '';
  }
}

function digest(text: string): Buffer {
  return hash('sha256', text, 'buffer');
}
