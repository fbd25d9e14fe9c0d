import type { FailureCause } from './deployment.ts';
import type { DeploymentCounts, Span } from './windows.ts';

/** A deployment, as far as windows go. */
export interface WindowDeployment {
  /** When it ended, in milliseconds since the epoch. */
  readonly at: number;
  /** Whether a failure at its time could have been seen (counting.md §8): else no ratio counts it. */
  readonly failuresSeen: boolean;
  readonly changeFailure: FailureCause | null;
  readonly isRework: boolean;
}

const CAUSES = ['deployment', 'degraded', 'errors', 'rollback', 'verdict'] as const satisfies readonly FailureCause[];

/** A row is one number: 32 times its end, and below that what it is. So it takes 8 bytes, and its order is that of time. */
const MARKS = 32;
const SEEN = 1;
const REWORK = 2;
const CAUSE = 4;

/** A target's deployments in the order of their ends. They have no names: one is as good as another of its kind. */
export class DeploymentTimeline {
  readonly #rows: number[] = [];

  get size(): number {
    return this.#rows.length;
  }

  add(row: WindowDeployment): void {
    const packed = pack(row);
    if (packed >= (this.#rows.at(-1) ?? 0)) this.#rows.push(packed);
    else this.#rows.splice(this.#placeOf(packed), 0, packed);
  }

  /** Takes one such row away; one that is not there, or no longer, is no matter. */
  remove(row: WindowDeployment): void {
    const packed = pack(row);
    const place = this.#placeOf(packed);
    if (this.#rows[place] === packed) this.#rows.splice(place, 1);
  }

  /** Moves all rows over to another one. */
  moveTo(other: DeploymentTimeline): void {
    for (const packed of this.#rows.splice(0)) other.add(unpack(packed));
  }

  /** Forgets what ended until then. */
  forget(until: number): void {
    const place = this.#after(until);
    if (place > 0) this.#rows.splice(0, place);
  }

  count({ after, until }: Span): DeploymentCounts {
    const end = this.#after(until);
    let ratioDeployments = 0;
    let rework = 0;
    const changeFailures: Partial<Record<FailureCause, number>> = {};
    const begin = this.#after(after);
    for (let place = begin; place < end; place += 1) {
      const mark = (this.#rows[place] ?? 0) % MARKS;
      if ((mark & SEEN) === 0) continue;
      ratioDeployments += 1;
      if ((mark & REWORK) !== 0) rework += 1;
      const cause = causeOf(mark);
      if (cause !== null) changeFailures[cause] = (changeFailures[cause] ?? 0) + 1;
    }
    return { deployments: Math.max(0, end - begin), ratioDeployments, changeFailures, rework };
  }

  /** The end of the earliest deployment after `at`; null: there is none. */
  next(at: number): number | null {
    const row = this.#rows[this.#after(at)];
    return row === undefined ? null : Math.floor(row / MARKS);
  }

  /** Where the first row stands that ended after `at`. */
  #after(at: number): number {
    return this.#placeOf((at + 1) * MARKS);
  }

  /** Where the first row stands that is not less. */
  #placeOf(packed: number): number {
    let low = 0;
    let high = this.#rows.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#rows[middle] ?? 0) < packed) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function pack({ at, failuresSeen, changeFailure, isRework }: WindowDeployment): number {
  const cause = changeFailure === null ? 0 : CAUSES.indexOf(changeFailure) + 1;
  return at * MARKS + (failuresSeen ? SEEN : 0) + (isRework ? REWORK : 0) + cause * CAUSE;
}

function unpack(packed: number): WindowDeployment {
  const mark = packed % MARKS;
  return {
    at: Math.floor(packed / MARKS),
    failuresSeen: (mark & SEEN) !== 0,
    changeFailure: causeOf(mark),
    isRework: (mark & REWORK) !== 0,
  };
}

function causeOf(mark: number): FailureCause | null {
  return CAUSES[Math.floor(mark / CAUSE) - 1] ?? null;
}
