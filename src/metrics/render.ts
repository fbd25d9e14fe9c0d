import type {
  Distribution,
  Family,
  HistogramFamily,
  Scalar,
  Shown,
  TargetFamily,
  TeamFamily,
  TeamShown,
} from './family.ts';
import { exemplarText, formatBound, formatValue, labelText } from './format.ts';

/** One target's samples of one family in both formats: one and the same text where no exemplar makes them differ. */
export interface Lines {
  readonly text: string;
  readonly openMetrics: string;
  readonly series: number;
}

/** The lines of one target, one element per family, in the order of `families`. */
export function renderTarget(families: readonly TargetFamily[], shown: Shown): readonly Lines[] {
  const { source, app, environment, team } = shown.projection;
  const whole = labelText({ source, app, environment, team });
  const teamless = labelText({ source, app, environment });
  return families.map((family) => linesOf(samplesOf(family, family.labels.includes('team') ? whole : teamless, shown)));
}

/** The lines of one team, one element per family, in the order of `families`. */
export function renderTeam(families: readonly TeamFamily[], shown: TeamShown): readonly Lines[] {
  const { source, team, environment } = shown;
  const identity = labelText({ source, team, environment });
  return families.map((family) => linesOf(family.samples(shown).map((sample) => scalarLine(family, identity, sample))));
}

/**
 * The lines of one target of one family without exemplars and ends of lines, by metric: what OpenMetrics calls so is one
 * series, or all series of one histogram.
 */
export function metricsOf(family: TargetFamily, shown: Shown): ReadonlyMap<string, readonly string[]> {
  const { source, app, environment, team } = shown.projection;
  const identity = labelText({ source, app, environment, ...(family.labels.includes('team') ? { team } : {}) });
  const found =
    family.type === 'histogram'
      ? family.samples(shown).map((sample) => [sample, histogramLines(family, identity, sample)] as const)
      : family.samples(shown).map((sample) => [sample, [scalarLine(family, identity, sample)]] as const);
  return new Map(found.map(([{ labels }, lines]) => [labelText(labels), lines.map(({ sample }) => sample)]));
}

/** One line in the making. */
interface Line {
  readonly sample: string;
  /** Empty, or what OpenMetrics appends. */
  readonly exemplar: string;
}

function samplesOf(family: TargetFamily, identity: string, shown: Shown): Line[] {
  switch (family.type) {
    case 'histogram':
      return family.samples(shown).flatMap((sample) => histogramLines(family, identity, sample));
    case 'counter':
    case 'gauge':
      return family.samples(shown).map((sample) => scalarLine(family, identity, sample));
  }
}

function scalarLine(family: Pick<Family, 'name'>, identity: string, sample: Scalar): Line {
  const labels = withOwn(identity, sample);
  return {
    sample: `${family.name}{${labels}} ${formatValue(sample.value)}`,
    exemplar: exemplarText(sample.exemplar),
  };
}

function histogramLines(family: HistogramFamily, identity: string, sample: Distribution): Line[] {
  const { histogram } = sample;
  const labels = withOwn(identity, sample);
  const bounds = [...family.bounds.map(formatBound), '+Inf'];
  let atMost = 0;
  const buckets = bounds.map((bound, bucket) => {
    atMost += histogram.buckets[bucket] ?? 0;
    return {
      sample: `${family.name}_bucket{${labels},le="${bound}"} ${atMost}`,
      exemplar: exemplarText(histogram.exemplars[bucket]),
    };
  });
  return [
    ...buckets,
    { sample: `${family.name}_sum{${labels}} ${formatValue(histogram.sumMs / 1000)}`, exemplar: '' },
    { sample: `${family.name}_count{${labels}} ${histogram.count}`, exemplar: '' },
  ];
}

function withOwn(identity: string, { labels }: Scalar | Distribution): string {
  const own = labelText(labels);
  return own === '' ? identity : `${identity},${own}`;
}

function linesOf(lines: readonly Line[]): Lines {
  // Joined rather than added up: the result is one flat string, which takes half the memory of a chain of parts.
  const text = lines.map(({ sample }) => `${sample}\n`).join('');
  const differs = lines.some(({ exemplar }) => exemplar !== '');
  const openMetrics = differs ? lines.map(({ sample, exemplar }) => `${sample}${exemplar}\n`).join('') : text;
  return { text, openMetrics, series: lines.length };
}
