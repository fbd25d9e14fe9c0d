import { getEventListeners } from 'node:events';
import { describe, expect, test } from 'vitest';
import type { PollEnd } from '../../src/polling/pollable.ts';
import { FakeClock, settle } from '../support/fake-clock.ts';
import { failing, OK, run, untilAborted } from './support.ts';

const SECOND = 1_000;

describe('a cycle', () => {
  test('is the news, then history, then the stamp, observed once at its end', async () => {
    const clock = new FakeClock();
    const poll = (signal: AbortSignal) => clock.sleep(2 * SECOND, signal).then(() => OK);
    const catchUp = (_: AbortSignal, stop: AbortSignal) => clock.sleep(5 * SECOND, stop).then(() => OK);
    const { calls, polls, stop, done } = run({ poll, catchUp }, { clock });
    await clock.advance(6 * SECOND);
    expect(calls).toEqual(['poll', 'catchUp']);
    expect(polls).toEqual([]);
    await clock.advance(SECOND);
    expect(calls).toEqual(['poll', 'catchUp', 'stamp']);
    // The time is that of the end, and the duration that of the news alone.
    const at = Date.UTC(2026, 0, 1, 0, 0, 7);
    expect(polls).toEqual([
      { kind: 'poll', source: 'woodpecker', at, tookMs: 2 * SECOND, failure: null, detail: null },
    ]);
    stop.abort();
    await done;
  });

  test.each<[string, Record<string, () => Promise<PollEnd>>, string[]]>([
    ['no history and no stamp after a failed poll', { poll: async () => failing('dns') }, ['poll']],
    ['no stamp after a failed catch-up', { catchUp: async () => failing('dns') }, ['poll', 'catchUp']],
    ['a stamp that fails fails the poll', { stamp: async () => failing('dns') }, ['poll', 'catchUp', 'stamp']],
  ])('%s', async (_, parts, expected) => {
    const { calls, failures, stop, done } = run(parts);
    await settle();
    expect(calls).toEqual(expected);
    stop.abort();
    await done;
    expect(failures).toEqual(['dns']);
  });

  test('history ends when the next poll is due', async () => {
    const slices: number[] = [];
    const clock = new FakeClock();
    const poll = (signal: AbortSignal) => clock.sleep(10 * SECOND, signal).then(() => OK);
    const catchUp = async (slice: AbortSignal) => {
      await untilAborted(slice).catch(() => slices.push(clock.monotonic()));
      return OK;
    };
    const { begun, failures, stop, done } = run({ poll, catchUp }, { clock });
    await clock.advance(65 * SECOND);
    expect(slices).toEqual([30_000, 60_000]);
    expect(begun).toEqual([0, 30_000, 60_000]);
    expect(failures).toEqual([null, null]);
    stop.abort();
    await done;
  });

  test('a poll that is due waits while history is still coming to its end', async () => {
    const clock = new FakeClock();
    const catchUp = (slice: AbortSignal, stop: AbortSignal) =>
      untilAborted(slice).catch(() => clock.sleep(4 * SECOND, stop).then(() => OK));
    const { calls, begun, stop, done } = run({ catchUp }, { clock });
    await clock.advance(33 * SECOND);
    expect(calls).toEqual(['poll', 'catchUp']);
    await clock.advance(SECOND);
    expect(begun).toEqual([0, 34_000]);
    stop.abort();
    await done;
  });

  test('history gets a tenth of the interval where polls take all of it', async () => {
    const clock = new FakeClock();
    const poll = (signal: AbortSignal) => clock.sleep(45 * SECOND, signal).then(() => OK);
    const catchUp = (slice: AbortSignal) => untilAborted(slice).catch(() => OK);
    const { begun, stop, done } = run({ poll, catchUp }, { clock });
    await clock.advance(50 * SECOND);
    expect(begun).toEqual([0, 48_000]);
    stop.abort();
    await done;
  });
});

