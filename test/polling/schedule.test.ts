import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FakeClock, settle } from '../support/fake-clock.ts';
import { failing, OK, run, untilAborted } from './support.ts';

const SECOND = 1_000;
const MINUTE = 60_000;

describe('the interval', () => {
  test('the first poll at once, each other one interval after the beginning of the last', async () => {
    const clock = new FakeClock();
    const { begun, stop, done } = run({ poll: (signal) => clock.sleep(7 * SECOND, signal).then(() => OK) }, { clock });
    await settle();
    expect(begun).toEqual([0]);
    await clock.advance(2 * MINUTE);
    expect(begun).toEqual([0, 30_000, 60_000, 90_000, 120_000]);
    stop.abort();
    await done;
  });

  test.each([
    [0, 27_000],
    [0.5, 30_000],
    [0.999, 32_994],
  ])('jitter of %f makes it %i ms', async (random, wait) => {
    const { clock, stop, done } = run({}, { random: () => random });
    await settle();
    expect(clock.slept.at(-1)).toBeCloseTo(wait, 3);
    stop.abort();
    await done;
  });

  test('always lies within a tenth of what is configured', async () => {
    await fc.assert(
      fc.asyncProperty(fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), async (random) => {
        const { clock, stop, done } = run({}, { random: () => random });
        await settle();
        expect(clock.slept.at(-1)).toBeGreaterThanOrEqual(27_000);
        expect(clock.slept.at(-1)).toBeLessThanOrEqual(33_000);
        stop.abort();
        await done;
      }),
      { numRuns: 20 },
    );
  });

  test('a poll that takes longer than the interval is never overlapped; the next follows at once', async () => {
    const clock = new FakeClock();
    let running = 0;
    const overlaps: number[] = [];
    const poll = async (signal: AbortSignal) => {
      overlaps.push(running);
      running += 1;
      await clock.sleep(40 * SECOND, signal);
      running -= 1;
      return OK;
    };
    const { begun, stop, done } = run({ poll }, { clock });
    await clock.advance(100 * SECOND);
    expect(begun).toEqual([0, 40_000, 80_000]);
    expect(overlaps).toEqual([0, 0, 0]);
    stop.abort();
    await done;
  });

  test('one slow source never delays another', async () => {
    const clock = new FakeClock();
    const slow = run({ name: 'slow', poll: untilAborted }, { clock });
    const quick = run({ name: 'quick' }, { clock });
    await clock.advance(59 * SECOND);
    expect(quick.begun).toEqual([0, 30_000]);
    expect(quick.failures).toEqual([null, null]);
    expect(slow.polls).toEqual([]);
    for (const one of [slow, quick]) one.stop.abort();
    await Promise.all([slow.done, quick.done]);
  });
});

describe('back-off', () => {
  test('doubles from the interval to 5 min, and a good poll ends it', async () => {
    let up = false;
    const { clock, begun, stop, done } = run({ poll: async () => (up ? OK : failing('connect')) });
    await clock.advance(20 * MINUTE);
    expect(begun.map((at) => at / SECOND)).toEqual([0, 30, 90, 210, 450, 750, 1050]);
    up = true;
    await clock.advance(160 * SECOND);
    expect(begun.slice(7).map((at) => at / SECOND)).toEqual([1350]);
    up = false;
    await clock.advance(90 * SECOND);
    expect(begun.slice(8).map((at) => at / SECOND)).toEqual([1380, 1410]);
    stop.abort();
    await done;
  });

  test('runs from the end of a slow failure, so that the upstream gets its rest', async () => {
    const { clock, begun, stop, done } = run({ poll: untilAborted });
    await clock.advance(4 * MINUTE);
    expect(begun.map((at) => at / SECOND)).toEqual([0, 90, 210]);
    stop.abort();
    await done;
  });

  test('Retry-After wins', async () => {
    const waits = [10 * MINUTE, SECOND];
    const poll = async () => failing('rate_limited', { retryAfterMs: waits.shift() ?? null });
    const { clock, begun, stop, done } = run({ poll });
    await clock.advance(11 * MINUTE);
    expect(begun).toEqual([0, 10 * MINUTE, 10 * MINUTE + 30 * SECOND]);
    stop.abort();
    await done;
  });

  test('not where only a part failed: the interval stays', async () => {
    const { clock, begun, failures, stop, done } = run({ poll: async () => failing('not_found', { partial: true }) });
    await clock.advance(2 * MINUTE);
    expect(begun.map((at) => at / SECOND)).toEqual([0, 30, 60, 90, 120]);
    expect(failures).toEqual(new Array(5).fill('not_found'));
    stop.abort();
    await done;
  });

  test('where only a part failed, a longer Retry-After is still obeyed', async () => {
    const poll = async () => failing('rate_limited', { partial: true, retryAfterMs: 2 * MINUTE });
    const { clock, begun, stop, done } = run({ poll });
    await clock.advance(4 * MINUTE);
    expect(begun).toEqual([0, 2 * MINUTE, 4 * MINUTE]);
    stop.abort();
    await done;
  });
});

describe('news', () => {
  /** A bell that the test rings. */
  function bell() {
    const rings = [Promise.withResolvers<void>()];
    return {
      ring: () => rings.at(-1)?.resolve(),
      news: async (signal: AbortSignal) => {
        await Promise.race([rings.at(-1)?.promise, untilAborted(signal).catch(() => {})]);
        if (!signal.aborted) rings.push(Promise.withResolvers<void>());
      },
    };
  }

  test('brings the next poll sooner, and the ones after it stand an interval apart again', async () => {
    const { ring, news } = bell();
    const { clock, begun, stop, done } = run({}, { news });
    await clock.advance(10 * SECOND);
    expect(begun).toEqual([0]);
    ring();
    await clock.advance(MINUTE);
    expect(begun).toEqual([0, 10_000, 40_000, 70_000]);
    stop.abort();
    await done;
  });

  test('makes polls come at most ten times in an interval', async () => {
    const { clock, begun, stop, done } = run({}, { news: async () => {} });
    await clock.advance(30 * SECOND);
    expect(begun).toEqual(Array.from({ length: 11 }, (_, index) => index * 3000));
    stop.abort();
    await done;
  });

  test('does not break into a back-off, nor into what the upstream asked for', async () => {
    const { clock, begun, stop, done } = run({ poll: async () => failing('connect') }, { news: async () => {} });
    await clock.advance(100 * SECOND);
    expect(begun).toEqual([0, 30_000, 90_000]);
    stop.abort();
    await done;
    const asked = failing('rate_limited', { partial: true, retryAfterMs: MINUTE });
    const other = run({ poll: async () => asked }, { news: async () => {} });
    await other.clock.advance(MINUTE);
    expect(other.begun).toEqual([0, MINUTE]);
    other.stop.abort();
    await other.done;
  });

  test('is no longer waited for when everything stops', async () => {
    const { news } = bell();
    const { clock, stop, done } = run({}, { news });
    await clock.advance(10 * SECOND);
    stop.abort();
    await done;
    expect(clock.asleep).toBe(0);
  });
});
