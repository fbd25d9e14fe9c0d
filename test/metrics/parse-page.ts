import type { Format } from '../../src/metrics/family.ts';

export interface ParsedFamily {
  readonly type: string;
  /** Name and labels of each sample. */
  readonly series: string[];
}

const SUFFIXES: Readonly<Record<string, readonly string[]>> = {
  counter: ['_total'],
  gauge: [''],
  histogram: ['_bucket', '_sum', '_count'],
};

const LABELS = /(?:\{(?:[a-z0-9_]+="(?:[^"\\\n]|\\[\\"n])*"(?:,(?!\})|(?=\})))*\})?/;
const SAMPLE = new RegExp(`^([a-z0-9_]+)(${LABELS.source}) (\\S+)( # \\{deployment_id="[^"]*"\\} \\S+ \\S+)?$`);

/**
 * A parser that shares nothing with the renderer and throws at whatever a strict reader would refuse: a line that is
 * no sample, a sample outside its family or before its TYPE, a family that comes twice, a series that comes twice,
 * a name that does not end as its type asks.
 */
export function parsePage(body: string, format: Format): Map<string, ParsedFamily> {
  const families = new Map<string, ParsedFamily>();
  const seen = new Set<string>();
  const lines = body.split('\n');
  if (lines.pop() !== '') throw new Error('the last line does not end');
  if (format === 'openmetrics' && lines.pop() !== '# EOF') throw new Error('no EOF');
  let helped = '';
  let current = '';
  for (const line of lines) {
    const [, word, name = ''] = /^# (HELP|TYPE) ([a-z0-9_]+) ./.exec(line) ?? [];
    if (word === 'HELP') {
      helped = name;
    } else if (word === 'TYPE') {
      if (name !== helped) throw new Error(`${name} has no help`);
      if (families.has(name)) throw new Error(`${name} comes twice`);
      families.set(name, { type: line.split(' ').at(-1) ?? '', series: [] });
      current = name;
    } else {
      const [, sample = '', labels = '', value = '', exemplar] = SAMPLE.exec(line) ?? [];
      const family = families.get(current);
      if (family === undefined || sample === '') throw new Error(`no sample: ${line}`);
      if (!Number.isFinite(Number(value))) throw new Error(`no value: ${line}`);
      const base = format === 'text' ? current.replace(/_total$/, '') : current;
      const fits = (SUFFIXES[family.type] ?? []).some((suffix) => sample === `${base}${suffix}`);
      if (!fits) throw new Error(`${sample} is no sample of the ${family.type} ${current}`);
      if (exemplar !== undefined && format === 'text') throw new Error(`exemplar in text: ${line}`);
      if (seen.has(sample + labels)) throw new Error(`twice: ${line}`);
      seen.add(sample + labels);
      family.series.push(sample + labels);
    }
  }
  return families;
}
