import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { CHART } from '../chart/generated.ts';
import { generatedDashboards } from '../dashboards/generated.ts';

interface Rule {
  readonly record?: string;
  readonly alert?: string;
  readonly expr: string;
}

/** What asks for metrics: its queries, and how a page links to it. */
interface Asking {
  readonly link: string;
  readonly text: string;
}

/**
 * What a metric is there for: the alerts, dashboards and runbooks that ask for it, as links from docs/. A recording rule counts as
 * what asks for it.
 */
export function usesOf(): (name: string) => readonly string[] {
  const rules = rulesOfChart();
  const recorded = new Map(
    rules.flatMap(({ record, expr }) => (record === undefined ? [] : [[record, expr] as const])),
  );
  const expanded = (text: string, depth = 0): string =>
    [
      text,
      ...[...recorded]
        .filter(([record]) => depth < 5 && text.includes(record))
        .map(([, expr]) => expanded(expr, depth + 1)),
    ].join('\n');
  const asking: readonly Asking[] = [...alerts(rules), ...dashboards(), ...runbooks()].map(({ link, text }) => ({
    link,
    text: expanded(text),
  }));
  return (name) => {
    const named = new RegExp(`\\b${name}(_bucket|_sum|_count)?\\b`);
    return [...new Set(asking.filter(({ text }) => named.test(text)).map(({ link }) => link))];
  };
}

function rulesOfChart(): readonly Rule[] {
  const folder = join(CHART, 'rules');
  return readdirSync(folder)
    .toSorted()
    .map((file) => parse(readFileSync(join(folder, file), 'utf8')) as { groups: { rules: Rule[] }[] })
    .flatMap(({ groups }) => groups.flatMap(({ rules }) => rules));
}

function alerts(rules: readonly Rule[]): readonly Asking[] {
  return rules.flatMap(({ alert, expr }) =>
    alert === undefined ? [] : [{ link: `[${alert}](runbooks/${alert}.md)`, text: expr }],
  );
}

function dashboards(): readonly Asking[] {
  return [...generatedDashboards().values()].map((text) => ({
    link: `[${(JSON.parse(text) as { title: string }).title}](dashboards.md)`,
    text,
  }));
}

/** Only their queries: prose may name what it does not use. */
function runbooks(): readonly Asking[] {
  const folder = 'docs/runbooks';
  return readdirSync(folder)
    .toSorted()
    .map((file) => ({
      link: `[${file.replace(/\.md$/, '')}](runbooks/${file})`,
      text: [...readFileSync(join(folder, file), 'utf8').matchAll(/^```promql\n(.*?)^```$/gms)]
        .map(([all]) => all)
        .join('\n'),
    }));
}
