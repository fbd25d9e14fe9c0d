import { describe, expect, it } from 'vitest';
import type { Find } from '../../src/changes/ports.ts';
import type { Outcome, Trouble } from '../../src/changes/trouble.ts';
import { Worker } from '../../src/changes/worker.ts';
import type { FoundChange, Lookup } from '../../src/domain/change.ts';
import { StoreFailure } from '../../src/domain/store-failure.ts';
import { FakeClock, settle } from '../support/fake-clock.ts';
import { lookup } from './support.ts';

const AWAY: Trouble = { reason: 'unavailable', detail: 'no answer', waitMs: null, everywhere: true };
const GONE: Trouble = { reason: 'not_found', detail: '404', waitMs: null, everywhere: false };
const DAY = 24 * 3_600_000;

class Bench implements Disposable {
  readonly clock = new FakeClock();
  readonly waiting: (Lookup & { readonly nextAt: number })[] = [];
  readonly settled: (readonly [string, readonly FoundChange[]])[] = [];
  readonly asked: string[] = [];
  readonly log: string[] = [];
  readonly stop = new AbortController();
  answer: (lookup: Lookup) => Outcome<readonly FoundChange[]> | Promise<never> = () => ({ ok: true, value: [] });
  storeFails = false;
  readonly worker: Worker;
  readonly ended: Promise<void>;

  constructor() {
    const note = (level: string) => (_: object, message: string) => this.log.push(`${level} ${message}`);
    const find: Find = async (one) => {
      this.asked.push(one.upstreamId);
      return await this.answer(one);
    };
    this.worker = new Worker({
      source: 'ci',
      find,
      clock: this.clock,
      log: { debug: note('debug'), warn: note('warn'), error: note('error') },
      stop: this.stop.signal,
      queue: {
        due: async (_, now, limit) => {
          if (this.storeFails) throw new StoreFailure('the disk is full');
          const lookups = this.waiting.filter(({ nextAt }) => nextAt <= now).slice(0, limit);
          const [nextAt] = this.waiting.map((one) => one.nextAt).toSorted((a, b) => a - b);
          return { lookups, nextAt: lookups.length > 0 ? null : (nextAt ?? null) };
        },
        postpone: async (id, _, nextAt) => {
          const index = this.waiting.findIndex((one) => one.id === id);
          const [one] = this.waiting.splice(index, 1);
          if (one !== undefined) this.waiting.push({ ...one, attempts: one.attempts + 1, nextAt });
        },
        settle: async ({ id, upstreamId }, changes) => {
          this.waiting.splice(
            this.waiting.findIndex((one) => one.id === id),
            1,
          );
          this.settled.push([upstreamId, changes]);
        },
      },
    });
    this.ended = this.worker.run();
  }

  /** Something was recorded. */
  async queue(...names: readonly string[]): Promise<void> {
    for (const name of names) {
      const id = this.waiting.length + this.settled.length + 1;
      const queuedAt = this.clock.now();
      this.waiting.push({ ...lookup({ id, upstreamId: name, commit: name, queuedAt }), nextAt: queuedAt });
    }
    this.worker.wake();
    for (let turn = 0; turn < 5; turn += 1) await settle();
  }

  [Symbol.dispose](): void {
    this.stop.abort(new Error('asked to stop'));
  }
}

describe('the worker of lookups', () => {
  it('begins as soon as something was recorded, at most two at a time', async () => {
    using bench = new Bench();
    const hanging: (() => void)[] = [];
    bench.answer = (one) =>
      new Promise((resolve) => hanging.push(() => resolve({ ok: true, value: [] } as never))).then(() => ({
        ok: true,
        value: [],
        one,
      })) as Promise<never>;
    await bench.queue('a', 'b', 'c');
    expect(bench.asked).toEqual(['a', 'b']);
    for (const go of hanging.splice(0)) go();
    for (let turn = 0; turn < 5; turn += 1) await settle();
    expect(bench.asked).toEqual(['a', 'b', 'c']);
    for (const go of hanging) go();
    for (let turn = 0; turn < 5; turn += 1) await settle();
    expect(bench.settled.map(([id]) => id)).toEqual(['a', 'b', 'c']);
  });

  it('asks again for one commit that cannot be read, five times, and then counts it unknown', async () => {
    using bench = new Bench();
    bench.answer = ({ upstreamId }) => (upstreamId === 'bad' ? { ok: false, trouble: GONE } : { ok: true, value: [] });
    await bench.queue('bad', 'good');
    expect(bench.settled.map(([id]) => id)).toEqual(['good']);
    await bench.clock.advance(30 * 60_000);
    expect(bench.asked.filter((id) => id === 'bad')).toHaveLength(5);
    expect(bench.settled.at(-1)).toEqual([
      'bad',
      [{ known: false, sha: 'bad', repository: 'shop/web', reason: 'not_found', number: 1 }],
    ]);
    expect(bench.log.filter((line) => line.startsWith('warn'))).not.toEqual([]);
  });

  it('lets an upstream that is away rest, for longer each time, and gives up after a day', async () => {
    using bench = new Bench();
    bench.answer = () => ({ ok: false, trouble: AWAY });
    await bench.queue('a', 'b', 'c');
    await bench.clock.advance(3_600_000);
    expect(bench.asked.length).toBeLessThan(60);
    expect(bench.settled).toEqual([]);
    await bench.clock.advance(DAY + 3_600_000);
    expect(bench.settled.map(([, changes]) => changes[0])).toMatchObject(
      ['a', 'b', 'c'].map(() => ({ known: false, reason: 'unavailable' })),
    );
    bench.answer = () => ({ ok: true, value: [] });
    await bench.clock.advance(10 * 60_000);
    await bench.queue('d');
    expect(bench.settled.at(-1)).toEqual(['d', []]);
  });

  it('waits as long as it is asked to', async () => {
    using bench = new Bench();
    bench.answer = () => ({ ok: false, trouble: { ...AWAY, reason: 'rate_limited', waitMs: 600_000 } });
    await bench.queue('a');
    bench.answer = () => ({ ok: true, value: [] });
    await bench.queue('b');
    await bench.clock.advance(590_000);
    expect(bench.asked).toEqual(['a']);
    await bench.clock.advance(70_000);
    expect(new Set(bench.asked)).toEqual(new Set(['a', 'b']));
  });

  it('goes on after a store that fails, and after a bug', async () => {
    using bench = new Bench();
    bench.storeFails = true;
    await bench.queue('a');
    bench.storeFails = false;
    bench.answer = () => Promise.reject(new Error('a bug'));
    await bench.clock.advance(5_000);
    bench.answer = () => ({ ok: true, value: [] });
    await bench.clock.advance(60_000);
    expect(bench.settled.map(([id]) => id)).toEqual(['a']);
    expect(bench.log).toEqual(
      expect.arrayContaining(['warn a lookup was not recorded', 'error a lookup of commits failed']),
    );
  });

  it('ends when it is asked to, and what was cut off is no failure', async () => {
    const bench = new Bench();
    bench.answer = () =>
      new Promise<never>((_, reject) => bench.stop.signal.addEventListener('abort', () => reject(new Error('stop'))));
    await bench.queue('a');
    bench.stop.abort(new Error('asked to stop'));
    await bench.ended;
    expect({ settled: bench.settled, log: bench.log }).toEqual({ settled: [], log: [] });
  });
});
