import { openArgocd } from './argocd/open.ts';
import type { Collector, SourceParts } from './collector.ts';
import { openErrors } from './errors/open.ts';
import type { AnySourceSettings } from './table.ts';
import { openWoodpecker } from './woodpecker/open.ts';

/** Opens the collector of a configured source. */
export function openSource(settings: AnySourceSettings, parts: SourceParts): Collector {
  switch (settings.type) {
    case 'woodpecker':
      return openWoodpecker(settings, parts);
    case 'argocd':
      return openArgocd(settings, parts);
    case 'errors':
      return openErrors(settings, parts);
  }
}
