import { getEventListeners } from 'node:events';
import { afterEach, expect, test, vi } from 'vitest';
import { systemClock } from '../../src/polling/system-clock.ts';

afterEach(() => vi.useRealTimers());

test('tells whole milliseconds, of which the monotonic ones never go back', () => {
  const [first, second] = [systemClock.monotonic(), systemClock.monotonic()];
  expect(second).toBeGreaterThanOrEqual(first);
  expect(Number.isInteger(first) && Number.isInteger(systemClock.now())).toBe(true);
  expect(Math.abs(systemClock.now() - Date.now())).toBeLessThan(5_000);
});

test('sleeps as long as asked, and leaves nothing on the signal', async () => {
  const { signal } = new AbortController();
  const begun = performance.now();
  await systemClock.sleep(20, signal);
  expect(performance.now() - begun).toBeGreaterThanOrEqual(18);
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

test('a sleep that is broken off rejects at once with the reason of the signal itself', async () => {
  const reason = new Error('asked to stop');
  await expect(systemClock.sleep(60_000, AbortSignal.abort(reason))).rejects.toBe(reason);
  const stop = new AbortController();
  const asleep = systemClock.sleep(60_000, stop.signal);
  stop.abort(reason);
  await expect(asleep).rejects.toBe(reason);
});

test('a sleep longer than a timer can be does not end at once', async () => {
  const stop = new AbortController();
  let awake = false;
  const asleep = systemClock.sleep(2 ** 31 + 5, stop.signal).then(() => {
    awake = true;
  });
  await systemClock.sleep(20, stop.signal);
  expect(awake).toBe(false);
  stop.abort(new Error('enough'));
  await expect(asleep).rejects.toThrow('enough');
});
