import { DeploymentTimeline } from '../domain/deployment-timeline.ts';
import { LeadTimeline } from '../domain/lead-timeline.ts';
import type { Recovery } from '../domain/recovery-spans.ts';
import type { Window, WindowRows } from '../domain/windows.ts';
import type { WindowChanges } from '../ledger/window-log.ts';

/** How much longer rows are kept, in milliseconds: a clock that is set back makes them young again. */
const KEPT_MS = 60 * 60_000;

/** What windows are taken over of one target. */
interface Pages {
  readonly deployments: DeploymentTimeline;
  readonly recoveries: Map<number, Recovery>;
  readonly changes: LeadTimeline;
  /** End of the latest deployment of a first read whose commits are still to be looked up; null: none. */
  awaitedUntil: number | null;
  /** When a row will come into a window or age out of one, with nothing else happening; null: never. */
  dueAt: number | null;
}

const BLANK: Pages = {
  deployments: new DeploymentTimeline(),
  recoveries: new Map(),
  changes: new LeadTimeline(),
  awaitedUntil: null,
  dueAt: null,
};

/**
 * The rows of all targets that are within the longest window, kept up with the ledger: what it costs depends on what
 * changed or aged out, and on a glance at each target a tick, never on the length of history. Rows stay while their target
 * is gone, as it may come back.
 */
export class WindowBook {
  /** How long after a row's end it moves: into all windows, and out of each. */
  readonly #edges: readonly number[];
  readonly #longestMs: number;
  readonly #targets = new Map<number, Pages>();
  /** Those of which it is not known when their next row will move. */
  readonly #unsettled = new Set<number>();
  /** Whose recovery an incident is. */
  readonly #targetOf = new Map<number, number>();
  #now: number;

  /** `now` in milliseconds since the epoch. */
  constructor(windows: readonly Window[], now: number) {
    this.#edges = [0, ...windows.map(({ ms }) => ms)];
    this.#longestMs = Math.max(0, ...windows.map(({ ms }) => ms));
    this.#now = now;
  }

  /**
   * Takes rows in at the start, before time passes for the first time: all targets are still to be settled then, and nobody
   * needs to be told which.
   */
  fill(added: WindowChanges['added']): void {
    for (const row of added) {
      let pages = this.#targets.get(row.target);
      if (pages === undefined) {
        pages = blank();
        this.#targets.set(row.target, pages);
        this.#unsettled.add(row.target);
      }
      pages.deployments.add(row);
    }
  }

  /** Takes over what a commit changed by `now`; the numbers of the targets whose windows it may have changed. */
  take({ moved, removed, added, recoveries, changes, awaited }: WindowChanges, now: number): ReadonlySet<number> {
    this.#now = Math.max(this.#now, now);
    const touched = new Set<number>();
    const pagesOf = (target: number): Pages => {
      touched.add(target);
      const known = this.#targets.get(target);
      if (known !== undefined) return known;
      const pages = blank();
      this.#targets.set(target, pages);
      return pages;
    };
    for (const { from, to } of moved) this.#move(pagesOf(from), pagesOf(to), to);
    for (const row of added) pagesOf(row.target).deployments.add(row);
    for (const row of removed) pagesOf(row.target).deployments.remove(row);
    for (const { incident, recovery } of recoveries) {
      const before = this.#targetOf.get(incident);
      if (before !== undefined) {
        pagesOf(before).recoveries.delete(incident);
        this.#targetOf.delete(incident);
      }
      if (recovery === null) continue;
      const { target, ...rest } = recovery;
      pagesOf(target).recoveries.set(incident, rest);
      this.#targetOf.set(incident, target);
    }
    for (const { target, ...change } of changes) pagesOf(target).changes.add(change);
    for (const { target, until } of awaited) pagesOf(target).awaitedUntil = until;
    for (const target of touched) this.#unsettled.add(target);
    return touched;
  }

  /**
   * Time passed: the numbers of the targets that a row came into a window of, or aged out of one; among them all that
   * were told of since the last time.
   */
  advance(now: number): ReadonlySet<number> {
    const changed = new Set(this.#unsettled);
    this.#unsettled.clear();
    // A clock that is set back makes rows young again.
    const all = now < this.#now;
    this.#now = now;
    for (const [target, { dueAt }] of this.#targets) if (all || (dueAt !== null && dueAt <= now)) changed.add(target);
    for (const target of changed) this.#settle(target);
    return changed;
  }

  /** As of which moment windows are taken, in milliseconds since the epoch. */
  get now(): number {
    return this.#now;
  }

  rowsOf(target: number): WindowRows {
    const { deployments, recoveries, changes, awaitedUntil } = this.#targets.get(target) ?? BLANK;
    return {
      count: (span) => deployments.count(span),
      recoveries: () => recoveries.values(),
      leadTimes: (span) => changes.leadTimes(span),
      awaitsLeadTimes: ({ after }) => awaitedUntil !== null && awaitedUntil > after,
    };
  }

  #move(from: Pages, to: Pages, target: number): void {
    from.deployments.moveTo(to.deployments);
    from.changes.moveTo(to.changes);
    for (const [incident, recovery] of from.recoveries) {
      to.recoveries.set(incident, recovery);
      this.#targetOf.set(incident, target);
    }
    from.recoveries.clear();
    to.awaitedUntil = Math.max(to.awaitedUntil ?? 0, from.awaitedUntil ?? 0) || null;
    from.awaitedUntil = null;
  }

  /** Forgets what no window reaches back to, and finds out when the next row will move. */
  #settle(target: number): void {
    const pages = this.#targets.get(target);
    if (pages === undefined) return;
    const { deployments, recoveries, changes } = pages;
    const outside = this.#now - this.#longestMs - KEPT_MS;
    deployments.forget(outside);
    changes.forget(outside);
    for (const [incident, { closedAt }] of recoveries) {
      if (closedAt > outside) continue;
      recoveries.delete(incident);
      this.#targetOf.delete(incident);
    }
    if (pages.awaitedUntil !== null && pages.awaitedUntil <= outside) pages.awaitedUntil = null;
    const rows = deployments.size + changes.size + recoveries.size;
    if (rows === 0 && pages.awaitedUntil === null) this.#targets.delete(target);
    else pages.dueAt = this.#dueAt(pages);
  }

  #dueAt({ deployments, recoveries, changes, awaitedUntil }: Pages): number | null {
    let due: number | null = null;
    for (const edge of this.#edges) {
      const after = this.#now - edge;
      due = earlier(due, deployments.next(after), edge);
      due = earlier(due, changes.next(after), edge);
      if (awaitedUntil !== null && awaitedUntil > after) due = earlier(due, awaitedUntil, edge);
      for (const { closedAt } of recoveries.values()) if (closedAt > after) due = earlier(due, closedAt, edge);
    }
    return due;
  }
}

function earlier(due: number | null, at: number | null, edge: number): number | null {
  return at !== null && (due === null || at + edge < due) ? at + edge : due;
}

function blank(): Pages {
  return { ...BLANK, deployments: new DeploymentTimeline(), recoveries: new Map(), changes: new LeadTimeline() };
}
