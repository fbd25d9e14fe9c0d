/**
 * Verdicts on credentials, the ones used last. Right and wrong ones are kept apart, so that no flood of wrong passwords
 * drives out the credentials of a scraper, whose next scrape would then wait for the whole flood to be hashed.
 */
export class VerdictCache {
  readonly #size: number;
  readonly #right = new Set<string>();
  readonly #wrong = new Set<string>();

  /** `size`: how many of each kind are kept. */
  constructor(size: number) {
    this.#size = size;
  }

  /** Null: not known. */
  get(key: string): boolean | null {
    for (const [keys, verdict] of [
      [this.#right, true],
      [this.#wrong, false],
    ] as const) {
      if (keys.delete(key)) {
        keys.add(key);
        return verdict;
      }
    }
    return null;
  }

  set(key: string, verdict: boolean): void {
    const keys = verdict ? this.#right : this.#wrong;
    keys.add(key);
    for (const oldest of keys) {
      if (keys.size <= this.#size) break;
      keys.delete(oldest);
    }
  }
}
