import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fold } from '../../src/domain/fold.ts';
import { compareMoments, type Moment } from '../../src/domain/moment.ts';
import { type Effect, HEALTHY, type Signal } from '../../src/domain/mttr.ts';

/** An incident as both the machine and the reference tell of it. */
interface Told {
  readonly openedBy: string;
  failures: number;
  outcome: string | null;
  closedAt: number | null;
  recoveryMs: number | null;
}

const DAY = 1_750_000_000_000;

describe('examples', () => {
  test('B6: F@100 F@200 S@400 S@900 is one incident that took 300 s', () => {
    const signals = [failure(100), failure(200), success(400), success(900)];
    expect(incidents(signals)).toEqual([
      { openedBy: 'f100', failures: 2, outcome: 'recovered', closedAt: DAY + 400_000, recoveryMs: 300_000 },
    ]);
  });

  test('B9: S@90 that arrives after F@100 leaves it open', () => {
    expect(incidents([failure(100), success(90)])).toEqual([
      { openedBy: 'f100', failures: 1, outcome: null, closedAt: null, recoveryMs: null },
    ]);
  });

  test('a late failure moves the beginning back unless a recovery lies between', () => {
    expect(incidents([failure(100), success(400), failure(50)])).toMatchObject([
      { openedBy: 'f50', recoveryMs: 350_000 },
    ]);
    expect(incidents([failure(100), success(400), failure(50), success(60)])).toMatchObject([
      { openedBy: 'f50', recoveryMs: 10_000 },
      { openedBy: 'f100', recoveryMs: 300_000 },
    ]);
  });
});

describe('properties', () => {
  const moment = fc.record({ at: fc.nat(60), sequence: fc.nat(2), order: fc.nat(2) });
  const histories = fc.array(fc.tuple(moment, kinds(), fc.constantFrom('', 'a', 'b'), fc.boolean()), { maxLength: 25 });
  const expiries = fc.integer({ min: 3, max: 70 });

  test('any permutation and any duplication of the same events gives the same incidents', () => {
    const withOrders = histories.chain((rows) => {
      const signals = rows.map(toSignal);
      const indices = signals.map((_, index) => index);
      const shuffled = fc.shuffledSubarray([...indices, ...indices, ...indices], { minLength: indices.length * 2 });
      return fc.record({ signals: fc.constant(signals), order: shuffled });
    });
    fc.assert(
      fc.property(withOrders, expiries, ({ signals, order }, expiryMs) => {
        const missing = signals.filter((_, index) => !order.includes(index));
        const again = [...order.map((index) => signals[index] as Signal), ...missing];
        expect(fold(HEALTHY, again, { expiryMs })).toEqual(fold(HEALTHY, signals, { expiryMs }));
      }),
    );
  });

  test('every close has one open, no recovery time is negative, and only what was closed has one', () => {
    fc.assert(
      fc.property(histories, expiries, (rows, expiryMs) => {
        const { state, effects } = fold(HEALTHY, rows.map(toSignal), { expiryMs });
        let open = 0;
        for (const effect of effects) {
          if (effect.kind === 'opened' || effect.kind === 'reopened') open += 1;
          if (effect.kind === 'closed') open -= 1;
          expect([0, 1]).toContain(open);
          if (effect.kind !== 'closed') continue;
          const timed =
            effect.incident.beginningKnown && ['recovered', 'resolved', 'withdrawn'].includes(effect.outcome);
          expect(effect.recoveryMs !== null).toBe(timed);
          expect(effect.recoveryMs ?? 0).toBeGreaterThanOrEqual(0);
        }
        expect(open).toBe(state.kind === 'failing' ? 1 : 0);
      }),
    );
  });

  test('folding on from any place is folding the whole', () => {
    fc.assert(
      fc.property(histories, expiries, fc.nat(25), (rows, expiryMs, cut) => {
        const signals = distinct(rows.map(toSignal)).toSorted((a, b) => compareMoments(a.moment, b.moment));
        const first = fold(HEALTHY, signals.slice(0, cut), { expiryMs });
        const second = fold(first.state, signals.slice(cut), { expiryMs });
        const whole = fold(HEALTHY, signals, { expiryMs });
        expect([...first.effects, ...second.effects]).toEqual(whole.effects);
        expect(second.state).toEqual(whole.state);
      }),
    );
  });

  test('the machine equals a reference that scans for what ends each failure', () => {
    fc.assert(
      fc.property(histories, expiries, (rows, expiryMs) => {
        const signals = distinct(rows.map(toSignal));
        expect(told(fold(HEALTHY, signals, { expiryMs }).effects)).toEqual(reference(signals, expiryMs));
      }),
      { numRuns: 1000 },
    );
  });
});

