import { PanelBuilder as BarGauge } from '@grafana/grafana-foundation-sdk/bargauge';
import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  BigValueColorMode,
  BigValueGraphMode,
  BigValueTextMode,
  GraphDrawStyle,
  LegendDisplayMode,
  LegendPlacement,
  LineInterpolation,
  ReduceDataOptionsBuilder,
  ScaleDistribution,
  ScaleDistributionConfigBuilder,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizOrientation,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import {
  type DataTransformerConfig,
  MappingType,
  type Panel,
  type ValueMapping,
} from '@grafana/grafana-foundation-sdk/dashboard';
import {
  HeatmapColorMode,
  HeatmapColorOptionsBuilder,
  PanelBuilder as HeatmapPanel,
  HeatmapTooltipBuilder,
  YAxisConfigBuilder,
} from '@grafana/grafana-foundation-sdk/heatmap';
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as StatPanel } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as StateTimelinePanel } from '@grafana/grafana-foundation-sdk/statetimeline';
import { PanelBuilder as TablePanel } from '@grafana/grafana-foundation-sdk/table';
import { TextMode, PanelBuilder as TextPanel } from '@grafana/grafana-foundation-sdk/text';
import { PanelBuilder as TimeseriesPanel } from '@grafana/grafana-foundation-sdk/timeseries';
import { type FieldStyle, named, type Override, type Steps, thresholds } from './fields.ts';

/** The data source that the variable chooses. */
// biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana's own placeholder
export const DATA_SOURCE = { type: 'prometheus', uid: '${datasource}' };

/** What every panel has. */
export interface Common {
  readonly title: string;
  /** What it shows, over what, and when it is empty. */
  readonly description: string;
  /** Columns, of 24. */
  readonly span: number;
  readonly height: number;
  readonly unit: string;
  readonly decimals?: number;
  readonly noValue?: string;
  readonly steps?: Steps;
  readonly states?: FieldStyle['states'];
  readonly overrides?: readonly Override[];
}

/** A query and what its series are called. */
export interface Query {
  readonly expr: string;
  readonly legend: string;
}

export function query(expr: string, legend: string): Query {
  return { expr, legend };
}

/** What the builders of all panels with data have in common. */
interface Configurable {
  title(title: string): unknown;
  description(description: string): unknown;
  span(columns: number): unknown;
  height(rows: number): unknown;
  unit(unit: string): unknown;
  decimals(decimals: number): unknown;
  noValue(text: string): unknown;
  datasource(source: typeof DATA_SOURCE): unknown;
  thresholds(steps: ReturnType<typeof thresholds>): unknown;
  mappings(mappings: ValueMapping[]): unknown;
  overrides(overrides: Override[]): unknown;
}

function configure<T extends Configurable>(panel: T, common: Common): T {
  panel.title(common.title);
  panel.description(common.description);
  panel.span(common.span);
  panel.height(common.height);
  panel.unit(common.unit);
  panel.datasource(DATA_SOURCE);
  if (common.decimals !== undefined) panel.decimals(common.decimals);
  if (common.noValue !== undefined) panel.noValue(common.noValue);
  if (common.steps !== undefined) panel.thresholds(thresholds(common.steps));
  if (common.states !== undefined) panel.mappings([{ type: MappingType.ValueToText, options: common.states }]);
  if (common.overrides !== undefined) panel.overrides([...common.overrides]);
  return panel;
}

function target({ expr, legend }: Query): DataqueryBuilder {
  return new DataqueryBuilder().expr(expr).legendFormat(legend).datasource(DATA_SOURCE);
}

/** Numbers as of the end of the time range. */
export function stat(common: Common, ...queries: readonly Query[]): Builder<Panel> {
  return configure(new StatPanel(), common)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']))
    .colorMode(BigValueColorMode.Value)
    .graphMode(BigValueGraphMode.None)
    .textMode(
      queries.length > 1 || queries[0]?.legend.includes('{{') ? BigValueTextMode.ValueAndName : BigValueTextMode.Value,
    )
    .orientation(queries.length > 1 ? VizOrientation.Horizontal : VizOrientation.Auto)
    .targets(queries.map((each) => target(each).instant()));
}

/** How a time series is drawn. */
export interface Drawing {
  readonly bars?: boolean;
  readonly stacked?: boolean;
  readonly logarithmic?: boolean;
  readonly min?: number;
  readonly max?: number;
  /** Smallest step, where the samples of an exported past are that far apart. */
  readonly interval?: string;
  readonly exemplars?: boolean;
}

