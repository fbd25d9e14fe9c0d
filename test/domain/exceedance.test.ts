import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CountedEvent, exceedances } from '../../src/domain/exceedance.ts';
import { isOver, laySpans, type Span } from '../../src/domain/span.ts';

const RULE = { windowMs: 10, threshold: 2 };

function events(...times: number[]): CountedEvent[] {
  return times.map((at, number) => ({ at, number }));
}

describe('events above a threshold', () => {
  it('are those with strictly more than it in the window that ends with them', () => {
    expect(exceedances(events(0, 1, 2, 3), RULE)).toEqual([
      { number: 2, at: 2, until: 10 },
      { number: 3, at: 3, until: 11 },
    ]);
    expect(exceedances(events(0, 1), RULE)).toEqual([]);
  });

  it('a window has the event at its end and not the one at its beginning', () => {
    expect(exceedances(events(0, 5, 10), RULE)).toEqual([]);
    expect(exceedances(events(1, 5, 10), RULE)).toHaveLength(1);
  });

  it('with a threshold of 0 every event is', () => {
    expect(exceedances(events(0, 50), { windowMs: 10, threshold: 0 })).toEqual([
      { number: 0, at: 0, until: 10 },
      { number: 1, at: 50, until: 60 },
    ]);
  });

  it('are the same as counting one by one', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(60), { maxLength: 25 }),
        fc.nat(4),
        fc.integer({ min: 1, max: 20 }),
        (times, threshold, windowMs) => {
          const all = events(...times.toSorted((a, b) => a - b));
          const expected = all.filter(
            ({ at, number }) => all.filter((e) => e.number <= number && e.at > at - windowMs).length > threshold,
          );
          expect(exceedances(all, { windowMs, threshold }).map(({ number }) => number)).toEqual(
            expected.map(({ number }) => number),
          );
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('spans in which a rule is exceeded', () => {
  const lay = (known: readonly Span[], found: readonly { at: number; until: number }[], hold = 5) =>
    laySpans(
      known,
      found.map((one) => ({ number: one.at, ...one })),
      hold,
      ({ at }) => `e${at}`,
    );

  it('run from the first event above to the last, once it stood not above for hold', () => {
    const [span, ...more] = lay(
      [],
      [
        { at: 1, until: 8 },
        { at: 4, until: 10 },
        { at: 15, until: 20 },
      ],
    );
    expect(more).toEqual([]);
    expect(span).toMatchObject({ since: 1, sinceRef: 'e1', last: 15, lastRef: 'e15', settlesAt: 25, closed: false });
    expect(isOver(span as Span, 24)).toBe(false);
    expect(isOver(span as Span, 25)).toBe(true);
  });

  it('are two where it stood not above for longer than hold', () => {
    expect(
      lay(
        [],
        [
          { at: 1, until: 8 },
          { at: 14, until: 20 },
        ],
      ),
    ).toHaveLength(2);
  });

  it('begin earlier when an event comes late, also when they are over', () => {
    const closed = lay([], [{ at: 10, until: 15 }]).map((span) => ({ ...span, closed: true }));
    expect(lay(closed, [{ at: 6, until: 12 }])).toMatchObject([{ since: 6, last: 10, closed: true }]);
  });

  it('that are over are not joined again: what comes later begins another', () => {
    const closed = lay([], [{ at: 10, until: 15 }]).map((span) => ({ ...span, closed: true }));
    expect(lay(closed, [{ at: 12, until: 17 }])).toHaveLength(2);
  });

  it('are the same however the events are split, as long as none is late', () => {
    const gap = fc.integer({ min: 1, max: 12 });
    fc.assert(
      fc.property(fc.array(fc.tuple(gap, gap), { maxLength: 12 }), fc.nat(12), (steps, cut) => {
        let at = 0;
        let until = 0;
        const found = steps.map(([step, lasts]) => {
          at += step;
          until = Math.max(until, at + lasts);
          return { at, until };
        });
        const whole = lay([], found);
        expect(lay(lay([], found.slice(0, cut)), found.slice(cut))).toEqual(whole);
      }),
      { numRuns: 200 },
    );
  });
});
