import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Attempt, attribute, type Degradation } from '../../src/domain/attribution.ts';

const T = 1_750_000_000_000;

/** Of two that end in one second the one with the higher sequence is the later. */
function attempt(id: string, endS: number, more: Partial<Attempt> & { readonly startS?: number } = {}): Attempt {
  const { startS, ...rest } = more;
  return {
    id,
    outcome: 'success',
    at: T + endS * 1000,
    sequence: endS,
    order: 0,
    identity: id,
    ...(startS === undefined ? {} : { startedAt: T + startS * 1000 }),
    ...rest,
  };
}

function degraded(second: number, withinS: number | null = 60): Degradation {
  return { id: `D@${second}`, at: T + second * 1000, blameWithinMs: withinS === null ? null : withinS * 1000 };
}

function blamed(attempts: readonly Attempt[], ...degradations: Degradation[]): (string | undefined)[] {
  const result = attribute(attempts, degradations);
  return degradations.map(({ id }) => result.blamed.get(id));
}

function causes(attempts: readonly Attempt[], ...degradations: Degradation[]): Record<string, string> {
  const { failures } = attribute(attempts, degradations);
  return Object.fromEntries([...failures].map(([id, { cause }]) => [id, cause]));
}

describe('a span of Degraded', () => {
  test('goes to the latest deployment before it, at most so long after its end', () => {
    const releases = [attempt('a', 100), attempt('b', 200)];
    expect(blamed(releases, degraded(150), degraded(200), degraded(260))).toEqual(['a', 'b', 'b']);
    expect(blamed(releases, degraded(99), degraded(261), degraded(199, 60))).toEqual([undefined, undefined, undefined]);
  });

  test('goes to one that had started and not ended, not to the one that had ended', () => {
    const releases = [attempt('a', 100), attempt('b', 400, { startS: 150 })];
    expect(blamed(releases, degraded(149), degraded(150), degraded(300))).toEqual(['a', 'b', 'b']);
  });

  test('goes to nobody further back when the latest ended too long ago', () => {
    expect(blamed([attempt('a', 150), attempt('b', 100)], degraded(215))).toEqual([undefined]);
  });

  test('goes to nobody without a time to blame within', () => {
    expect(blamed([attempt('a', 100)], degraded(100, null))).toEqual([undefined]);
  });

  test('two spans go to two releases, each with its sentence', () => {
    const { failures } = attribute(
      [attempt('a', 100), attempt('b', 200, { startS: 170 })],
      [degraded(110), degraded(180)],
    );
    expect(failures.get('a')).toMatchObject({
      cause: 'degraded',
      why: 'Degraded since 2025-06-15T15:08:30.000Z, 10 s after it ended: at most 60 s make it to blame',
    });
    expect(failures.get('b')?.why).toBe(
      'Degraded since 2025-06-15T15:09:40.000Z, after it started and before it ended',
    );
  });
});

describe('a rollback', () => {
  test('blames its predecessor alone, however long ago, also one that had failed', () => {
    const back = attempt('back', 90_000_000, { rollback: true, sequence: 7 });
    expect(causes([back, attempt('a', 1), attempt('b', 2)])).toEqual({ b: 'rollback' });
    expect(causes([back, attempt('a', 1), attempt('b', 2, { outcome: 'failure' })])).toEqual({ b: 'deployment' });
    expect(attribute([back, attempt('a', 1)], []).failures.get('a')?.why).toBe(
      'number 7 rolled it back at 2028-04-22T07:06:40.000Z',
    );
  });

  test('without a predecessor blames nobody', () => {
    expect(causes([attempt('back', 1, { rollback: true })])).toEqual({});
  });

  test('of one second is after what has the lower number', () => {
    const back = attempt('back', 100, { rollback: true, sequence: 3 });
    expect(causes([back, attempt('a', 100, { sequence: 2 }), attempt('b', 100, { sequence: 4 })])).toEqual({
      a: 'rollback',
    });
  });
});

describe('the cause', () => {
  test('is that of the earliest event', () => {
    const failing = attempt('a', 100, { startS: 50, outcome: 'failure' });
    const back = attempt('back', 120, { rollback: true });
    expect(causes([failing, back], degraded(70))).toEqual({ a: 'degraded' });
    expect(causes([failing, back], degraded(100))).toEqual({ a: 'deployment' });
    expect(causes([attempt('a', 100), back], degraded(110))).toEqual({ a: 'degraded' });
    expect(causes([attempt('a', 100), back], degraded(120))).toEqual({ a: 'rollback', back: 'degraded' });
  });

  test('of what failed is that it failed', () => {
    expect(attribute([attempt('a', 1, { outcome: 'failure' }), attempt('b', 2)], []).failures).toEqual(
      new Map([['a', expect.objectContaining({ cause: 'deployment', why: 'it failed' })]]),
    );
  });
});

test('the order in which they are given is of no matter', () => {
  const attempts = fc.array(
    fc.record({ end: fc.nat(30), length: fc.nat(20), fails: fc.boolean(), rollback: fc.boolean() }),
    { maxLength: 8 },
  );
  fc.assert(
    fc.property(
      attempts,
      fc.array(fc.record({ second: fc.nat(40), within: fc.nat(12) }), { maxLength: 6 }),
      fc.infiniteStream(fc.nat()),
      (rows, seen, dice) => {
        const given = rows.map(({ end, length, fails, rollback }, index) =>
          attempt(`${index}`, end, { startS: end - length, outcome: fails ? 'failure' : 'success', rollback }),
        );
        const spans = seen.map(({ second, within }, index) => ({ ...degraded(second, within), id: `D${index}` }));
        const shuffled = <T>(items: readonly T[]) =>
          items
            .map((item) => ({ item, place: dice.next().value ?? 0 }))
            .sort((a, b) => a.place - b.place)
            .map(({ item }) => item);
        expect(attribute(shuffled(given), shuffled(spans))).toEqual(attribute(given, spans));
      },
    ),
  );
});