/** Lines, or bars, over the time range. */
export function timeseries(common: Common, drawing: Drawing, ...queries: readonly Query[]): Builder<Panel> {
  const panel = configure(new TimeseriesPanel(), common)
    .legend(
      new VizLegendOptionsBuilder()
        .showLegend(true)
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom),
    )
    .tooltip(
      new VizTooltipOptionsBuilder()
        .mode(TooltipDisplayMode.Multi)
        .sort(SortOrder.Descending)
        .hideZeros(drawing.bars === true),
    )
    .lineInterpolation(LineInterpolation.Linear)
    .showPoints(VisibilityMode.Auto)
    .fillOpacity(drawing.bars ? 80 : 8)
    .drawStyle(drawing.bars ? GraphDrawStyle.Bars : GraphDrawStyle.Line)
    .targets(
      queries.map((each) => {
        const made = target(each).range();
        return drawing.exemplars === true ? made.exemplar(true) : made;
      }),
    );
  if (drawing.stacked) panel.stacking(new StackingConfigBuilder().mode(StackingMode.Normal).group('A'));
  if (drawing.logarithmic)
    panel.scaleDistribution(new ScaleDistributionConfigBuilder().type(ScaleDistribution.Log).log(10));
  if (drawing.min !== undefined) panel.min(drawing.min);
  if (drawing.max !== undefined) panel.max(drawing.max);
  if (drawing.interval !== undefined) panel.interval(drawing.interval);
  return panel;
}

/** The states of several things over time, a line each. */
export function stateTimeline(common: Common, ...queries: readonly Query[]): Builder<Panel> {
  return configure(new StateTimelinePanel(), common)
    .showValue(VisibilityMode.Never)
    .legend(
      new VizLegendOptionsBuilder()
        .showLegend(true)
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Single).sort(SortOrder.None))
    .targets(queries.map((each) => target(each).range()));
}

/** A classic histogram over time; `expr` sums by `le`. With exemplars, which lead to the deployment. */
export function heatmap(common: Common, expr: string): Builder<Panel> {
  return configure(new HeatmapPanel(), common)
    .interval('1h')
    .color(
      new HeatmapColorOptionsBuilder()
        .mode(HeatmapColorMode.Scheme)
        .scheme('Oranges')
        .fill('dark-orange')
        .exponent(0.5)
        .steps(64)
        .reverse(false),
    )
    .yAxis(new YAxisConfigBuilder().unit(common.unit))
    .tooltip(new HeatmapTooltipBuilder().mode(TooltipDisplayMode.Single).yHistogram(true).showColorScale(true))
    .exemplarsColor('rgba(255,0,255,0.7)')
    .showLegend()
    .targets([target(query(expr, '{{le}}')).range().format(PromQueryFormat.Heatmap).exemplar(true)]);
}

/** What a histogram holds in all, a bar each bucket. */
export function distribution(common: Common, expr: string): Builder<Panel> {
  return configure(new BarGauge(), common)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']))
    .orientation(VizOrientation.Horizontal)
    .targets([target(query(expr, '{{le}}')).instant().format(PromQueryFormat.Heatmap)]);
}

/** One column of a table: a query, and what the column is called and looks like. */
export interface Column {
  readonly title: string;
  readonly expr: string;
  readonly style?: FieldStyle;
}

/** A row for each set of labels, in the order of `labels`; a cell is empty where a query has no value for it. */
export function table(
  common: Common,
  labels: Readonly<Record<string, { readonly title: string; readonly style?: FieldStyle }>>,
  columns: readonly Column[],
  sortBy?: { readonly column: string; readonly descending: boolean },
): Builder<Panel> {
  const refs = columns.map((_, index) => `Value #${String.fromCharCode(65 + index)}`);
  // A table with one query does not number its value.
  const values = refs.length === 1 ? ['Value'] : refs;
  const order = [...Object.keys(labels), ...values];
  const organize: DataTransformerConfig = {
    id: 'organize',
    options: {
      excludeByName: { Time: true },
      indexByName: Object.fromEntries(order.map((name, index) => [name, index])),
      renameByName: Object.fromEntries([
        ...Object.entries(labels).map(([label, { title }]) => [label, title]),
        ...values.map((name, index) => [name, columns[index]?.title ?? name]),
      ]),
    },
  };
  const overrides = [
    ...Object.values(labels).flatMap(({ title, style }) => (style === undefined ? [] : [{ title, style }])),
    ...columns.flatMap(({ title, style }) => (style === undefined ? [] : [{ title, style }])),
  ];
  const panel = configure(new TablePanel(), {
    ...common,
    overrides: [...(common.overrides ?? []), ...overrides.map(({ title, style }) => named(title, style))],
  });
  panel
    .showHeader(true)
    .filterable(true)
    .targets(columns.map(({ expr }) => target(query(expr, '')).instant().format(PromQueryFormat.Table)))
    .transformations([...(values.length > 1 ? [{ id: 'merge', options: {} }] : []), organize]);
  if (sortBy !== undefined) {
    const state = { displayName: sortBy.column, desc: sortBy.descending };
    panel.sortBy([{ build: () => state }]);
  }
  return panel;
}

/** Words, in Markdown. */
export function text(
  common: Pick<Common, 'title' | 'description' | 'span' | 'height'>,
  content: string,
): Builder<Panel> {
  return new TextPanel()
    .title(common.title)
    .description(common.description)
    .span(common.span)
    .height(common.height)
    .mode(TextMode.Markdown)
    .content(content);
}
