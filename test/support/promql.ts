import { parser } from '@prometheus-io/lezer-promql';

/** A selector of series in a query. */
export interface Selector {
  readonly metric: string;
  readonly matchers: readonly { readonly label: string; readonly operator: string; readonly value: string }[];
  /** Of a selector with a range: the text of the range. */
  readonly range: string | null;
  /** The innermost function that takes it, and whether any aggregation is around it. */
  readonly taker: string | null;
  readonly aggregated: boolean;
}

/** A query as it was understood. */
export interface Understood {
  readonly selectors: readonly Selector[];
  /** What it groups by, or matches on. */
  readonly labels: readonly string[];
  /** Whether any of it could not be. */
  readonly broken: boolean;
}

/** Parses PromQL, in which no variable of Grafana's stands outside of quotes. */
export function understand(query: string): Understood {
  const selectors: Selector[] = [];
  const labels: string[] = [];
  let broken = false;
  const tree = parser.parse(query);
  tree.iterate({
    enter(at) {
      const { node } = at;
      if (node.type.isError) broken = true;
      const text = query.slice(node.from, node.to);
      if (node.name === 'GroupingLabels')
        labels.push(
          ...text
            .replaceAll(/[()\s]/g, '')
            .split(',')
            .filter(Boolean),
        );
      if (node.name !== 'VectorSelector') return;
      const matchers = [...text.matchAll(/(\w+)\s*(=~|!~|!=|=)\s*"((?:[^"\\]|\\.)*)"/g)].map(
        ([, label = '', operator = '', value = '']) => ({ label, operator, value }),
      );
      let range: string | null = null;
      let taker: string | null = null;
      let aggregated = false;
      for (let above = node.parent; above !== null; above = above.parent) {
        const whole = query.slice(above.from, above.to);
        if (above.name === 'MatrixSelector') range = /\[([^\]]*)\]$/.exec(whole)?.[1] ?? null;
        if (above.name === 'FunctionCall') taker ??= /^\s*(\w+)/.exec(whole)?.[1] ?? null;
        if (above.name === 'AggregateExpr') aggregated = true;
      }
      selectors.push({ metric: /^[\w:]*/.exec(text)?.[0] ?? '', matchers, range, taker, aggregated });
    },
  });
  return { selectors, labels, broken };
}
