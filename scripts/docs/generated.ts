import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { configurationRegions } from './configuration.ts';
import { withRegions } from './marked.ts';
import { metricsRegions } from './metrics.ts';

/** The folder of the pages. */
export const DOCS = fileURLToPath(new URL('../../docs/', import.meta.url));

/** The pages that follow in part from the code, as they should be, by the name of the file in `DOCS`. */
export function generatedPages(): ReadonlyMap<string, string> {
  return new Map(
    Object.entries({ 'configuration.md': configurationRegions(), 'metrics.md': metricsRegions() }).map(
      ([name, regions]) => [name, withRegions(readFileSync(join(DOCS, name), 'utf8'), regions)],
    ),
  );
}
