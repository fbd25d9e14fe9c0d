import type { Collector, SourceParts } from '../collector.ts';
import { sourceUpstream } from '../source-upstream.ts';
import { CAPABILITIES, IGNORES } from './capabilities.ts';
import { WoodpeckerCollector } from './collector.ts';
import type { WoodpeckerSettings } from './settings.ts';

/** Opens the collector of one Woodpecker server. */
export function openWoodpecker(settings: WoodpeckerSettings, parts: SourceParts): Collector {
  const upstream = sourceUpstream(settings, parts);
  const collector = new WoodpeckerCollector({ ...parts, settings, upstream });
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
    close: () => upstream.close(),
  };
}
