import { expect, test } from 'vitest';
import { startTicker } from '../../src/polling/ticker.ts';
import { FakeClock } from '../support/fake-clock.ts';

function start(
  work: (clock: FakeClock, stop: AbortSignal) => Promise<void> = async () => {},
  first: { readonly firstMs?: number } = {},
) {
  const clock = new FakeClock();
  const stop = new AbortController();
  const begun: number[] = [];
  const errors: unknown[] = [];
  const done = startTicker({
    intervalMs: 15_000,
    ...first,
    clock,
    run: () => {
      begun.push(clock.monotonic());
      return work(clock, stop.signal);
    },
    onError: (error) => errors.push(error),
    stop: stop.signal,
  });
  return { clock, stop, begun, errors, done };
}

test('runs every interval, counted from beginning to beginning', async () => {
  const { clock, stop, begun, done } = start((itsClock, signal) => itsClock.sleep(4_000, signal));
  await clock.advance(50_000);
  expect(begun).toEqual([15_000, 30_000, 45_000]);
  stop.abort();
  await done;
});

test('runs for the first time when it was told to, and then every interval', async () => {
  const { clock, stop, begun, done } = start(undefined, { firstMs: 1_000 });
  await clock.advance(40_000);
  expect(begun).toEqual([1_000, 16_000, 31_000]);
  stop.abort();
  await done;
});

test('never overlaps itself, and does not make up for what it missed', async () => {
  const { clock, stop, begun, done } = start((itsClock, signal) => itsClock.sleep(40_000, signal));
  await clock.advance(100_000);
  expect(begun).toEqual([15_000, 55_000, 95_000]);
  stop.abort();
  await done;
});

test('goes on after an error, of which it tells', async () => {
  const error = new Error('the ledger is locked');
  const { clock, stop, begun, errors, done } = start(() => Promise.reject(error));
  await clock.advance(30_000);
  expect(begun).toEqual([15_000, 30_000]);
  expect(errors).toEqual([error, error]);
  stop.abort();
  await done;
});

test('ends at once when asked to stop, and waits for the run that is under way', async () => {
  const idle = start();
  idle.stop.abort();
  await idle.done;
  expect(idle.begun).toEqual([]);

  const { promise, resolve } = Promise.withResolvers<void>();
  const busy = start(() => promise);
  await busy.clock.advance(15_000);
  let ended = false;
  const done = busy.done.then(() => {
    ended = true;
  });
  busy.stop.abort();
  await busy.clock.advance(60_000);
  expect(ended).toBe(false);
  resolve();
  await done;
  expect(busy.begun).toEqual([15_000]);
});
