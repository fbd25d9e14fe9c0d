import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readmeWith } from './readme.ts';
import { valuesSchema } from './schema.ts';
import { documentedValues } from './values.ts';

/** The folder of the chart. */
export const CHART = fileURLToPath(new URL('../../helm/dora-exporter/', import.meta.url));

/** The files of the chart that follow from values.yaml and the program's own schema, as they should be. */
export function generatedFiles(): ReadonlyMap<string, string> {
  const values = documentedValues(readFileSync(`${CHART}values.yaml`, 'utf8'));
  return new Map([
    ['README.md', readmeWith(readFileSync(`${CHART}README.md`, 'utf8'), values)],
    ['values.schema.json', `${JSON.stringify(valuesSchema(values), null, 1)}\n`],
  ]);
}
