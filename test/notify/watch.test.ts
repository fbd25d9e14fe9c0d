import { describe, expect, test } from 'vitest';
import type { Messages } from '../../src/ledger/messages.ts';
import { dueHeartbeat } from '../../src/notify/heartbeat.ts';
import { Watch } from '../../src/notify/watch.ts';
import { MINUTE, NOW } from './support.ts';

const NINE = { hour: 9, minute: 0, timeZone: 'Europe/Berlin' };
const berlin = (text: string) => Date.parse(text);

/** A ledger's memory that outlives a watch, and what was announced. */
function ledger() {
  const remembered = new Map<string, unknown>();
  const announced: Parameters<Messages['announce']>[0][number][] = [];
  const messages = {
    remembered: async () => new Map(remembered),
    announce: async (news: Parameters<Messages['announce']>[0], remember: ReadonlyMap<string, unknown>) => {
      announced.push(...news);
      for (const [key, value] of remember) {
        if (value === null) remembered.delete(key);
        else remembered.set(key, JSON.parse(JSON.stringify(value)));
      }
    },
  } as unknown as Messages;
  return { messages, announced };
}

describe('B36: the daily self-test', () => {
  test('is due at its local time, and for ten minutes after', () => {
    const at = berlin('2026-11-25T09:00:00+01:00');
    expect(dueHeartbeat(NINE, null, at - 1)).toBeNull();
    expect(dueHeartbeat(NINE, null, at)).toEqual({ day: '2026-11-25', at });
    expect(dueHeartbeat(NINE, null, at + 10 * MINUTE)).toEqual({ day: '2026-11-25', at });
    expect(dueHeartbeat(NINE, null, at + 10 * MINUTE + 1)).toBeNull();
  });

  test('comes once per local day, restarted at any moment and looked at every second', async () => {
    const { messages, announced } = ledger();
    const at = berlin('2026-11-25T09:00:00+01:00');
    for (let second = -5; second < 60; second += 1) {
      // A watch of its own each time: as if restarted.
      await new Watch(messages, NINE).run(at + second * 1000, new Set());
    }
    expect(announced).toEqual([{ kind: 'heartbeat', day: '2026-11-25', at }]);
  });

  test('a clock that is set back brings none twice', async () => {
    const { messages, announced } = ledger();
    const watch = new Watch(messages, NINE);
    const at = berlin('2026-11-25T09:00:30+01:00');
    for (const now of [at, at - MINUTE, at, at + MINUTE]) await watch.run(now, new Set());
    expect(announced).toHaveLength(1);
  });

  test.each([
    ['the clocks go on', '2026-03-28', '2026-03-30'],
    ['the clocks go back', '2026-10-24', '2026-10-26'],
  ])('%s: each day once, at 09:00 of the wall clock, and at 02:30 too', async (_, from, to) => {
    for (const time of [NINE, { hour: 2, minute: 30, timeZone: 'Europe/Berlin' }]) {
      const { messages, announced } = ledger();
      const watch = new Watch(messages, time);
      const end = Date.parse(`${to}T23:59:00Z`) - 60 * MINUTE;
      for (let now = Date.parse(`${from}T00:00:00Z`); now < end; now += MINUTE) await watch.run(now, new Set());
      expect(announced.map((one) => 'day' in one && one.day)).toHaveLength(3);
      expect(new Set(announced.map((one) => 'day' in one && one.day)).size).toBe(3);
    }
  });
});

describe('a collector that is down', () => {
  const poll = (at: number, failure: string | null) => ({ source: 'ci', at, failure, detail: failure });
  const sources = new Set(['ci']);

  test('is told after more than 15 min, once, and told back', async () => {
    const { messages, announced } = ledger();
    const watch = new Watch(messages, null);
    for (let minute = 0; minute <= 20; minute += 1) {
      watch.observe(poll(NOW + minute * MINUTE, 'timeout'));
      await watch.run(NOW + minute * MINUTE, sources);
      expect(announced).toHaveLength(minute > 15 ? 1 : 0);
    }
    watch.observe(poll(NOW + 21 * MINUTE, null));
    await watch.run(NOW + 21 * MINUTE, sources);
    expect(announced).toMatchObject([
      { kind: 'collector', source: 'ci', change: 'down', downSince: NOW, reason: 'timeout' },
      { kind: 'collector', source: 'ci', change: 'back', downSince: NOW, backAt: NOW + 21 * MINUTE },
    ]);
  });

  test('grows old without another poll, as back-off makes it', async () => {
    const { messages, announced } = ledger();
    const watch = new Watch(messages, null);
    watch.observe(poll(NOW, 'dns'));
    await watch.run(NOW, sources);
    await watch.run(NOW + 15 * MINUTE + 1, sources);
    expect(announced).toHaveLength(1);
  });

  test('stays down over a restart, and is not told while nobody has polled', async () => {
    const { messages, announced } = ledger();
    const before = new Watch(messages, null);
    before.observe(poll(NOW, 'dns'));
    await before.run(NOW, sources);
    const after = new Watch(messages, null);
    await after.run(NOW + 60 * MINUTE, sources);
    expect(announced).toEqual([]);
    after.observe(poll(NOW + 61 * MINUTE, 'dns'));
    await after.run(NOW + 61 * MINUTE, sources);
    expect(announced).toMatchObject([{ change: 'down', downSince: NOW }]);
  });

  test('that fails now and then says nothing', async () => {
    const { messages, announced } = ledger();
    const watch = new Watch(messages, null);
    for (let minute = 0; minute < 60; minute += 1) {
      watch.observe(poll(NOW + minute * MINUTE, minute % 10 === 0 ? null : 'dns'));
      await watch.run(NOW + minute * MINUTE, sources);
    }
    expect(announced).toEqual([]);
  });
});
