import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  AnnotationQueryBuilder,
  CustomVariableBuilder,
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  DatasourceVariableBuilder,
  type Panel,
  QueryVariableBuilder,
  RowBuilder,
  type RowPanel,
  type VariableModel,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { REPORTS } from './benchmarks.ts';
import { DATA_SOURCE } from './panels.ts';

/** By which the dashboards find each other, and people find them. */
const TAG = 'dora-exporter';

/** A heading with what is below it; collapsed, it is read only when opened. */
export interface Section {
  readonly title: string;
  readonly collapsed?: boolean;
  readonly panels: readonly Builder<Panel>[];
}

export interface Whole {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly from: string;
  readonly variables: readonly Builder<VariableModel>[];
  readonly annotations?: readonly AnnotationQueryBuilder[];
  readonly sections: readonly Section[];
}

/** The whole dashboard as Grafana takes it (classic model), with ids and places for all that is in it. */
export function dashboard(whole: Whole): Dashboard {
  const builder = new DashboardBuilder(whole.title)
    .uid(whole.uid)
    .description(whole.description)
    .tags([TAG])
    .readonly()
    .timezone('utc')
    .tooltip(DashboardCursorSync.Crosshair)
    .refresh('1m')
    .time({ from: whole.from, to: 'now' })
    .link(
      new DashboardLinkBuilder('DORA')
        .type(DashboardLinkType.Dashboards)
        .tags([TAG])
        .asDropdown(true)
        .includeVars(true)
        .keepTime(true),
    )
    .variables([dataSource(), job(), ...whole.variables]);
  for (const annotation of whole.annotations ?? []) builder.annotation(annotation);
  for (const { title, collapsed, panels } of whole.sections) {
    const row = new RowBuilder(title);
    if (collapsed === true) for (const panel of panels) row.withPanel(panel);
    builder.withRow(row);
    if (collapsed !== true) for (const panel of panels) builder.withPanel(panel);
  }
  return numbered(builder.build());
}

/** The builders give a row the id 0, a panel none, and no query a letter: here each gets its own. */
function numbered(built: Dashboard): Dashboard {
  let id = 0;
  const number = (panel: Panel | RowPanel) => {
    id += 1;
    panel.id = id;
    if ('panels' in panel) panel.panels.forEach(number);
    else
      panel.targets?.forEach((target, index) => {
        Object.assign(target, { refId: String.fromCharCode(65 + index) });
      });
  };
  built.panels?.forEach(number);
  return built;
}

function dataSource(): DatasourceVariableBuilder {
  return new DatasourceVariableBuilder('datasource').label('Data source').type('prometheus');
}

function job(): QueryVariableBuilder {
  return labelValues('job', 'job', 'label_values(dora_exporter_build_info, job)')
    .multi(true)
    .includeAll(true)
    .allValue('.+');
}

/** A variable with the values of a label, looked up anew when the time range changes. */
function labelValues(name: string, label: string, asked: string): QueryVariableBuilder {
  return new QueryVariableBuilder(name)
    .label(label)
    .datasource(DATA_SOURCE)
    .query(asked)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalCaseInsensitiveAsc);
}

/** One value has to be chosen; `usual` is, where there is such a one. */
export function oneOf(name: string, label: string, asked: string, usual?: string): QueryVariableBuilder {
  const variable = labelValues(name, label, asked);
  return usual === undefined ? variable : variable.current({ text: usual, value: usual });
}

/** Any number of values, all of them at first. `all` is what matches them: `.*` where the label may be empty. */
export function someOf(name: string, label: string, asked: string, all: '.+' | '.*' = '.+'): QueryVariableBuilder {
  return labelValues(name, label, asked)
    .multi(true)
    .includeAll(true)
    .allValue(all)
    .current({ text: 'All', value: '$__all' });
}

/** The configured windows, of which 30 days are chosen where they are one. */
export function windowVariable(matchers: string): QueryVariableBuilder {
  return oneOf('window', 'Window', `label_values(dora_window_deployments{${matchers}}, window)`, '30d').sort(
    VariableSort.NumericalAsc,
  );
}

/** The year of the report whose levels are drawn as context. */
export function reportVariable(): CustomVariableBuilder {
  const years = REPORTS.map(({ year }) => String(year));
  const latest = years[0] ?? '';
  return new CustomVariableBuilder('report')
    .label('DORA report')
    .values(years.join(','))
    .current({ text: latest, value: latest });
}

/** Moments that `expr` gives as values, in seconds since the epoch, marked at their own time and not at the scrape's. */
export function moments(name: string, color: string, expr: string): AnnotationQueryBuilder {
  const annotation = new AnnotationQueryBuilder()
    .name(name)
    .datasource(DATA_SOURCE)
    .enable(true)
    .iconColor(color)
    .expr(`${expr} * 1000`)
    .step('1m')
    .useValueForTime(true)
    .titleFormat(name)
    .textFormat('{{app}} in {{environment}}, told by {{source}}')
    .tagKeys('app,environment');
  return annotation;
}
