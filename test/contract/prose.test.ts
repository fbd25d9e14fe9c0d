import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { CATALOGUE } from '../../src/metrics/catalogue.ts';
import { judge } from './judge.ts';
import { knownSeries, type Series } from './series.ts';

const PAGES = ['README.md', 'helm', 'docs', 'src'].flatMap((place) =>
  place.endsWith('.md')
    ? [place]
    : readdirSync(place, { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.md') || (place === 'helm' && /\.(txt|ya?ml)$/.test(name)))
        .map((name) => join(place, name)),
);
const LABELS_ALONE = /^(dora_\w+)\{(\w+(?:, \w+)*)\}$/;
const TYPES = new Map(CATALOGUE.map(({ name, type }) => [name, type]));

let known: ReadonlyMap<string, Series>;
beforeAll(async () => {
  known = await knownSeries();
});

it.each(PAGES)('%s names no metric that is not there, and calls none by another type', (page) => {
  expect(problemsOf(readFileSync(page, 'utf8'))).toEqual([]);
});

it.each([
  ['`dora_deployment_total` counts', 'dora_deployment_total does not exist'],
  ['all of `dora_windows_*`', 'dora_windows_* does not exist'],
  ['the gauge `dora_deployments_total`', 'dora_deployments_total is a counter, not a gauge'],
  ['the counter\n`dora_lead_time_seconds`', 'dora_lead_time_seconds is a histogram, not a counter'],
  ['`rate(dora_incident_open[1h])`', 'rate of a gauge'],
  ['`dora_collector_up{app="a"}`', 'has no label app'],
])('%s is found out', (text, problem) => {
  expect(problemsOf(text).join()).toContain(problem);
});

it.each([
  'a histogram, `dora_lead_time_seconds`, and `dora_window_*`',
  'gauges: `dora_incident_open`',
  '`dora_collector_up == 0`',
])('%s is right', (text) => {
  expect(problemsOf(text)).toEqual([]);
});

/** What is wrong with the metrics that a text names: in prose, in inline code, in listings. Fenced PromQL is judged elsewhere, too. */
function problemsOf(text: string): readonly string[] {
  return [...missing(text), ...miscalled(text), ...misasked(text)];
}

function missing(text: string): readonly string[] {
  return [...text.matchAll(/(?:\b[a-z_]+:)?\bdora_\w+(?::\w+)*\*?/g)].flatMap(([name]) => {
    const isThere = name.endsWith('*')
      ? CATALOGUE.some((family) => family.name.startsWith(name.slice(0, -1)))
      : known.has(name) || TYPES.has(name);
    return isThere ? [] : [`${name} does not exist`];
  });
}

function miscalled(text: string): readonly string[] {
  return [...text.matchAll(/\b(counter|gauge|histogram)s?[,:]?\s+`(dora_\w+)`/g)].flatMap(
    ([, said = '', name = '']) => {
      const type = TYPES.get(name) ?? said;
      return type === said ? [] : [`${name} is a ${type}, not a ${said}`];
    },
  );
}

/** Inline code that is more than a name is a query, a sample as a page shows it, or a name with all its labels. */
function misasked(text: string): readonly string[] {
  return [...text.matchAll(/`([^`\n]*\bdora_[^`\n]*)`/g)]
    .map(([, code = '']) => code)
    .filter((code) => !/^dora_\w*\*?$/.test(code))
    .map((code) =>
      code
        .replace(/^(dora_\w+(?:\{.*\})?) \d+$/, '$1')
        .replace(LABELS_ALONE, (_, name, labels) => `${name}{${labels.replaceAll(/\w+/g, '$&=""')}}`),
    )
    .flatMap((code) => judge(code, known).problems.map((problem) => `${code}: ${problem}`));
}
