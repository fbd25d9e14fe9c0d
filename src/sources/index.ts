import { openArgocd } from './argocd/open.ts';
import type { Collector, SourceParts } from './collector.ts';
import type { AnySourceSettings } from './table.ts';
import { openWoodpecker } from './woodpecker/open.ts';

/** Opens the collector of a configured source. Throws for a type that is not built: main refuses those before. */
export function openSource(settings: AnySourceSettings, parts: SourceParts): Collector {
  switch (settings.type) {
    case 'woodpecker':
      return openWoodpecker(settings, parts);
    case 'argocd':
      return openArgocd(settings, parts);
    case 'errors':
      throw new Error(`a source of type ${settings.type} is not built yet`);
  }
}
