import { describe, expect, test } from 'vitest';
import { momentOfSight } from '../../src/domain/moment.ts';
import { type Effect, HEALTHY, type Incident, type Signal, type State, step } from '../../src/domain/mttr.ts';

const RULES = { expiryMs: 10_000 };

const opened = { at: 100, sequence: 1, order: 1 };
const incident: Incident = { opened, openedBy: 'f1', beginningKnown: true, failures: 1, failedIdentity: 'broken' };
const failing: State = { kind: 'failing', incident };
const abandoned: State = { kind: 'abandoned', incident };

function failure(at: number, ref: string, identity = 'broken'): Signal {
  return { kind: 'failure', moment: { at, sequence: 1, order: 1 }, ref, identity, beginningKnown: true };
}

function recovery(at: number, sequence = 2): Signal {
  return { kind: 'recovery', moment: { at, sequence, order: 1 }, ref: 's1' };
}

function signal(kind: 'neither' | 'removed' | 'listed' | 'tick', at: number): Signal {
  return { kind, moment: momentOfSight(at) };
}

function closing(of: Incident, outcome: string, at: number, recoveryMs: number | null): Partial<Effect> {
  return {
    kind: 'closed',
    incident: of,
    outcome,
    moment: expect.objectContaining({ at }),
    recoveryMs,
  } as Partial<Effect>;
}

describe('healthy', () => {
  test('a failure opens an incident since its time, of one failure', () => {
    expect(step(HEALTHY, failure(100, 'f1'), RULES)).toEqual({
      state: failing,
      effects: [{ kind: 'opened', incident }],
    });
  });

  test('B7: a recovery changes nothing and has nothing to tell', () => {
    expect(step(HEALTHY, recovery(100), RULES)).toEqual({ state: HEALTHY, effects: [] });
  });

  test.each<Signal>([
    signal('neither', 1),
    signal('removed', 1),
    signal('listed', 1),
    signal('tick', 1),
    { kind: 'resolved', moment: momentOfSight(1), ref: null },
    { kind: 'withdrawn', moment: momentOfSight(1), ref: null },
  ])('$kind changes nothing', (given) => {
    expect(step(HEALTHY, given, RULES)).toEqual({ state: HEALTHY, effects: [] });
  });
});

