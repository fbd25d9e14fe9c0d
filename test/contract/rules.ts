import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { CHART } from '../../scripts/chart/generated.ts';

/** A rule of the chart, as it lies. */
export interface Rule {
  readonly record?: string;
  readonly alert?: string;
  readonly expr: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Every rule of the chart, in the order in which they are evaluated. */
export function rulesOf(): readonly Rule[] {
  const folder = join(CHART, 'rules');
  return readdirSync(folder)
    .map((file) => parse(readFileSync(join(folder, file), 'utf8')) as { groups: { rules: Rule[] }[] })
    .flatMap(({ groups }) => groups.flatMap(({ rules }) => rules));
}
