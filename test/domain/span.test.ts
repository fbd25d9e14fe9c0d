import { describe, expect, it } from 'vitest';
import { endOfIncident, isOver, measure, type Span } from '../../src/domain/span.ts';

const RULE = { threshold: 0.1, holdMs: 10 };

function play(...values: readonly (readonly [number, number])[]): readonly Span[] {
  let spans: readonly Span[] = [];
  for (const [at, value] of values) {
    spans = [...spans.slice(0, -1), ...measure(spans.at(-1) ?? null, { ref: `m${at}`, at, value }, RULE)];
  }
  return spans;
}

describe('a value above its threshold', () => {
  it('begins a span, strictly above only', () => {
    expect(play([1, 0.1])).toEqual([]);
    expect(play([1, 0.1], [2, 0.11])).toMatchObject([{ since: 2, settlesAt: null }]);
  });

  it('ends at the first value not above after which none was for hold', () => {
    const [span] = play([1, 0.5], [3, 0.05], [6, 0.04]);
    expect(span).toMatchObject({ since: 1, last: 3, lastRef: 'm3', settlesAt: 13 });
    expect([isOver(span as Span, 12), isOver(span as Span, 13)]).toEqual([false, true]);
  });

  it('goes on when a value is above again within hold', () => {
    expect(play([1, 0.5], [3, 0.05], [6, 0.4], [8, 0.01])).toMatchObject([{ since: 1, last: 8, settlesAt: 18 }]);
  });

  it('begins another after hold, before anybody noticed that the first is over', () => {
    expect(play([1, 0.5], [3, 0.05], [14, 0.4])).toMatchObject([
      { since: 1, last: 3, settlesAt: 13 },
      { since: 14, settlesAt: null },
    ]);
  });

  it('that stays above is never over', () => {
    expect(isOver(play([1, 0.5])[0] as Span, Number.MAX_SAFE_INTEGER)).toBe(false);
  });
});

describe('an incident that several rules hold', () => {
  const span = (since: number, last: number, settlesAt: number | null, closed = true): Span => ({
    id: since,
    since,
    sinceRef: `e${since}`,
    last,
    lastRef: `e${last}`,
    settlesAt,
    closed,
  });

  it('ends with the last of them', () => {
    const all = [span(0, 10, 20), span(5, 30, 40), span(35, 36, 60)];
    for (const one of all) expect(endOfIncident(one, all)).toEqual(all[2]);
  });

  it('has not ended while one of them has not settled', () => {
    const all = [span(0, 10, 20), span(15, 16, null, false)];
    expect(endOfIncident(all[0] as Span, all)).toBeNull();
  });

  it('is none of what lies apart', () => {
    const all = [span(0, 10, 20), span(30, 31, null, false)];
    expect(endOfIncident(all[0] as Span, all)).toEqual(all[0]);
  });
});
