import type { Upstream } from '../../upstream/upstream.ts';
import type { Collector, SourceParts } from '../collector.ts';
import { sourceUpstream } from '../source-upstream.ts';
import { CAPABILITIES } from './capabilities.ts';
import { ErrorsCollector } from './collector.ts';
import type { ErrorsSettings } from './settings.ts';

/** Opens the collector of one error sink. */
export function openErrors(settings: ErrorsSettings, parts: SourceParts): Collector {
  const upstream = errorsUpstream(settings, parts);
  const collector = new ErrorsCollector({ ...parts, settings, upstream });
  return {
    name: settings.name,
    capabilities: CAPABILITIES,
    ignores: [],
    backfill: null,
    poll: (signal) => collector.poll(signal),
    catchUp: async () => ({ ok: true }),
    stamp: () => collector.stamp(),
    close: () => upstream.close(),
  };
}

/** The way to a sink, with its three ways to authenticate. */
export function errorsUpstream(
  settings: ErrorsSettings,
  parts: Pick<SourceParts, 'clock' | 'observe' | 'userAgent'>,
): Upstream {
  const { apiKey, workspaceId } = settings;
  const headers = () => ({
    ...(apiKey === null ? {} : { 'x-api-key': apiKey.read() }),
    ...(workspaceId === '' ? {} : { 'x-workspace-id': workspaceId }),
  });
  return sourceUpstream(settings, parts, headers);
}