describe('failing', () => {
  test('B4: a second failure in a row extends the run and does not move its beginning', () => {
    const longer = { ...incident, failures: 2, failedIdentity: 'worse' };
    expect(step(failing, failure(200, 'f2', 'worse'), RULES)).toEqual({
      state: { kind: 'failing', incident: longer },
      effects: [{ kind: 'extended', incident: longer }],
    });
  });

  test('an earlier failure moves the beginning back and leaves what failed last', () => {
    const { state } = step(failing, failure(50, 'f0', 'first'), RULES);
    expect(state).toMatchObject({
      incident: { opened: { at: 50 }, openedBy: 'f0', failures: 2, failedIdentity: 'broken' },
    });
  });

  test('B6: a later recovery closes it, with the time from the failure that opened it', () => {
    const { state } = step(failing, failure(200, 'f2'), RULES);
    const { state: after, effects } = step(state, recovery(400), RULES);
    expect(after).toEqual(HEALTHY);
    expect(effects).toEqual([
      expect.objectContaining({ ...closing(incident, 'recovered', 400, 300), incident: expect.anything(), ref: 's1' }),
    ]);
  });

  test('a recovery in the same second is later by its sequence and took 0 s', () => {
    expect(step(failing, recovery(100), RULES).effects).toEqual([
      expect.objectContaining(closing(incident, 'recovered', 100, 0)),
    ]);
  });

  test.each([90, 100])('B9: a recovery at %i, not later than the failure, changes nothing', (at) => {
    expect(step(failing, recovery(at, 1), RULES)).toEqual({
      state: failing,
      effects: [{ kind: 'refused', incident }],
    });
  });

  test('a person or a withdrawal closes it with a recovery time', () => {
    for (const kind of ['resolved', 'withdrawn'] as const) {
      const { state, effects } = step(failing, { kind, moment: momentOfSight(700), ref: 'who' }, RULES);
      expect(state).toEqual(HEALTHY);
      expect(effects).toEqual([expect.objectContaining({ ...closing(incident, kind, 700, 600), ref: 'who' })]);
    }
  });

  test('B9: a person whose clock is behind closes it in no time, never in less', () => {
    const { effects } = step(failing, { kind: 'resolved', moment: momentOfSight(40), ref: null }, RULES);
    expect(effects).toEqual([expect.objectContaining(closing(incident, 'resolved', 40, 0))]);
  });

  test('B5, B10: neither (killed, declined, skipped) leaves it open', () => {
    expect(step(failing, signal('neither', 200), RULES)).toEqual({ state: failing, effects: [] });
  });

  test('B10: a target that is gone closes it as abandoned, without a recovery time', () => {
    expect(step(failing, signal('removed', 500), RULES)).toEqual({
      state: abandoned,
      effects: [expect.objectContaining(closing(incident, 'abandoned', 500, null))],
    });
  });

  test('being listed is no news', () => {
    expect(step(failing, signal('listed', 500), RULES)).toEqual({ state: failing, effects: [] });
  });

  test('B10: it expires when its time has passed, not before, and has no recovery time', () => {
    expect(step(failing, signal('tick', 10_100), RULES)).toEqual({ state: failing, effects: [] });
    expect(step(failing, signal('tick', 10_101), RULES)).toEqual({
      state: HEALTHY,
      effects: [expect.objectContaining(closing(incident, 'expired', 10_100, null))],
    });
  });

  test('B10: a recovery after the expiry closes nothing; one at the very end of it does', () => {
    expect(step(failing, recovery(10_101), RULES).effects).toEqual([
      expect.objectContaining(closing(incident, 'expired', 10_100, null)),
    ]);
    expect(step(failing, recovery(10_100), RULES).effects).toEqual([
      expect.objectContaining(closing(incident, 'recovered', 10_100, 10_000)),
    ]);
  });

  test('a failure after the expiry opens another', () => {
    const { state, effects } = step(failing, failure(10_101, 'f9'), RULES);
    expect(effects.map(({ kind }) => kind)).toEqual(['closed', 'opened']);
    expect(state).toMatchObject({ kind: 'failing', incident: { openedBy: 'f9', failures: 1 } });
  });

  test('an unknown beginning gives no recovery time', () => {
    const unknown = { ...incident, beginningKnown: false };
    expect(step({ kind: 'failing', incident: unknown }, recovery(400), RULES).effects).toEqual([
      expect.objectContaining(closing(unknown, 'recovered', 400, null)),
    ]);
  });
});

describe('abandoned', () => {
  test('listed again with no event between: failing since then, as before', () => {
    expect(step(abandoned, signal('listed', 900), RULES)).toEqual({
      state: failing,
      effects: [{ kind: 'reopened', incident }],
    });
  });

  test('a recovery between leaves it abandoned: closing twice is closing once', () => {
    const { state, effects } = step(abandoned, recovery(700), RULES);
    expect({ state, effects }).toEqual({ state: HEALTHY, effects: [] });
    expect(step(state, signal('listed', 900), RULES)).toEqual({ state: HEALTHY, effects: [] });
  });

  test('a failure between opens another', () => {
    const { state } = step(abandoned, failure(700, 'f7'), RULES);
    expect(state).toMatchObject({ kind: 'failing', incident: { openedBy: 'f7', failures: 1 } });
  });

  test('removed once more, or neither: nothing', () => {
    for (const kind of ['removed', 'neither', 'tick'] as const) {
      expect(step(abandoned, signal(kind, 900), RULES)).toEqual({ state: abandoned, effects: [] });
    }
  });

  test('listed again after its expiry it does not go on', () => {
    expect(step(abandoned, signal('listed', 10_101), RULES)).toEqual({ state: HEALTHY, effects: [] });
  });
});

test('a signal of no known kind is a bug, not an event', () => {
  expect(() => step(HEALTHY, { kind: 'weird' } as unknown as Signal, RULES)).toThrow();
});