describe('the deadline', () => {
  test('B16: a poll that is too slow is one failure, timeout', async () => {
    const { clock, polls, stop, done } = run({ poll: untilAborted });
    await clock.advance(59_999);
    expect(polls).toEqual([]);
    await clock.advance(1);
    expect(polls).toMatchObject([{ failure: 'timeout', tookMs: 60_000 }]);
    stop.abort();
    await done;
    expect(polls).toHaveLength(1);
  });

  test('does not count for history', async () => {
    const catchUp = (slice: AbortSignal) => untilAborted(slice).catch(() => OK);
    const { clock, failures, stop, done } = run({ catchUp }, { intervalMs: 300 * SECOND });
    await clock.advance(300 * SECOND);
    expect(failures).toEqual([null]);
    stop.abort();
    await done;
  });
});

describe('B16: stopping is no failure', () => {
  test('during a slow poll: it resolves at once, nothing is observed, nothing is logged', async () => {
    const { clock, polls, lines, stop, done } = run({ poll: untilAborted });
    await clock.advance(10 * SECOND);
    stop.abort(new Error('SIGTERM'));
    await done;
    expect([polls, lines]).toEqual([[], []]);
  });

  test('during history', async () => {
    const { polls, calls, stop, done } = run({ catchUp: (_, signal) => untilAborted(signal) });
    await settle();
    stop.abort();
    await done;
    expect(polls).toEqual([]);
    expect(calls).toEqual(['poll', 'catchUp']);
  });

  test('a poll that still ends well while being stopped is not followed by history', async () => {
    const { calls, polls, stop, done } = run({ poll: (signal) => untilAborted(signal).catch(() => OK) });
    await settle();
    stop.abort();
    await done;
    expect(calls).toEqual(['poll']);
    expect(polls).toEqual([]);
  });

  test('a failure that comes of being stopped is none', async () => {
    const poll = (signal: AbortSignal) => untilAborted(signal).catch(() => failing('connect'));
    const { polls, stop, done } = run({ poll });
    await settle();
    stop.abort();
    await done;
    expect(polls).toEqual([]);
  });

  test('between two polls, and before the first', async () => {
    const between = run({});
    await settle();
    between.stop.abort();
    await between.done;
    expect(between.begun).toEqual([0]);

    const before = run({}, { stop: AbortSignal.abort() });
    await before.done;
    expect(before.begun).toEqual([]);
  });

  test('nothing stays on the signal, however many cycles there were', async () => {
    const { clock, begun, stop, done } = run({});
    await clock.advance(300 * SECOND);
    expect(begun).toHaveLength(11);
    // The one is the sleep until the next poll.
    expect(getEventListeners(stop.signal, 'abort')).toHaveLength(1);
    expect(clock.asleep).toBe(1);
    stop.abort();
    await done;
    expect(getEventListeners(stop.signal, 'abort')).toEqual([]);
  });
});

describe('a bug', () => {
  test.each(['poll', 'catchUp', 'stamp'])(
    'in %s is `internal`, is logged with its stack, and polling goes on',
    async (part) => {
      const bug = new TypeError('x is not a function');
      let broken = true;
      const throwing = async (): Promise<PollEnd> => {
        if (broken) throw bug;
        return OK;
      };
      const { clock, failures, lines, stop, done } = run({ [part]: throwing });
      await settle();
      expect(failures).toEqual(['internal']);
      expect(lines).toEqual([
        {
          level: 'error',
          message: 'poll failed by a bug',
          fields: { source: 'woodpecker', reason: 'internal', err: bug },
        },
      ]);
      broken = false;
      await clock.advance(30 * SECOND);
      expect(failures).toEqual(['internal', null]);
      stop.abort();
      await done;
    },
  );
});

test('the log tells of each kind of failure once, and of the recovery', async () => {
  const ends = [failing('dns'), failing('dns'), failing('timeout'), OK, OK, failing('dns')];
  const { clock, lines, stop, done } = run({ poll: async () => ends.shift() ?? OK });
  await clock.advance(600 * SECOND);
  stop.abort();
  await done;
  expect(lines.map(({ level, message, fields }) => `${level} ${message}: ${fields['reason']}`)).toEqual([
    'warn poll failed: dns',
    'debug poll still failing: dns',
    'warn poll failed: timeout',
    'info poll recovered: timeout',
    'warn poll failed: dns',
    'info poll recovered: dns',
  ]);
  expect(lines[0]?.fields).toEqual({ source: 'woodpecker', reason: 'dns', detail: 'what went wrong' });
});
