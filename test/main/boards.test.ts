import { describe, expect, it } from 'vitest';
import { NotifierBoard } from '../../src/main/notifier-board.ts';
import { StatusBoard } from '../../src/main/status-board.ts';

const POLL = { kind: 'poll', source: 'ci', at: 1000, tookMs: 5 } as const;

describe('the board of sources', () => {
  it('adds up what the ledger counted, source by source', () => {
    const board = new StatusBoard();
    const killed = { counter: 'ignored', source: 'ci', labels: { reason: 'killed' }, by: 2 } as const;
    board.apply({ successes: [], counts: [killed, { counter: 'gaps', source: 'ci', labels: {}, by: 1 }] });
    board.apply({
      successes: [],
      counts: [killed, { counter: 'lead_time_unknown', source: 'cd', labels: { reason: 'no_forge' }, by: 3 }],
    });
    expect(board.notCounted('ci')).toMatchObject({ ignored: new Map([['killed', 4]]), gaps: 1, corrections: 0 });
    expect(board.notCounted('cd').unknownLeadTimes).toEqual(new Map([['no_forge', 3]]));
    expect(board.notCounted('new').ignored.size).toBe(0);
  });

  it('knows that the ledger took nothing, until it does again', () => {
    const board = new StatusBoard();
    board.observe({ ...POLL, failure: 'timeout', detail: 'slow' });
    expect(board.storeFailure).toBeNull();
    board.observe({ ...POLL, failure: 'store', detail: 'locked' });
    expect(board.storeFailure).toMatchObject({ detail: 'locked' });
    board.observe({ kind: 'committed', at: 2000 });
    expect(board.storeFailure).toBeNull();
  });
});

describe('the board of the notifier', () => {
  const status = {
    counts: [
      { counter: 'delivered', room: 'critical', reason: '', value: 4 },
      { counter: 'parked', room: 'critical', reason: 'too_large', value: 1 },
      { counter: 'parked', room: 'critical', reason: 'bad_json', value: 2 },
    ] as const,
    rooms: [{ room: 'critical', pending: 1, oldestAt: 500, lastDeliveryAt: null }] as const,
    heartbeatAt: null,
  };

  it('is empty without a notifier, and again after one', () => {
    const board = new NotifierBoard();
    board.observe({ kind: 'parked', room: 'critical', reason: 'too_large' });
    expect(board.record()).toBeNull();
    board.begin(status);
    board.begin(null);
    expect(board.record()).toBeNull();
  });

  it('begins where the ledger stands, and goes on with what is observed', () => {
    const board = new NotifierBoard();
    board.begin(status);
    expect(board.record()?.rooms).toMatchObject([
      { room: 'critical', pending: 1, delivered: 4, parked: 3, blocked: null },
    ]);
    board.observe({ kind: 'delivered', room: 'critical', at: 900, tookMs: 1, counted: true, heartbeat: true });
    board.observe({ kind: 'queue', room: 'critical', pending: 0, oldestAt: null });
    board.observe({ kind: 'room_blocked', room: 'critical', reason: 'forbidden', blocked: true });
    expect(board.record()).toMatchObject({
      heartbeatAt: 900,
      rooms: [{ pending: 0, oldestAt: null, delivered: 5, lastDeliveryAt: 900, blocked: 'forbidden' }],
    });
    board.observe({ kind: 'room_blocked', room: 'critical', reason: 'forbidden', blocked: false });
    expect(board.record()?.rooms[0]?.blocked).toBeNull();
  });
});