/** Written without states: from each opening failure it looks ahead for the first thing that ends it. */
function reference(signals: readonly Signal[], expiryMs: number): Told[] {
  const sorted = signals.toSorted((a, b) => compareMoments(a.moment, b.moment));
  const found: Told[] = [];
  let from = 0;
  for (;;) {
    const start = sorted.findIndex((signal, index) => index >= from && signal.kind === 'failure');
    const opener = sorted[start];
    if (opener?.kind !== 'failure') return found;
    const deadline = opener.moment.at + expiryMs;
    const end = endOf(sorted, start, deadline);
    const ender = sorted[end];
    const failures = sorted.slice(start, end).filter(({ kind, moment }) => kind === 'failure' && moment.at <= deadline);
    const common = { openedBy: opener.ref, failures: failures.length, recoveryMs: null };
    if (ender === undefined) return [...found, { ...common, outcome: null, closedAt: null }];
    if (ender.moment.at > deadline) found.push({ ...common, outcome: 'expired', closedAt: deadline });
    else if (ender.kind === 'removed') found.push({ ...common, outcome: 'abandoned', closedAt: ender.moment.at });
    else {
      const outcome = ender.kind === 'recovery' ? 'recovered' : ender.kind;
      const recoveryMs = opener.beginningKnown ? ender.moment.at - opener.moment.at : null;
      found.push({ ...common, outcome, closedAt: ender.moment.at, recoveryMs });
    }
    from = ender.moment.at > deadline ? end : end + 1;
  }
}

/** The place of what ends the incident that begins at `start`; the length of the list when nothing does. */
function endOf(sorted: readonly Signal[], start: number, deadline: number): number {
  for (let place = start + 1; place < sorted.length; place += 1) {
    const { kind, moment } = sorted[place] as Signal;
    if (moment.at > deadline || ['recovery', 'resolved', 'withdrawn'].includes(kind)) return place;
    if (kind !== 'removed') continue;
    const back = sorted.findIndex(
      (next, index) => index > place && ['failure', 'recovery', 'resolved', 'listed'].includes(next.kind),
    );
    const next = sorted[back];
    if (next?.kind !== 'listed' || next.moment.at > deadline) return place;
    place = back;
  }
  return sorted.length;
}

function told(effects: readonly Effect[]): Told[] {
  const found: Told[] = [];
  for (const effect of effects) {
    if (effect.kind === 'opened') {
      found.push({ openedBy: effect.incident.openedBy, failures: 1, outcome: null, closedAt: null, recoveryMs: null });
    }
    const last = found.at(-1);
    if (last === undefined) throw new Error('an effect before anything was opened');
    last.failures = effect.incident.failures;
    last.outcome = effect.kind === 'closed' ? effect.outcome : null;
    last.closedAt = effect.kind === 'closed' ? effect.moment.at : null;
    last.recoveryMs = effect.kind === 'closed' ? effect.recoveryMs : null;
  }
  return found;
}

function incidents(signals: readonly Signal[]): Told[] {
  return told(fold(HEALTHY, signals, { expiryMs: 30 * 86_400_000 }).effects.filter(({ kind }) => kind !== 'refused'));
}

function kinds(): fc.Arbitrary<Signal['kind']> {
  return fc.oneof(
    { weight: 5, arbitrary: fc.constant('failure' as const) },
    { weight: 3, arbitrary: fc.constant('recovery' as const) },
    { weight: 4, arbitrary: fc.constantFrom('resolved', 'withdrawn', 'neither', 'removed', 'listed', 'tick') },
  );
}

function toSignal(
  [moment, kind, identity, beginningKnown]: [Moment, Signal['kind'], string, boolean],
  index: number,
): Signal {
  const ref = `e${index}`;
  switch (kind) {
    case 'failure':
      return { kind, moment, ref, identity, beginningKnown };
    case 'recovery':
      return { kind, moment, ref };
    case 'resolved':
    case 'withdrawn':
      return { kind, moment, ref };
    default:
      return { kind, moment };
  }
}

/** At most one signal for each moment, as upstream rows have. */
function distinct(signals: readonly Signal[]): Signal[] {
  return [...new Map(signals.map((signal) => [JSON.stringify(signal.moment), signal])).values()];
}

function failure(second: number): Signal {
  return { kind: 'failure', moment: at(second), ref: `f${second}`, identity: `f${second}`, beginningKnown: true };
}

function success(second: number): Signal {
  return { kind: 'recovery', moment: at(second), ref: `s${second}` };
}

function at(second: number): Moment {
  return { at: DAY + second * 1000, sequence: second, order: second };
}
