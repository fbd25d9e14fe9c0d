import { CATALOGUE } from '../../src/metrics/catalogue.ts';
import { open, page } from '../metrics/support.ts';
import { judge } from './judge.ts';
import { rulesOf } from './rules.ts';

/** What a query can select by one name. */
export interface Series {
  /** A histogram's buckets, sums and counts are counters, too. */
  readonly type: 'counter' | 'gauge' | 'bucket';
  /** Those that a scrape adds, too; a recording rule has only what it keeps. */
  readonly labels: ReadonlySet<string>;
}

/** What scraping adds, or what service discovery can; `shard` where several exporters share the sources (docs/operations.md). */
export const SCRAPE_LABELS: readonly string[] = ['job', 'instance', 'pod', 'node', 'shard'];

/** Of Prometheus itself, for each target that it scrapes. */
const OF_EACH_SCRAPE = ['up', 'scrape_duration_seconds', 'scrape_samples_scraped'];

/** Everything that the catalogue has, by the names under which it is selected. */
export function catalogueSeries(): ReadonlyMap<string, Series> {
  return new Map(
    CATALOGUE.flatMap(({ name, type, labels }): [string, Series][] => {
      const own = new Set([...labels, ...SCRAPE_LABELS]);
      if (type !== 'histogram') return [[name, { type, labels: own }]];
      return [
        [`${name}_bucket`, { type: 'bucket', labels: new Set([...own, 'le']) }],
        [`${name}_sum`, { type: 'counter', labels: own }],
        [`${name}_count`, { type: 'counter', labels: own }],
      ];
    }),
  );
}

/** What is scraped beside the catalogue: Prometheus' own series, and those that Node.js gives the page. */
export async function foreignSeries(): Promise<ReadonlyMap<string, Series>> {
  const body = await page(open({ sources: [] }), null);
  const declared = [...body.matchAll(/^# TYPE ((?:process|nodejs)_\w+) (counter|gauge)$/gm)];
  const labels = new Set(SCRAPE_LABELS);
  return new Map<string, Series>([
    ...OF_EACH_SCRAPE.map((name): [string, Series] => [name, { type: 'gauge', labels }]),
    ...declared.map(([, name = '', type]): [string, Series] => [
      name,
      { type: type === 'counter' ? 'counter' : 'gauge', labels },
    ]),
  ]);
}

/** Everything that a query can name: also what the recording rules of the chart make, with the labels that they keep. */
export async function knownSeries(): Promise<ReadonlyMap<string, Series>> {
  const known = new Map([...catalogueSeries(), ...(await foreignSeries())]);
  for (const { record, expr } of rulesOf()) {
    if (record === undefined) continue;
    const { problems, labels } = judge(expr, known);
    if (labels === null) throw new Error(`${record}: ${problems.join('; ')}`);
    known.set(record, { type: 'gauge', labels });
  }
  return known;
}
