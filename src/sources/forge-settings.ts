import { z } from 'zod';
import type { Secret } from '../domain/secret.ts';
import { baseUrl } from './base-url.ts';
import { existingFileOrNone, type Files, secretFile, strict } from './setting-pieces.ts';

/** Where the commits of a source's deployments can be read, for lead time. */
export interface ForgeSettings {
  readonly type: 'forgejo' | 'gitea' | 'github' | 'gitlab';
  /** Without a slash at its end. */
  readonly url: string;
  readonly token: Secret;
  readonly caFile: string | null;
}

export function forgeSettings(files: Files) {
  return strict({
    type: z.enum(['forgejo', 'gitea', 'github', 'gitlab']).describe('which API it speaks'),
    url: baseUrl().describe('its address'),
    token_file: secretFile(files).describe('a token that may read the repositories'),
    ca_file: existingFileOrNone(files).prefault('').describe('the certificate of a private authority to trust'),
  }).transform(
    (keys): ForgeSettings => ({
      type: keys.type,
      url: keys.url,
      token: keys.token_file,
      caFile: keys.ca_file,
    }),
  );
}
