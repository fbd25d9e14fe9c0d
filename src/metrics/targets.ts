import type { KnownTarget } from '../domain/known-target.ts';
import { emptyTotals, type Histogram, latestAt, type Totals } from '../domain/totals.ts';
import { spanOf, type Window, windowKeys } from '../domain/windows.ts';
import type { Changes, TargetProjection } from '../ledger/projection.ts';
import type { WindowChanges } from '../ledger/window-log.ts';
import type { Block } from './block.ts';
import { overBudget, type SeriesLimits } from './budget.ts';
import type { Format } from './family.ts';
import type { Pacer } from './pacer.ts';
import { type Lines, renderTarget, renderTeam } from './render.ts';
import { TARGET_FAMILIES } from './target-families.ts';
import { TargetPage } from './target-page.ts';
import { TEAM_FAMILIES } from './team-families.ts';
import { Teams } from './teams.ts';
import { WindowBook } from './window-book.ts';

/** One target as this process knows it. */
interface Target {
  /** As last committed. */
  projection: TargetProjection;
  /** Until then its counters and histograms stand at 0; null: they do not wait. Milliseconds since the epoch. */
  heldUntil: number | null;
  /** Until then its lead times stand at what a first read of history brought; null: they do not wait. */
  leadTimesHeldUntil: number | null;
  /** What its counters and histograms show until the first scrape was served; null: they do not wait for that. */
  atStart: Totals | null;
  /** As last rendered; null before. */
  lines: readonly Lines[] | null;
  series: number;
}

export interface TargetsOptions {
  readonly birthHoldMs: number;
  readonly limits: SeriesLimits;
  readonly windows: readonly Window[];
  /** Below it a ratio is absent. */
  readonly minSamples: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** All targets' part of one scrape. */
export interface TargetSnapshot {
  readonly blocks: readonly Block[];
  readonly series: number;
  /** Targets that are left out to keep the series within their limits, by source. */
  readonly dropped: ReadonlyMap<string, number>;
}

const NOTHING_YET = emptyTotals();

/**
 * What `/metrics` shows of all targets (design.md §5).
 *
 * A change is only noted down; the next scrape renders the lines of the targets that changed, decides who fits into
 * the budget, and then takes all blocks of the page at one moment. So every series of a target comes and goes with
 * all the others, however long the scrape takes to be written.
 *
 * Gauges always show what was committed last. Counters and histograms may lag behind it, so that Prometheus sees
 * them before they rise: at 0 for a while after a live birth, and as they were at the start until the first scrape.
 */
export class Targets {
  readonly #page = new TargetPage(TARGET_FAMILIES);
  readonly #teamPage = new TargetPage(TEAM_FAMILIES);
  readonly #targets = new Map<number, Target>();
  /** Those that must be rendered before the next scrape. */
  readonly #changed = new Set<Target>();
  readonly #birthHoldMs: number;
  readonly #limits: SeriesLimits;
  readonly #windows: readonly Window[];
  readonly #minSamples: number;
  readonly #book: WindowBook;
  readonly #teams: Teams;
  /** Series of each team. */
  readonly #teamSeries = new Map<number, number>();
  #sources: ReadonlySet<string> = new Set();
  #dropped: ReadonlySet<number> = new Set();
  /** Whether `#dropped` was decided since series last came or went. */
  #fits = false;
  #firstScrapeServed = false;

  /** Starts with the targets that the ledger knows; nothing is shown before `setSources` says whose. */
  constructor(projections: readonly TargetProjection[], options: TargetsOptions) {
    this.#birthHoldMs = options.birthHoldMs;
    this.#limits = options.limits;
    this.#windows = options.windows;
    this.#minSamples = options.minSamples;
    this.#book = new WindowBook(options.windows, options.now);
    this.#teams = new Teams(options.windows, this.#book);
    for (const projection of projections) this.#add(projection, projection.totals, options.now);
  }

