import type { WindowDeployment } from '../domain/deployment-timeline.ts';
import type { WindowChange } from '../domain/lead-timeline.ts';
import type { Recovery } from '../domain/recovery-spans.ts';

/** A row of a target, by the ledger's number of the target. */
export type OfTarget<R> = R & { readonly target: number };

/** What a commit changed of the rows that windows are taken over; to be taken over in the order of these fields. */
export interface WindowChanges {
  /** Targets that were made one: all rows of `from` are rows of `to`. */
  readonly moved: readonly { readonly from: number; readonly to: number }[];
  /** A row that changed is added as it is and removed as it was; one that was added in the same commit, too. */
  readonly added: readonly OfTarget<WindowDeployment>[];
  readonly removed: readonly OfTarget<WindowDeployment>[];
  /** Incidents as they are now, by number; null: no recovery time is to be told of it. */
  readonly recoveries: readonly { readonly incident: number; readonly recovery: OfTarget<Recovery> | null }[];
  /** Changes whose lead time became known. None is ever taken back. */
  readonly changes: readonly OfTarget<WindowChange>[];
  /**
   * Up to which deployment's end commits that a first read brought are still to be looked up, in milliseconds since the
   * epoch; null: none is any more.
   */
  readonly awaited: readonly { readonly target: number; readonly until: number | null }[];
}

export const NO_WINDOW_CHANGES: WindowChanges = {
  moved: [],
  removed: [],
  added: [],
  recoveries: [],
  changes: [],
  awaited: [],
};

/** What several steps of one transaction changed, in their order. */
export function joinedWindows(parts: readonly WindowChanges[]): WindowChanges {
  return {
    moved: parts.flatMap(({ moved }) => moved),
    added: parts.flatMap(({ added }) => added),
    removed: parts.flatMap(({ removed }) => removed),
    recoveries: parts.flatMap(({ recoveries }) => recoveries),
    changes: parts.flatMap(({ changes }) => changes),
    awaited: parts.flatMap(({ awaited }) => awaited),
  };
}

/** Collects what a transaction changes of the rows that windows are taken over. */
export class WindowLog {
  readonly #moved: WindowChanges['moved'][number][] = [];
  readonly #removed: OfTarget<WindowDeployment>[] = [];
  readonly #added: OfTarget<WindowDeployment>[] = [];
  readonly #recoveries = new Map<number, OfTarget<Recovery> | null>();
  readonly #awaited: WindowChanges['awaited'][number][] = [];

  moved(from: number, to: number): void {
    this.#moved.push({ from, to });
  }

  removed(row: OfTarget<WindowDeployment>): void {
    this.#removed.push(row);
  }

  added(row: OfTarget<WindowDeployment>): void {
    this.#added.push(row);
  }

  recovery(incident: number, recovery: OfTarget<Recovery> | null): void {
    this.#recoveries.set(incident, recovery);
  }

  awaited(all: WindowChanges['awaited']): void {
    this.#awaited.push(...all);
  }

  get changes(): WindowChanges {
    const recoveries = [...this.#recoveries].map(([incident, recovery]) => ({ incident, recovery }));
    return {
      moved: this.#moved,
      removed: this.#removed,
      added: this.#added,
      recoveries,
      changes: [],
      awaited: this.#awaited,
    };
  }
}
