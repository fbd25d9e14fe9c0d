import type { Exemplar, Histogram, Totals } from '../domain/totals.ts';
import type { WindowKeys } from '../domain/windows.ts';
import type { TargetProjection } from '../ledger/projection.ts';

/** The two text formats that `/metrics` speaks: text 0.0.4 and OpenMetrics 1.0.0. */
export type Format = 'text' | 'openmetrics';

/** One family of metrics: the contract that dashboards, rules, docs and tests are checked against. */
export interface Family {
  /** The full name, literally, so that a search finds it. */
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  /** What it means and its unit. */
  readonly help: string;
  /** What only docs/metrics.md says beyond it, in Markdown: `npm run docs` writes both there. */
  readonly note?: string;
  /** In the order in which they are shown. */
  readonly labels: readonly string[];
  /** L: rebuilt from the ledger, never goes down over restarts. P: of this process. */
  readonly kept: 'L' | 'P';
  /** Whether a target has it, a team, or the program. */
  readonly scope: 'target' | 'team' | 'program';
}

/** A target as `/metrics` shows it: the truth for gauges, and the totals that may lag behind it (birth, first scrape). */
export interface Shown {
  readonly projection: TargetProjection;
  readonly totals: Totals;
  /** Null: not shown yet. */
  readonly leadTimes: Histogram | null;
  readonly windows: readonly WindowShown[];
}

/** The keys of one window, by its name. */
export interface WindowShown {
  readonly name: string;
  readonly keys: WindowKeys;
}

/** Whose targets are taken together. */
export interface TeamKey {
  readonly source: string;
  readonly team: string;
  readonly environment: string;
}

/** A team as `/metrics` shows it. */
export interface TeamShown extends TeamKey {
  readonly windows: readonly (Pick<WindowKeys, 'recovery' | 'leadTime'> & { readonly name: string })[];
}

/** The labels that a sample has beside those of its target. */
export type OwnLabels = Readonly<Record<string, string>>;

/** One series. */
export interface Scalar {
  readonly labels: OwnLabels;
  /** In the family's unit. */
  readonly value: number;
  readonly exemplar?: Exemplar | undefined;
}

/** One set of buckets with its sum and count. */
export interface Distribution {
  readonly labels: OwnLabels;
  readonly histogram: Histogram;
}

interface OfTarget extends Family {
  readonly scope: 'target';
}

export interface ScalarFamily extends OfTarget {
  readonly type: 'counter' | 'gauge';
  readonly samples: (shown: Shown) => readonly Scalar[];
}

export interface HistogramFamily extends OfTarget {
  readonly type: 'histogram';
  /** Upper bounds of the buckets in seconds, without +Inf. */
  readonly bounds: readonly number[];
  readonly samples: (shown: Shown) => readonly Distribution[];
}

/** A family with a series, or several, for each target. */
export type TargetFamily = ScalarFamily | HistogramFamily;

/** A family with a series, or several, for each team. */
export interface TeamFamily extends Family {
  readonly scope: 'team';
  readonly type: 'gauge';
  readonly samples: (shown: TeamShown) => readonly Scalar[];
}

interface OfProgram extends Family {
  readonly scope: 'program';
}

/** A family of the program itself; `program.ts` fills it. */
export type ProgramFamily =
  | (OfProgram & { readonly type: 'counter' | 'gauge' })
  | (OfProgram & {
      readonly type: 'histogram';
      /** Upper bounds of the buckets in seconds, without +Inf. */
      readonly bounds: readonly number[];
    });
