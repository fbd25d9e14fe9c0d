/** The levels that DORA's reports name, best first. */
export const LEVELS = ['elite', 'high', 'medium', 'low'] as const;

type Level = (typeof LEVELS)[number];

/** What a report says of each key at one level, in its words. */
interface Row {
  readonly frequency: string;
  readonly leadTime: string;
  readonly recovery: string;
  readonly failures: string;
}

/** One year's report. */
export interface Report {
  readonly year: number;
  /** How many of those who answered are in each level, in percent. */
  readonly shares: string;
  /** Of elite performers that year's report may know none. */
  readonly rows: Readonly<Partial<Record<Level, Row>>>;
}

function row(frequency: string, leadTime: string, recovery: string, failures: string): Row {
  return { frequency, leadTime, recovery, failures };
}

/**
 * The figures of DORA's reports: 2018, 2019 and 2021 as its own PDFs have them, 2022 to 2024 as a sponsor of the reports
 * reproduces them. Clusters describe those who answered; they are no cut-offs, and need not grow from level to level. From 2025
 * on there are no levels.
 */
export const REPORTS: readonly Report[] = [
  {
    year: 2024,
    shares: '19 / 22 / 35 / 25',
    rows: {
      elite: row('on demand', '< 1 d', '< 1 h', '5 %'),
      high: row('1/d - 1/w', '1 d - 1 w', '< 1 d', '20 %'),
      medium: row('1/w - 1/mo', '1 w - 1 mo', '< 1 d', '10 %'),
      low: row('1/mo - 1/6mo', '1 - 6 mo', '1 w - 1 mo', '40 %'),
    },
  },
  {
    year: 2023,
    shares: '18 / 31 / 33 / 17',
    rows: {
      elite: row('on demand', '< 1 d', '< 1 h', '5 %'),
      high: row('1/d - 1/w', '1 d - 1 w', '< 1 d', '10 %'),
      medium: row('1/w - 1/mo', '1 w - 1 mo', '1 d - 1 w', '15 %'),
      low: row('1/w - 1/mo', '1 w - 1 mo', '1 - 6 mo', '64 %'),
    },
  },
  {
    year: 2022,
    shares: '- / 11 / 69 / 19',
    rows: {
      high: row('on demand', '1 d - 1 w', '< 1 d', '0 - 15 %'),
      medium: row('1/w - 1/mo', '1 w - 1 mo', '1 d - 1 w', '16 - 30 %'),
      low: row('1/mo - 1/6mo', '1 - 6 mo', '1 w - 1 mo', '46 - 60 %'),
    },
  },
  {
    year: 2021,
    shares: '26 / 40 / 28 / 7',
    rows: {
      elite: row('on demand', '< 1 h', '< 1 h', '0 - 15 %'),
      high: row('1/w - 1/mo', '1 d - 1 w', '< 1 d', '16 - 30 %'),
      medium: row('1/mo - 1/6mo', '1 - 6 mo', '1 d - 1 w', '16 - 30 %'),
      low: row('< 1/6mo', '> 6 mo', '> 6 mo', '16 - 30 %'),
    },
  },
  {
    year: 2019,
    shares: '20 / 23 / 44 / 12',
    rows: {
      elite: row('on demand', '< 1 d', '< 1 h', '0 - 15 %'),
      high: row('1/d - 1/w', '1 d - 1 w', '< 1 d', '0 - 15 %'),
      medium: row('1/w - 1/mo', '1 w - 1 mo', '< 1 d', '0 - 15 %'),
      low: row('1/mo - 1/6mo', '1 - 6 mo', '1 w - 1 mo', '46 - 60 %'),
    },
  },
  {
    year: 2018,
    shares: '7 / 48 / 37 / 15, elite being a part of high',
    rows: {
      elite: row('on demand, several a day', '< 1 h', '< 1 h', '0 - 15 %'),
      high: row('1/h - 1/d', '1 d - 1 w', '< 1 d', '0 - 15 %'),
      medium: row('1/w - 1/mo', '1 w - 1 mo', '< 1 d', '0 - 15 %'),
      low: row('1/w - 1/mo', '1 - 6 mo', '1 w - 1 mo', '46 - 60 %'),
    },
  },
];

/** A month as the reports' readers count it: 30 days. */
const SECONDS = { h: 3_600, d: 86_400, w: 604_800, mo: 2_592_000 } as const;

/** Upper end of what a report says of a key: seconds for times, a ratio for failures. Null where it is open. */
export function upperEnd(text: string): number | null {
  const ratio = /(\d+) %$/.exec(text)?.[1];
  if (ratio !== undefined) return Number(ratio) / 100;
  const [, amount, unit] = /^(?:< |.* - )(\d+) (h|d|w|mo)$/.exec(text) ?? [];
  return amount === undefined ? null : Number(amount) * SECONDS[unit as keyof typeof SECONDS];
}

/** Lower end where that is what bounds a key: deployments per day, under what text a report has for it. Null: on demand. */
export function slowest(text: string): number | null {
  const [, often, unit] = /- (\d+)\/(\d*(?:h|d|w|mo))$/.exec(text) ?? [];
  const [, months, word] = /^(\d*)(h|d|w|mo)$/.exec(unit ?? '') ?? [];
  if (often === undefined || word === undefined) return null;
  return Number(often) / ((Number(months || 1) * SECONDS[word as keyof typeof SECONDS]) / SECONDS.d);
}

/**
 * A constant line at what the chosen year's report says of `key` at `level`: the worst that is still in it. Empty in years that
 * have no such end.
 */
export function benchmarkLine(key: keyof Row, level: Level): string {
  const ends = new Map<number, number[]>();
  for (const { year, rows } of REPORTS) {
    const text = rows[level]?.[key];
    const end = text === undefined ? null : key === 'frequency' ? slowest(text) : upperEnd(text);
    if (end !== null) ends.set(end, [...(ends.get(end) ?? []), year]);
  }
  return [...ends]
    .map(
      ([end, years]) =>
        `(vector(${end}) and on () (${years.map((year) => `vector($report) == ${year}`).join(' or ')}))`,
    )
    .join('\n  or ');
}

/** All reports as one table in Markdown. */
export function reportsTable(): string {
  const rows = REPORTS.flatMap(({ year, shares, rows: levels }) =>
    LEVELS.flatMap((level) => {
      const said = levels[level];
      return said === undefined
        ? []
        : [
            `| ${year} (${shares}) | ${level} | ${said.frequency} | ${said.leadTime} | ${said.recovery} | ${said.failures} |`,
          ];
    }),
  );
  return [
    '| report (elite / high / medium / low, %) | level | deployments | lead time | recovery | change failures |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}
