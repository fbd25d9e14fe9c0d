import { committedDashboards, panelsOf, plainQuery } from '../support/dashboards.ts';
import { fencedPromql } from '../support/fenced-promql.ts';
import { rulesOf } from './rules.ts';

/** A query of the project, and where it stands. */
export interface Asking {
  readonly place: string;
  readonly query: string;
  /** The labels that are shown of what it gives. */
  readonly shown: readonly string[];
}

/** Queries of all alerting and recording rules. */
export function askedByRules(): readonly Asking[] {
  return rulesOf().map(({ record, alert, expr, annotations = {} }) => ({
    place: `rule ${alert ?? record}`,
    query: expr,
    shown: [...JSON.stringify(annotations).matchAll(/\$labels\.(\w+)/g)].map(([, label = '']) => label),
  }));
}

/** Queries of all panels, marks and variables, with the variables put in. */
export function askedByDashboards(): readonly Asking[] {
  return committedDashboards().flatMap(({ json }) => [
    ...panelsOf(json).flatMap(({ title, targets = [] }) =>
      targets.map(({ refId, expr, legendFormat = '' }) => ({
        place: `${json.title}: ${title} ${refId}`,
        query: plainQuery(expr),
        shown: [...legendFormat.matchAll(/\{\{\s*(\w+)\s*\}\}/g)].map(([, label = '']) => label),
      })),
    ),
    ...(json.annotations.list ?? []).map(({ name, expr }) => ({
      place: `${json.title}: mark ${name}`,
      query: plainQuery(expr),
      shown: [],
    })),
    ...json.templating.list.flatMap(({ name, query }) => {
      const [, selector, label = ''] = /^label_values\((.*), (\w+)\)$/.exec(variableText(query)) ?? [];
      return selector === undefined
        ? []
        : [{ place: `${json.title}: variable ${name}`, query: plainQuery(selector), shown: [label] }];
    }),
  ]);
}

/** Queries that the documents and runbooks give to be pasted. */
export function askedByDocuments(): readonly Asking[] {
  return fencedPromql().map(({ place, query }) => ({ place, query, shown: [] }));
}

function variableText(query: unknown): string {
  if (typeof query === 'string') return query;
  return String((query as { readonly query?: unknown } | undefined)?.query ?? '');
}
