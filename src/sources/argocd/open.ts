import type { Collector, SourceParts } from '../collector.ts';
import { sourceUpstream } from '../source-upstream.ts';
import { CAPABILITIES, IGNORES } from './capabilities.ts';
import { ArgocdCollector } from './collector.ts';
import type { ArgocdSettings } from './settings.ts';
import { Watch } from './watch.ts';

/** Opens the collector of one Argo CD server. */
export function openArgocd(settings: ArgocdSettings, parts: SourceParts): Collector {
  const upstream = sourceUpstream(settings, parts);
  const collector = new ArgocdCollector({ ...parts, settings, upstream });
  return {
    name: settings.name,
    capabilities: CAPABILITIES,
    ignores: IGNORES,
    get backfill() {
      return settings.deployments ? collector.backfill : null;
    },
    poll: (signal) => collector.poll(signal),
    catchUp: (slice, stop) => collector.catchUp(slice, stop),
    stamp: () => collector.stamp(),
    ...(settings.stream && settings.deployments ? { watch: new Watch({ ...parts, settings, upstream }) } : {}),
    close: () => upstream.close(),
  };
}
