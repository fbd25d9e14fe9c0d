import { hashSync } from 'bcryptjs';
import { afterEach, describe, expect, it } from 'vitest';
import { BcryptThread } from '../../src/http/bcrypt-thread.ts';
import { MAX_WAITING, Passwords } from '../../src/http/passwords.ts';

/** bcryptjs' least cost: quick. */
const HASH = hashSync('pw', 4);

/** The same password by another of the names that bcrypt goes by. */
const variant = (version: string) => HASH.replace('$2b$', version);

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()));
});

function passwords(thread?: ConstructorParameters<typeof Passwords>[0]): Passwords {
  const made = new Passwords(thread);
  open.push(made);
  return made;
}

/** Counts what it is asked, and answers when it is told to. */
class SlowThread {
  readonly asked: { password: string; hash: string }[] = [];
  readonly #answers: PromiseWithResolvers<boolean>[] = [];
  pending = 0;

  compare(password: string, hash: string): Promise<boolean> {
    this.asked.push({ password, hash });
    const answer = Promise.withResolvers<boolean>();
    this.#answers.push(answer);
    this.pending += 1;
    return answer.promise;
  }

  answer(right: (password: string) => boolean = () => false): void {
    for (const [index, { resolve }] of this.#answers.splice(0).entries()) {
      resolve(right(this.asked.at(index - this.pending)?.password ?? ''));
    }
    this.pending = 0;
  }

  async close(): Promise<void> {}
}

describe('Passwords', () => {
  it.each(['$2a$', '$2b$', '$2y$'])('tells right from wrong by a hash of %s', async (version) => {
    const users = new Map([['ann', variant(version)]]);
    const checked = passwords();
    expect(await checked.check(users, 'ann', 'pw')).toBe(true);
    expect(await checked.check(users, 'ann', 'PW')).toBe(false);
    expect(await checked.check(users, 'bob', 'pw')).toBe(false);
    expect(await checked.check(users, '', '')).toBe(false);
  });

  it('lets nobody in by a name that is not there, even if the thread says that the password is right', async () => {
    const thread = new SlowThread();
    const check = passwords(thread).check(new Map([['ann', HASH]]), 'bob', 'pw');
    thread.answer(() => true);
    expect(await check).toBe(false);
  });

  it('hashes at the cost of a known name for one that nobody has', async () => {
    const thread = new SlowThread();
    const costs = new Map([
      ['ann', hashSync('a', 4)],
      ['bob', hashSync('b', 5)],
    ]);
    const checked = passwords(thread);
    const names = Array.from({ length: 30 }, (_, index) => `nobody-${index}`);
    const checks = names.map((name) => checked.check(costs, name, 'x'));
    expect(new Set(thread.asked.map(({ hash }) => hash.slice(0, 7)))).toEqual(new Set(['$2b$04$', '$2b$05$']));
    expect(thread.asked.every(({ hash }) => /^\$2b\$0[45]\$[./A-Za-z0-9]{53}$/.test(hash))).toBe(true);
    thread.answer();
    await Promise.all(checks);

    // Again, by another password: each name has its cost.
    const before = thread.asked.map(({ hash }) => hash.slice(0, 7));
    const again = names.map((name) => checked.check(costs, name, 'y'));
    expect(thread.asked.slice(names.length).map(({ hash }) => hash.slice(0, 7))).toEqual(before);
    thread.answer();
    await Promise.all(again);
  });

  it('asks once for each pair, right or wrong, also when several wait for it', async () => {
    const thread = new SlowThread();
    const checked = passwords(thread);
    const users = new Map([['ann', HASH]]);
    const three = [1, 2, 3].map(() => checked.check(users, 'ann', 'pw'));
    const wrong = checked.check(users, 'ann', 'no');
    thread.answer((password) => password === 'pw');
    expect(await Promise.all([...three, wrong])).toEqual([true, true, true, false]);
    expect(await checked.check(users, 'ann', 'pw')).toBe(true);
    expect(await checked.check(users, 'ann', 'no')).toBe(false);
    expect(thread.asked).toHaveLength(2);
  });

  it('asks anew once the password was changed', async () => {
    const checked = passwords();
    expect(await checked.check(new Map([['ann', HASH]]), 'ann', 'pw')).toBe(true);
    const changed = new Map([['ann', hashSync('new', 4)]]);
    expect(await checked.check(changed, 'ann', 'pw')).toBe(false);
    expect(await checked.check(changed, 'ann', 'new')).toBe(true);
  });

  it('remembers a right password through a flood of wrong ones', async () => {
    const thread = new SlowThread();
    const checked = passwords(thread);
    const users = new Map([['ann', HASH]]);
    const right = checked.check(users, 'ann', 'pw');
    thread.answer(() => true);
    await right;
    for (let round = 0; round < 10; round += 1) {
      const flood = Array.from({ length: 50 }, (_, index) => checked.check(users, 'ann', `${round}-${index}`));
      thread.answer();
      await Promise.all(flood);
    }
    const asked = thread.asked.length;
    expect(await checked.check(users, 'ann', 'pw')).toBe(true);
    expect(thread.asked).toHaveLength(asked);
    // The first of the wrong ones was forgotten: there is no end to those.
    const forgotten = checked.check(users, 'ann', '0-0');
    expect(thread.asked).toHaveLength(asked + 1);
    thread.answer();
    await forgotten;
  });

  it('lets no more wait than it should, and knows those that it remembers all the same', async () => {
    const thread = new SlowThread();
    const checked = passwords(thread);
    const users = new Map([['ann', HASH]]);
    const right = checked.check(users, 'ann', 'pw');
    thread.answer(() => true);
    await right;
    const waiting = Array.from({ length: MAX_WAITING }, (_, index) => checked.check(users, 'ann', String(index)));
    expect(await checked.check(users, 'ann', 'one more')).toBeNull();
    expect(await checked.check(users, 'bob', 'one more')).toBeNull();
    expect(await checked.check(users, 'ann', 'pw')).toBe(true);
    thread.answer();
    await Promise.all(waiting);
  });
});

describe('BcryptThread', () => {
  it('fails what waits when it ends, and starts again when it is asked', async () => {
    const thread = new BcryptThread();
    open.push(thread);
    const waiting = thread.compare('pw', HASH);
    const failed = expect(waiting).rejects.toThrow('has ended');
    await thread.close();
    await failed;
    expect(thread.pending).toBe(0);
    expect(await thread.compare('pw', HASH)).toBe(true);
  });
});
