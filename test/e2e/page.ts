export type Labels = Readonly<Record<string, string>>;

export interface Sample {
  readonly name: string;
  readonly labels: Labels;
  readonly value: number;
}

/** A page in the text format, as its user reads it. */
export class Page {
  readonly text: string;
  readonly samples: readonly Sample[];

  constructor(text: string) {
    this.text = text;
    this.samples = text.split('\n').flatMap(sampleOf);
  }

  /** The samples of this name that have all of these labels. */
  all(name: string, labels: Labels = {}): readonly Sample[] {
    const wanted = Object.entries(labels);
    return this.samples.filter(
      (sample) => sample.name === name && wanted.every(([label, value]) => sample.labels[label] === value),
    );
  }

  /** The one such sample's value; undefined where there is none. */
  value(name: string, labels: Labels = {}): number | undefined {
    const found = this.all(name, labels);
    if (found.length > 1) throw new Error(`${found.length} series of ${name} have ${JSON.stringify(labels)}`);
    return found[0]?.value;
  }

  /** What the page shows of targets: their lines as they stand, for comparisons. */
  targets(labels: Labels = {}): readonly Sample[] {
    const wanted = Object.entries(labels);
    return this.samples.filter(
      (sample) => 'app' in sample.labels && wanted.every(([label, value]) => sample.labels[label] === value),
    );
  }
}

function sampleOf(line: string): Sample[] {
  const [, name, labels = '', value] = /^([a-z_0-9]+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
  if (name === undefined || value === undefined) return [];
  const pairs = [...labels.matchAll(/([a-z_0-9]+)="((?:[^"\\]|\\.)*)"/g)];
  return [{ name, labels: Object.fromEntries(pairs.map(([, label, text]) => [label, text])), value: Number(value) }];
}
