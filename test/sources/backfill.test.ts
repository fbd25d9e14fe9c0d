import { describe, expect, test } from 'vitest';
import { Backfill } from '../../src/sources/backfill.ts';
import { Gate, untilAborted } from '../../src/sources/gate.ts';
import type { Listed } from '../../src/sources/woodpecker/listing.ts';
import type { Failure } from '../../src/upstream/upstream.ts';
import { settle } from '../support/fake-clock.ts';

const FAILURE: Failure = { reason: 'server_error', detail: '500', status: 500, retryAfterMs: null };
const STOPPED = new Error('asked to stop');
const never = () => new AbortController().signal;

function listed(id: number): Listed {
  return { id, repository: null, newest: null, row: () => null };
}

/** First reads that end when they are told to. */
class Reads {
  readonly begun: number[] = [];
  readonly #waiting = new Map<number, (failure: Failure | null) => void>();
  readonly #failing = new Map<number, (error: unknown) => void>();

  read = (one: Listed, stop: AbortSignal): Promise<Failure | null> => {
    this.begun.push(one.id);
    const { promise, resolve, reject } = Promise.withResolvers<Failure | null>();
    this.#waiting.set(one.id, resolve);
    this.#failing.set(one.id, reject);
    stop.addEventListener('abort', () => reject(stop.reason));
    return promise;
  };

  async end(id: number, failure: Failure | null = null): Promise<void> {
    this.#waiting.get(id)?.(failure);
    await settle();
  }

  async throws(id: number, error: unknown): Promise<void> {
    this.#failing.get(id)?.(error);
    await settle();
  }
}

function byId(ids: readonly number[]) {
  return new Map(ids.map((id) => [id, listed(id)]));
}

function start(concurrency: number, ids: readonly number[]) {
  const reads = new Reads();
  const backfill = new Backfill(concurrency, reads.read);
  backfill.wait(byId(ids));
  return { reads, backfill };
}

describe('the gate', () => {
  test('holds back while it is closed, lets through while it is open, and closes again', async () => {
    const gate = new Gate();
    const passed: string[] = [];
    const first = gate.pass(never()).then(() => passed.push('first'));
    await settle();
    expect(passed).toEqual([]);
    gate.open();
    await first;
    await gate.pass(never());
    gate.close();
    const second = gate.pass(never()).then(() => passed.push('second'));
    await settle();
    expect(passed).toEqual(['first']);
    gate.open();
    await second;
    expect(passed).toEqual(['first', 'second']);
  });

  test('that opens and closes at once keeps back whoever had not gone through', async () => {
    const gate = new Gate();
    let passed = false;
    const waiting = gate.pass(never()).then(() => {
      passed = true;
    });
    gate.open();
    gate.close();
    await settle();
    expect(passed).toBe(false);
    gate.open();
    await waiting;
  });

  test('throws the reason when it is asked to stop, waiting or open', async () => {
    const gate = new Gate();
    const stop = new AbortController();
    const waiting = gate.pass(stop.signal);
    stop.abort(STOPPED);
    await expect(waiting).rejects.toBe(STOPPED);
    gate.open();
    await expect(gate.pass(stop.signal)).rejects.toBe(STOPPED);
  });

  test('waiting for a promise or a signal ends with the first of them', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    await untilAborted(promise, AbortSignal.abort());
    resolve();
    await untilAborted(promise, never());
  });
});

describe('first reads', () => {
  test('go a few at a time until nothing is left', async () => {
    const { reads, backfill } = start(2, [1, 2, 3]);
    const run = backfill.run(never(), never());
    expect(reads.begun).toEqual([1, 2]);
    await reads.end(2);
    expect(reads.begun).toEqual([1, 2, 3]);
    await reads.end(1);
    await reads.end(3);
    expect(await run).toBeNull();
    expect(backfill.progress).toEqual({ pending: 0, done: 3 });
  });

  test('a slice ends soon, what was begun goes on, and the next slice begins nothing twice', async () => {
    const { reads, backfill } = start(2, [1, 2, 3]);
    const slice = new AbortController();
    const run = backfill.run(slice.signal, never());
    slice.abort();
    expect(await run).toBeNull();
    expect(backfill.progress).toEqual({ pending: 3, done: 0 });
    // The poll between them finds the same repositories unread.
    backfill.wait(byId([1, 2, 3]));
    const next = backfill.run(never(), never());
    expect(reads.begun).toEqual([1, 2]);
    for (const id of [1, 2, 3]) await reads.end(id);
    expect(await next).toBeNull();
    expect(reads.begun).toEqual([1, 2, 3]);
  });

  test('one that fails is told once, keeps none of the others, and is read again in the next slice', async () => {
    const { reads, backfill } = start(1, [1, 2]);
    const run = backfill.run(never(), never());
    await reads.end(1, FAILURE);
    await reads.end(2);
    expect(await run).toEqual(FAILURE);
    expect(backfill.progress).toEqual({ pending: 1, done: 1 });
    const next = backfill.run(never(), never());
    await reads.end(1);
    expect(await next).toBeNull();
    expect(reads.begun).toEqual([1, 2, 1]);
  });

  test('a bug comes out of the slice, and nothing else is lost by it', async () => {
    const { reads, backfill } = start(1, [1, 2]);
    const run = backfill.run(never(), never());
    const bug = new TypeError('a bug');
    const told = expect(run).rejects.toBe(bug);
    await reads.throws(1, bug);
    await reads.end(2);
    await told;
    expect(backfill.progress).toEqual({ pending: 1, done: 1 });
  });

  test('asked to stop it throws the reason, begins nothing more, and leaves no rejection to nobody', async () => {
    const rejections: unknown[] = [];
    const onRejection = (reason: unknown) => rejections.push(reason);
    process.on('unhandledRejection', onRejection);
    try {
      const { reads, backfill } = start(2, [1, 2, 3]);
      const stop = new AbortController();
      const slice = new AbortController();
      const run = backfill.run(slice.signal, stop.signal);
      const told = expect(run).rejects.toBe(STOPPED);
      stop.abort(STOPPED);
      slice.abort(STOPPED);
      await told;
      await settle();
      expect(reads.begun).toEqual([1, 2]);
    } finally {
      process.off('unhandledRejection', onRejection);
    }
    expect(rejections).toEqual([]);
  });

  test('what is no longer listed is waited for no longer, unless it is being read', async () => {
    const { reads, backfill } = start(1, [1, 2]);
    const slice = new AbortController();
    const run = backfill.run(slice.signal, never());
    slice.abort();
    await run;
    backfill.wait(byId([]));
    expect(backfill.progress.pending).toBe(1);
    await reads.end(1);
    expect(backfill.progress).toEqual({ pending: 0, done: 1 });
    expect(await backfill.run(never(), never())).toBeNull();
    expect(reads.begun).toEqual([1]);
  });
});
