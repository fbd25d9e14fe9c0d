import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  type DynamicConfigValue,
  type MatcherConfig,
  type Threshold,
  type ThresholdsConfig,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from '@grafana/grafana-foundation-sdk/dashboard';

/** Colours by their meaning. */
export const GOOD = 'green';
export const BAD = 'red';
export const WORSE = 'orange';
export const CALM = 'blue';
export const PLAIN = 'text';
/** What is too little to rest anything on, and what is context only. */
export const FAINT = '#8e8e8e';

/** Below so many a sample is small: the exporter's own default of `min_samples`. */
export const FEW = 5;

/** A colour from each value on; the first has none, and is for all below. */
export type Steps = readonly [string, ...(readonly [number, string])[]];

/** A sample size: faint while it is small. */
export const SAMPLE_SIZE: Steps = [FAINT, [FEW, PLAIN]];

function thresholdsConfig([base, ...steps]: Steps): ThresholdsConfig {
  const from: Threshold[] = steps.map(([value, color]) => ({ value, color }));
  return { mode: ThresholdsMode.Absolute, steps: [{ value: null, color: base }, ...from] };
}

export function thresholds(steps: Steps): Builder<ThresholdsConfig> {
  const { mode, steps: all } = thresholdsConfig(steps);
  return new ThresholdsConfigBuilder().mode(mode).steps(all);
}

/** How one field of a panel differs from the others. */
export interface FieldStyle {
  readonly unit?: string;
  readonly decimals?: number;
  readonly steps?: Steps;
  /** One colour, whatever the value. */
  readonly color?: string;
  readonly name?: string;
  readonly noValue?: string;
  readonly width?: number;
  /** In a table: the value in its colour, or the cell behind it. */
  readonly colored?: 'text' | 'background';
  readonly dashed?: boolean;
  readonly link?: { readonly title: string; readonly url: string };
  readonly states?: Readonly<Record<string, { readonly text: string; readonly color: string }>>;
}

export interface Override {
  readonly matcher: MatcherConfig;
  readonly properties: DynamicConfigValue[];
}

/** An override of the field of this name, which is its legend, or its column. */
export function named(name: string, style: FieldStyle): Override {
  return { matcher: { id: 'byName', options: name }, properties: properties(style) };
}

/** An override of all fields whose names match. */
export function matching(expression: string, style: FieldStyle): Override {
  return { matcher: { id: 'byRegexp', options: `/${expression}/` }, properties: properties(style) };
}

function properties(style: FieldStyle): DynamicConfigValue[] {
  const made: DynamicConfigValue[] = [];
  const add = (id: string, value: unknown) => made.push({ id, value });
  if (style.name !== undefined) add('displayName', style.name);
  if (style.unit !== undefined) add('unit', style.unit);
  if (style.decimals !== undefined) add('decimals', style.decimals);
  if (style.noValue !== undefined) add('noValue', style.noValue);
  if (style.width !== undefined) add('custom.width', style.width);
  if (style.steps !== undefined) {
    add('thresholds', thresholdsConfig(style.steps));
    add('color', { mode: 'thresholds' });
  }
  if (style.color !== undefined) add('color', { mode: 'fixed', fixedColor: style.color });
  if (style.colored !== undefined) add('custom.cellOptions', { type: `color-${style.colored}` });
  if (style.states !== undefined) add('mappings', [{ type: 'value', options: style.states }]);
  if (style.dashed === true) {
    add('custom.lineStyle', { fill: 'dash', dash: [8, 8] });
    add('custom.lineWidth', 1);
    add('custom.fillOpacity', 0);
    add('custom.showPoints', 'never');
  }
  if (style.link !== undefined) add('links', [style.link]);
  return made;
}
