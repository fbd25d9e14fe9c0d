import { expect, test } from 'vitest';
import { systemClock } from '../../src/polling/system-clock.ts';
import { startSimulatedHomeserver } from '../support/homeserver.ts';
import { NotifierStage, plainMessages, twoRooms } from './stage.ts';

const ALL = { limit: 100, cursor: null, room: null, state: null, since: null, until: null };

test('B24: old messages go with the rows that they account for; what waits stays, and no counter moves', async () => {
  await using on = await startSimulatedHomeserver();
  await on.liftLimit();
  const rooms = await twoRooms(on);
  await using stage = await NotifierStage.open(on, { rooms: rooms.names });
  await stage.tellMany(3);
  await stage.drained();
  await on.down();
  await stage.tellMany(2);
  await stage.until(async () => (await stage.ledger.queries.notifications(ALL)).items.length === 5, 'five messages');
  const before = await stage.ledger.messages.status();
  const soon = systemClock.now() + 1000;
  await stage.ledger.sweep({ rows: soon, errors: soon }, new AbortController().signal);
  const { items } = await stage.ledger.queries.notifications(ALL);
  expect(items.map(({ state }) => state)).toEqual(['waiting', 'waiting']);
  expect(items.map(({ facts }) => facts.length)).toEqual([1, 1]);
  expect((await stage.ledger.messages.status()).counts).toEqual(before.counts);
});

test('pages of what was sent go on where the last ended, and filters hold', async () => {
  await using on = await startSimulatedHomeserver();
  await on.liftLimit();
  const rooms = await twoRooms(on);
  await using stage = await NotifierStage.open(on, { rooms: rooms.names });
  await stage.tellMany(5, (n) => ({ severity: n === 4 ? 'warning' : 'critical' }));
  await stage.drained();
  const ids: number[] = [];
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof stage.ledger.queries.notifications>> =
      await stage.ledger.queries.notifications({ ...ALL, limit: 2, cursor });
    ids.push(...page.items.map(({ id }) => id));
    cursor = page.next;
  } while (cursor !== null);
  expect(ids).toEqual([5, 4, 3, 2, 1]);
  const { items } = await stage.ledger.queries.notifications({ ...ALL, room: 'warning' });
  expect(items).toHaveLength(1);
  expect(items[0]?.eventId).toBe((await plainMessages(on, rooms.warning))[0]?.event_id);
  expect((await stage.ledger.queries.notifications({ ...ALL, state: 'parked' })).items).toEqual([]);
});