  /** Shows only targets of these sources; the others are kept, and go on changing, out of sight. */
  setSources(names: Iterable<string>): void {
    const before = this.#sources;
    this.#sources = new Set(names);
    for (const target of this.#targets.values()) {
      const { source } = target.projection;
      if (before.has(source) !== this.#sources.has(source)) this.#changed.add(target);
    }
  }

  /** Takes over what a commit changed. */
  apply(changes: Pick<Changes, 'targets' | 'gone' | 'windows'>, now: number): void {
    this.#note(this.#book.take(changes.windows, now));
    for (const id of changes.gone) this.#remove(id);
    for (const projection of changes.targets) {
      const target = this.#targets.get(projection.id);
      if (target === undefined) this.#add(projection, null, now);
      else {
        target.projection = projection;
        target.leadTimesHeldUntil = this.#leadTimesHeldUntil(projection, now);
        this.#changed.add(target);
      }
    }
  }

  /** Takes over what windows are taken over, at the start: nothing was rendered yet. */
  takeRows({ added, ...others }: WindowChanges, now: number): void {
    this.#book.fill(added);
    this.#note(this.#book.take({ ...others, added: [] }, now));
  }

  /** Time passed for windows: what came into one or aged out of one is shown anew. */
  advance(now: number): void {
    this.#note(this.#book.advance(now));
  }

  /** Lets targets show their counters whose time has come. */
  tick(now: number): void {
    for (const target of this.#targets.values()) {
      if (target.heldUntil !== null && target.heldUntil <= now) {
        target.heldUntil = null;
        this.#changed.add(target);
      }
      if (target.leadTimesHeldUntil !== null && target.leadTimesHeldUntil <= now) {
        target.leadTimesHeldUntil = null;
        this.#changed.add(target);
      }
    }
  }

  /** The first scrape went out: from now on counters show the present. */
  served(): void {
    if (this.#firstScrapeServed) return;
    this.#firstScrapeServed = true;
    for (const target of this.#targets.values()) {
      const differs = target.atStart !== null && target.atStart !== target.projection.totals;
      target.atStart = null;
      if (differs) this.#changed.add(target);
    }
  }

  /** The page as it is once all changes are rendered. Its blocks stay as they are, whatever changes afterwards. */
  async snapshot(format: Format, pacer: Pacer): Promise<TargetSnapshot> {
    do {
      // A set that grows while it is walked is walked to its new end: changes that come meanwhile are rendered too.
      for (const target of this.#changed) {
        this.#changed.delete(target);
        this.#render(target);
        if (pacer.due()) await pacer.rest();
      }
      for (const { id, shown } of this.#teams.changes()) {
        const lines = shown === null ? null : renderTeam(TEAM_FAMILIES, shown);
        if (lines === null) this.#teamPage.hide(id);
        else this.#teamPage.show(id, lines);
        this.#teamSeries.set(id, seriesOf(lines ?? []));
        if (pacer.due()) await pacer.rest();
      }
      if (!this.#fits) this.#fit();
      for (const page of [this.#page, this.#teamPage])
        for (const _ of page.refresh()) if (pacer.due()) await pacer.rest();
    } while (this.#changed.size > 0 || this.#teams.hasChanged || !this.#fits);
    // From here on nothing may wait, or a change would come between the targets and the page.
    const { series, dropped } = this.#count();
    return { blocks: [...this.#page.blocks(format), ...this.#teamPage.blocks(format)], series, dropped };
  }

  /** The targets of the sources that are shown, as last committed. */
  known(): readonly KnownTarget[] {
    return [...this.#targets.values()]
      .filter(({ projection }) => this.#sources.has(projection.source))
      .map(({ projection: { id, source, app, environment, team, observedSince, open, totals } }) => ({
        ...{ id, source, app, environment, team, observedSince, open },
        latestAt: latestAt(totals),
        isDropped: this.#dropped.has(id),
        rows: this.#book.rowsOf(id),
      }));
  }

  /** Those of these that are known are to be rendered. */
  #note(ids: Iterable<number>): void {
    for (const id of ids) {
      const target = this.#targets.get(id);
      if (target !== undefined) this.#changed.add(target);
    }
  }

  #add(projection: TargetProjection, atStart: Totals | null, now: number): void {
    const { bornLiveAt } = projection;
    const release = bornLiveAt === null ? now : bornLiveAt + this.#birthHoldMs;
    const target: Target = {
      projection,
      heldUntil: release > now ? release : null,
      leadTimesHeldUntil: this.#leadTimesHeldUntil(projection, now),
      atStart,
      lines: null,
      series: 0,
    };
    this.#targets.set(projection.id, target);
    this.#changed.add(target);
  }

  /** A first lead time that is live is born like a target: at 0, or at what history brought, for a while. */
  #leadTimesHeldUntil({ totals }: TargetProjection, now: number): number | null {
    const since = totals.leadTimes?.shownSince ?? null;
    const release = since === null ? now : since + this.#birthHoldMs;
    return release > now ? release : null;
  }

  #remove(id: number): void {
    const target = this.#targets.get(id);
    if (target === undefined) return;
    this.#targets.delete(id);
    this.#teams.put(id, null);
    this.#changed.delete(target);
    this.#page.hide(id);
    this.#fits = false;
  }

  #render(target: Target): void {
    const { projection } = target;
    this.#fits = false;
    if (!this.#sources.has(projection.source)) {
      target.lines = null;
      target.series = 0;
      this.#page.hide(projection.id);
      this.#teams.put(projection.id, null);
      return;
    }
    const totals = target.heldUntil === null ? (target.atStart ?? projection.totals) : NOTHING_YET;
    this.#teams.put(projection.id, projection);
    const rows = this.#book.rowsOf(projection.id);
    const windows = this.#windows.map((window) => ({
      name: window.name,
      keys: windowKeys(rows, spanOf(window, this.#book.now), this.#minSamples),
    }));
    target.lines = renderTarget(TARGET_FAMILIES, {
      projection,
      totals,
      leadTimes: leadTimesOf(totals, target),
      windows,
    });
    target.series = seriesOf(target.lines);
    if (!this.#dropped.has(projection.id)) this.#page.show(projection.id, target.lines);
  }

  /** Decides anew who is left out, and moves only those for whom that changed. */
  #fit(): void {
    const before = this.#dropped;
    const rendered = [...this.#targets.values()].filter(({ lines }) => lines !== null);
    const claims = rendered.map(({ projection: { id, source, lastActiveAt }, series }) => ({
      id,
      source,
      lastActiveAt,
      series,
    }));
    this.#dropped = overBudget(claims, this.#limits);
    this.#fits = true;
    for (const id of this.#dropped) if (!before.has(id)) this.#page.hide(id);
    for (const id of before) {
      const lines = this.#targets.get(id)?.lines ?? null;
      if (lines !== null && !this.#dropped.has(id)) this.#page.show(id, lines);
    }
  }

  #count(): Omit<TargetSnapshot, 'blocks'> {
    let series = this.#teamSeries.values().reduce((sum, ofTeam) => sum + ofTeam, 0);
    const dropped = new Map<string, number>();
    for (const target of this.#targets.values()) {
      const { id, source } = target.projection;
      if (this.#dropped.has(id)) dropped.set(source, (dropped.get(source) ?? 0) + 1);
      else series += target.series;
    }
    return { series, dropped };
  }
}

function leadTimesOf({ leadTimes }: Totals, { leadTimesHeldUntil }: Target): Histogram | null {
  if (leadTimes === undefined || leadTimes.shownSince === null) return null;
  return leadTimesHeldUntil === null ? leadTimes.all : leadTimes.prior;
}

function seriesOf(lines: readonly Lines[]): number {
  return lines.reduce((sum, { series }) => sum + series, 0);
}
