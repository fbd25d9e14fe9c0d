import { X509Certificate } from 'node:crypto';
import { formatDuration } from '../domain/duration.ts';
import type { Config } from './config.ts';
import { readRegularFile } from './regular-file.ts';

/** What is allowed and probably not meant: one sentence each. */
export function warnings(config: Config): string[] {
  const found: string[] = [];
  if (config.sources.length === 0 && config.sink.workspaces.length === 0) {
    found.push('sources is empty: nothing is polled');
  }
  for (const window of config.windows) {
    if (window.isCut !== true) continue;
    const retention = formatDuration(config.retentionMs);
    found.push(`windows: ${window.name} is longer than retention (${retention}), so it is never whole`);
  }
  for (const [index, source] of config.sources.entries()) found.push(...warningsOf(source, index, config));
  for (const warning of config.web.configFile?.warnings ?? []) found.push(`web.config_file: ${warning}`);
  return found;
}

function warningsOf(source: Config['sources'][number], index: number, { retentionMs }: Config): string[] {
  const found: string[] = [];
  if (source.caFile !== null && !holdsCertificates(source.caFile)) {
    found.push(`sources[${index}].ca_file: ${source.caFile} holds no certificate in PEM, so no server will be trusted`);
  }
  if ('backfillMs' in source && source.backfillMs > retentionMs) {
    const [backfill, retention] = [source.backfillMs, retentionMs].map(formatDuration);
    found.push(
      `sources[${index}].backfill: ${backfill} is longer than retention (${retention}): what is older is counted once, and goes at the next sweep`,
    );
  }
  return found;
}

/** Whether there is one, and all of them can be read. */
function holdsCertificates(file: string): boolean {
  const content = readRegularFile(file);
  // Whoever connects tells of a file that is gone.
  if (!content.ok) return true;
  const blocks = content.value.text.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? [];
  return blocks.length > 0 && blocks.every(isCertificate);
}

function isCertificate(pem: string): boolean {
  try {
    new X509Certificate(pem);
    return true;
  } catch {
    return false;
  }
}
