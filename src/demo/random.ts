/** Numbers from 0 up to 1, the same ones for the same seed. */
export type Random = () => number;

/**
 * mulberry32 by Tommy Ettinger (public domain): 32 bits of state, quite enough for a story and not for secrets.
 * https://gist.github.com/tommyettinger/46a874533244883189143505d203312c
 */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** True in `probability` of all cases. */
export function chance(random: Random, probability: number): boolean {
  return random() < probability;
}

/** An integer between the two, both included. */
export function between(random: Random, [least, most]: readonly [number, number]): number {
  return least + Math.floor(random() * (most - least + 1));
}

/** The same, but each order of magnitude is as likely as the next: for times that are mostly short and sometimes long. */
export function betweenMagnitudes(random: Random, [least, most]: readonly [number, number]): number {
  return Math.round(least * (most / least) ** random());
}

export function pick<T>(random: Random, items: readonly [T, ...T[]]): T {
  return items[Math.floor(random() * items.length)] ?? items[0];
}

/** `digits` hexadecimal digits. */
export function hex(random: Random, digits: number): string {
  return Array.from({ length: digits }, () => Math.floor(random() * 16).toString(16)).join('');
}
