import { createHmac, randomBytes } from 'node:crypto';
import { genSaltSync, getRounds } from 'bcryptjs';
import { BcryptThread } from './bcrypt-thread.ts';
import { VerdictCache } from './verdict-cache.ts';

/** As many as the exporter toolkit remembers. */
const REMEMBERED = 100;

/** Passwords that may wait to be hashed, which takes some 70 ms each at the usual cost of 10. */
export const MAX_WAITING = 64;

/** The part of a bcrypt hash after its salt; that of no password that anybody could find. */
const NO_PASSWORD = '.'.repeat(31);

/** Checks user names and passwords against bcrypt hashes: each pair once, and never on the event loop. */
export class Passwords {
  readonly #thread: Pick<BcryptThread, 'pending' | 'compare' | 'close'>;
  readonly #verdicts = new VerdictCache(REMEMBERED);
  readonly #checks = new Map<string, Promise<boolean>>();
  /** Whoever reads the memory of this process, or a dump of it, finds no hash of a password that could be guessed at. */
  readonly #secret = randomBytes(32);

  constructor(thread: Pick<BcryptThread, 'pending' | 'compare' | 'close'> = new BcryptThread()) {
    this.#thread = thread;
  }

  /**
   * Whether `password` is that of `user`; null when too many others wait already. A name that nobody has costs as much
   * as one that somebody has, so that the time of an answer tells nobody which names there are.
   */
  async check(users: ReadonlyMap<string, string>, user: string, password: string): Promise<boolean | null> {
    const known = users.get(user);
    const hash = known ?? this.#hashOfNobody(users, user);
    const key = this.#key(user, known ?? '', password);
    const verdict = this.#verdicts.get(key);
    if (verdict !== null) return verdict;
    const running = this.#checks.get(key);
    if (running !== undefined) return await running;
    if (this.#thread.pending >= MAX_WAITING) return null;

    const check = this.#thread.compare(password, hash).then((right) => right && known !== undefined);
    this.#checks.set(key, check);
    try {
      const right = await check;
      this.#verdicts.set(key, right);
      return right;
    } finally {
      this.#checks.delete(key);
    }
  }

  async close(): Promise<void> {
    await this.#thread.close();
  }

  /** Of the same cost as a hash of one of the users, for each name always the same one: costs may differ. */
  #hashOfNobody(users: ReadonlyMap<string, string>, user: string): string {
    const costs = [...users.values()].map(getRounds);
    const pick = this.#digest(user).readUInt32BE() % costs.length;
    return genSaltSync(costs[pick]) + NO_PASSWORD;
  }

  /** The hash is a part of it: a password that was changed is asked for anew. */
  #key(...parts: readonly string[]): string {
    return this.#digest(JSON.stringify(parts)).toString('base64');
  }

  #digest(text: string): Buffer {
    return createHmac('sha256', this.#secret).update(text).digest();
  }
}
