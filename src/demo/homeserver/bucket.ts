/** A limit as Synapse counts it: a bucket that leaks `perSecond` and overflows at `burst`. */
export class Bucket {
  readonly #perSecond: number;
  readonly #burst: number;
  readonly #filled = new Map<string, { level: number; at: number }>();

  constructor(perSecond: number, burst: number) {
    this.#perSecond = perSecond;
    this.#burst = burst;
  }

  /** Takes one action of `who` at `now`, in milliseconds; or the milliseconds after which it would be taken. */
  take(who: string, now: number): { readonly ok: true } | { readonly ok: false; readonly retryAfterMs: number } {
    const before = this.#filled.get(who) ?? { level: 0, at: now };
    const level = Math.max(0, before.level - ((now - before.at) / 1000) * this.#perSecond);
    if (level + 1 > this.#burst) {
      return { ok: false, retryAfterMs: Math.max(1, Math.ceil(((level + 1 - this.#burst) / this.#perSecond) * 1000)) };
    }
    this.#filled.set(who, { level: level + 1, at: now });
    return { ok: true };
  }
}
