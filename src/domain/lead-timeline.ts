import type { Span } from './windows.ts';

/** A change that a deployment brought, as far as windows go. */
export interface WindowChange {
  /** When the deployment that brought it ended, in milliseconds since the epoch. */
  readonly at: number;
  /** From its commit to that end, in milliseconds. */
  readonly leadMs: number;
}

/** A target's changes in the order of their deployments' ends. They have no names, as the deployments have none. */
export class LeadTimeline {
  readonly #ats: number[] = [];
  readonly #leads: number[] = [];

  get size(): number {
    return this.#ats.length;
  }

  add({ at, leadMs }: WindowChange): void {
    const place = this.#after(at);
    this.#ats.splice(place, 0, at);
    this.#leads.splice(place, 0, leadMs);
  }

  /** Moves all rows over to another one. */
  moveTo(other: LeadTimeline): void {
    const leads = this.#leads.splice(0);
    for (const [place, at] of this.#ats.splice(0).entries()) other.add({ at, leadMs: leads[place] ?? 0 });
  }

  /** Forgets the changes of what ended until then. */
  forget(until: number): void {
    const place = this.#after(until);
    if (place === 0) return;
    this.#ats.splice(0, place);
    this.#leads.splice(0, place);
  }

  /** Lead times, in milliseconds, of the changes whose deployment ended in the span. */
  leadTimes({ after, until }: Span): readonly number[] {
    return this.#leads.slice(this.#after(after), this.#after(until));
  }

  /** The end of the earliest deployment after `at` that brought a change; null: there is none. */
  next(at: number): number | null {
    return this.#ats[this.#after(at)] ?? null;
  }

  /** Where the first change stands whose deployment ended after `at`. */
  #after(at: number): number {
    let low = 0;
    let high = this.#ats.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#ats[middle] ?? 0) <= at) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
