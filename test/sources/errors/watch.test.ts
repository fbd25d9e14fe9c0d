import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { naiveTime } from '../../../src/domain/naive-time.ts';
import { type TargetMemory, watch } from '../../../src/sources/errors/watch.ts';
import { windowText } from '../../../src/sources/errors/window-text.ts';

const BLANK: TargetMemory = {
  target: { source: 'errors', app: 'shop', environment: 'production' },
  team: '',
  observedSince: 0,
  open: null,
  goneAt: null,
};

test('whatever the counts, failures and recoveries take turns, and each span is of polls above less than hold apart', () => {
  const polls = fc.array(fc.record({ after: fc.integer({ min: 1, max: 5 }), above: fc.boolean() }), { maxLength: 40 });
  fc.assert(
    fc.property(polls, fc.integer({ min: 0, max: 12 }), (story, holdMs) => {
      let memory = BLANK;
      let at = 100;
      const told: { kind: string; at: number }[] = [];
      const seen: { at: number; above: boolean }[] = [];
      for (const { after, above } of story) {
        at += after;
        seen.push({ at, above });
        const over = above ? { subsystem: 'shop', count: 2, threshold: 1 } : null;
        const { open, sightings } = watch(memory, over, at, { holdMs, window: '1h', blameWithinMs: 1000 });
        memory = { ...memory, open };
        told.push(...sightings);
      }
      expect(told).toMatchObject(spansOf(seen, holdMs));
      expect(new Set(told.map(({ kind, at: when }) => `${kind} ${when}`)).size).toBe(told.length);
    }),
  );
});

/** The same, from the words of the rule: a span ends where a poll that is not above comes `hold` after its last one. */
function spansOf(seen: readonly { at: number; above: boolean }[], holdMs: number): { kind: string; at: number }[] {
  const found: { kind: string; at: number }[] = [];
  let begin = 0;
  while (begin < seen.length) {
    const first = seen.findIndex(({ above }, index) => index >= begin && above);
    if (first < 0) break;
    found.push({ kind: 'failure', at: seen[first]?.at ?? 0 });
    const end = seen.findIndex(({ above, at }, index) => {
      if (index <= first || above) return false;
      const last = seen.slice(0, index).findLast((one) => one.above);
      return at - (last?.at ?? 0) >= holdMs;
    });
    if (end < 0) break;
    found.push({ kind: 'recovery', at: seen.slice(0, end).findLast((one) => one.above)?.at ?? 0 });
    begin = end + 1;
  }
  return found;
}

test.each([
  ['2026-05-30T12:00:00.123456', Date.UTC(2026, 4, 30, 12, 0, 0, 123)],
  ['2026-05-30T12:00:00', Date.UTC(2026, 4, 30, 12)],
  ['2026-05-30T12:00:00.5Z', Date.UTC(2026, 4, 30, 12, 0, 0, 500)],
  ['2026-05-30T20:00:00+08:00', Date.UTC(2026, 4, 30, 12)],
  ['2026-02-31T12:00:00', null],
  ['yesterday', null],
])('%s without a zone is UTC, wherever this runs', (text, at) => {
  vi.stubEnv('TZ', 'Asia/Taipei');
  expect(naiveTime(text)).toBe(at);
  vi.unstubAllEnvs();
});

test('a window is written as people write it', () => {
  expect([1, 24, 36, 48, 168].map((hours) => windowText(hours * 3_600_000))).toEqual(['1h', '24h', '36h', '2d', '7d']);
});
