import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('../../helm/dora-exporter/dashboards/', import.meta.url));

/** A query of a panel, as the JSON has it. */
export interface Target {
  readonly refId: string;
  readonly expr: string;
  readonly legendFormat?: string;
  readonly instant?: boolean;
  readonly range?: boolean;
  readonly format?: string;
  readonly exemplar?: boolean;
  readonly datasource?: { readonly type: string; readonly uid: string };
}

/** A panel or a row, as the JSON has it: what the checks look at. */
export interface PanelJson {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly interval?: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly datasource?: { readonly type: string; readonly uid: string };
  readonly targets?: readonly Target[];
  readonly panels?: readonly PanelJson[];
  readonly options?: {
    readonly legend?: { readonly showLegend?: boolean };
    readonly reduceOptions?: { readonly calcs: readonly string[] };
  };
  readonly fieldConfig?: {
    readonly defaults: { readonly unit?: string; readonly noValue?: string };
    readonly overrides: readonly { readonly matcher: { readonly id: string; readonly options: string } }[];
  };
}

export interface VariableJson {
  readonly name: string;
  readonly label?: string;
  readonly type: string;
  readonly query?: unknown;
  readonly refresh?: number;
  readonly multi?: boolean;
  readonly includeAll?: boolean;
  readonly allValue?: string;
}

export interface DashboardJson {
  readonly uid: string;
  readonly title: string;
  readonly tags: readonly string[];
  readonly editable: boolean;
  readonly graphTooltip: number;
  readonly schemaVersion: number;
  readonly links: readonly { readonly type: string; readonly asDropdown: boolean; readonly tags: readonly string[] }[];
  readonly templating: { readonly list: readonly VariableJson[] };
  /** No list where there are none. */
  readonly annotations: { readonly list?: readonly { readonly name: string; readonly expr: string }[] };
  readonly panels: readonly PanelJson[];
}

/** A dashboard as it is committed, and what linters are told to leave out of it. */
export interface Committed {
  readonly file: string;
  readonly text: string;
  readonly json: DashboardJson;
}

/** Every dashboard of the chart. */
export function committedDashboards(): readonly Committed[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.json'))
    .map((file) => {
      const text = readFileSync(join(FOLDER, file), 'utf8');
      return { file, text, json: JSON.parse(text) };
    });
}

/** All panels and rows, those in collapsed rows too. */
export function panelsOf({ panels }: Pick<DashboardJson, 'panels'>): readonly PanelJson[] {
  return panels.flatMap((panel) => [panel, ...(panel.panels ?? [])]);
}

/** Puts values in for variables, as Grafana does: `$name` and `${name}`. */
export function substituted(text: string, values: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\$(?:\{(\w+)\}|(\w+))/g, (whole, braced?: string, bare?: string) => {
    return values[braced ?? bare ?? ''] ?? whole;
  });
}

/** What Grafana puts into any dashboard's queries besides its own variables. */
export const BUILT_IN = { __rate_interval: '1m', __interval: '1m', __range: '1h' };

/** A query without the variables that stand where PromQL wants a duration or a number; those within quotes may stay. */
export function plainQuery(expr: string): string {
  return substituted(expr, { ...BUILT_IN, window: '30d', report: '2024' }).replaceAll('"30d"', '"$window"');
}
