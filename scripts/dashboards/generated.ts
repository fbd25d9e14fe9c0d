import { fileURLToPath } from 'node:url';
import { app } from './app.ts';
import { exporter } from './exporter.ts';
import { overview } from './overview.ts';

/** The folder of the chart that holds them. */
export const DASHBOARDS = fileURLToPath(new URL('../../helm/dora-exporter/dashboards/', import.meta.url));

/** The text of each dashboard as it should be committed, by the name of its file. */
export function generatedDashboards(): ReadonlyMap<string, string> {
  return new Map(
    [overview(), app(), exporter()].map((made) => [`${made.uid}.json`, `${JSON.stringify(made, null, 2)}\n`]),
  );
}
