import type { Secret } from '../domain/secret.ts';
import { openUpstream } from '../upstream/open-upstream.ts';
import type { Upstream } from '../upstream/upstream.ts';
import type { SourceParts } from './collector.ts';
import type { SourceSettings } from './settings.ts';

/** Opens the way to a source that takes a bearer token, as its settings say. */
export function sourceUpstream(settings: SourceSettings & { readonly token: Secret }, parts: SourceParts): Upstream {
  const { clock, observe, userAgent } = parts;
  return openUpstream({
    source: settings.name,
    baseUrl: settings.url,
    authorization: () => `Bearer ${settings.token.read()}`,
    caFile: settings.caFile,
    insecureSkipVerify: settings.insecureSkipVerify,
    requestTimeoutMs: settings.requestTimeoutMs,
    maxBodyBytes: settings.maxBodyBytes,
    userAgent,
    clock,
    observe,
  });
}
