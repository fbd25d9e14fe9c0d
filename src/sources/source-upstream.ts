import type { Secret } from '../domain/secret.ts';
import { openUpstream } from '../upstream/open-upstream.ts';
import type { StreamingUpstream } from '../upstream/upstream.ts';
import type { SourceParts } from './collector.ts';
import type { SourceSettings } from './settings.ts';

/** Opens the way to a source as its settings say. `headers`: what it wants to hear beside a bearer token. */
export function sourceUpstream(
  settings: SourceSettings & { readonly token: Secret | null },
  parts: Pick<SourceParts, 'clock' | 'observe' | 'userAgent'>,
  headers: () => Readonly<Record<string, string>> = () => ({}),
): StreamingUpstream {
  const { clock, observe, userAgent } = parts;
  return openUpstream({
    source: settings.name,
    baseUrl: settings.url,
    authorization: () => (settings.token === null ? null : `Bearer ${settings.token.read()}`),
    headers,
    caFile: settings.caFile,
    insecureSkipVerify: settings.insecureSkipVerify,
    requestTimeoutMs: settings.requestTimeoutMs,
    maxBodyBytes: settings.maxBodyBytes,
    userAgent,
    clock,
    observe,
  });
}
