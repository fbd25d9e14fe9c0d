import { fixedSecret } from '../../src/config/secret.ts';
import type { Files } from '../../src/sources/setting-pieces.ts';

/** Files for settings to read, all of which hold the same secret. */
export function holding(secret: string): Files {
  return {
    path: (name) => name,
    existing: () => ({ ok: false, problem: 'no files here' }),
    secret: () => fixedSecret('the token', secret),
  };
}
