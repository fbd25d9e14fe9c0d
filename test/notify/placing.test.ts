import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Candidates } from '../../src/ledger/place-rows.ts';
import { placing } from '../../src/notify/placing.ts';
import { closed, factsOf, MINUTE, opened } from './support.ts';

const decide = placing({ dedupeMs: MINUTE, throttleMs: MINUTE });
const [failure, end] = factsOf([opened(), closed()]);
if (failure === undefined || end === undefined) throw new Error('no rows');
const NONE: Candidates = { announced: null, same: null, waiting: null };
const sent = { id: 3, open: false, parked: false };
const same = (agoMs: number) => ({ ...sent, decidedAt: failure.decidedAt - agoMs });

describe('where a row goes', () => {
  test('the first of its kind is a message', () => {
    expect(decide(failure, NONE)).toEqual({ role: 'first' });
  });

  test('B27: the same within the time from the first joins it, and is edited in within 10 s', () => {
    expect(decide(failure, { ...NONE, same: same(59_999) })).toMatchObject({ role: 'repeated', message: 3 });
    expect(decide(failure, { ...NONE, same: same(MINUTE) })).toEqual({ role: 'first' });
    const placement = decide(failure, { ...NONE, same: same(0) });
    expect('editWithinMs' in placement && placement.editWithinMs).toBeLessThan(9000);
  });

  test('a clock that is set back by a day does not make the next alert a count of an old message', () => {
    expect(decide(failure, { ...NONE, same: same(-24 * 60 * MINUTE) })).toEqual({ role: 'first' });
    expect(decide(failure, { ...NONE, same: same(-1000) })).toMatchObject({ role: 'repeated' });
  });

  test('B28: another of an origin whose message still waits is summed into that', () => {
    expect(decide(failure, { ...NONE, waiting: { id: 5, open: true, parked: false } })).toMatchObject({
      role: 'summed',
      message: 5,
    });
  });

  test('what ends something joins what announced it, at once; where that was parked it stands alone', () => {
    expect(decide(end, { ...NONE, announced: sent, same: same(0) })).toMatchObject({ role: 'ends', editWithinMs: 0 });
    expect(decide(end, { ...NONE, announced: { ...sent, parked: true } })).toEqual({ role: 'first' });
  });

  test('nothing joins a message that was parked', () => {
    expect(decide(failure, { ...NONE, same: { ...same(0), parked: true } })).toEqual({ role: 'first' });
  });

  test('0 s is off', () => {
    const off = placing({ dedupeMs: 0, throttleMs: 0 });
    const candidates = { ...NONE, same: same(0), waiting: { id: 5, open: true, parked: false } };
    expect(off(failure, candidates)).toEqual({ role: 'first' });
  });

  test('a row goes into a message that it was shown, or its own', () => {
    const joinable = fc.record({ id: fc.nat(), open: fc.boolean(), parked: fc.boolean() });
    const candidates = fc.record({
      announced: fc.option(joinable),
      same: fc.option(fc.record({ id: fc.nat(), open: fc.boolean(), parked: fc.boolean(), decidedAt: fc.nat() })),
      waiting: fc.option(joinable),
    });
    fc.assert(
      fc.property(fc.constantFrom(failure, end), candidates, (row, shown) => {
        const placement = decide(row, shown);
        if (placement.role === 'first') return;
        const ids = [shown.announced?.id, shown.same?.id, shown.waiting?.id];
        expect(ids).toContain(placement.message);
      }),
    );
  });
});
