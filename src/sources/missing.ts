/** Since when what a source remembers is missing from its list, by a clock that never goes back. */
export class Missing {
  readonly #forgetAfterMs: number;
  readonly #since = new Map<string, number>();

  constructor(forgetAfterMs: number) {
    this.#forgetAfterMs = forgetAfterMs;
  }

  /** It is listed. */
  found(id: string): void {
    this.#since.delete(id);
  }

  /** A complete good poll lacks it: whether such polls have lacked it for `forget_after`, since the start. */
  isOverdue(id: string, now: number): boolean {
    const since = this.#since.get(id) ?? now;
    this.#since.set(id, since);
    return now - since >= this.#forgetAfterMs;
  }
}
