import fc from 'fast-check';
import { expect, it } from 'vitest';
import { spanOf, type WindowKeys, windowKeys } from '../../src/domain/windows.ts';
import { NO_WINDOW_CHANGES, type WindowChanges } from '../../src/ledger/window-log.ts';
import { WindowBook } from '../../src/metrics/window-book.ts';
import { type PlainDeployment, rounded, slowWindow } from '../domain/slow-windows.ts';

const WINDOWS = [
  { name: 'short', ms: 20 },
  { name: 'middle', ms: 50 },
  { name: 'long', ms: 100 },
];
const T0 = 1_750_000_000_000;
const MIN_SAMPLES = 3;

const time = fc.nat(200).map((after) => T0 + after);
const target = fc.constantFrom(1, 2, 3);
const deployment = fc.record({
  target,
  at: time,
  failuresSeen: fc.boolean(),
  changeFailure: fc.constantFrom(null, null, 'deployment', 'degraded', 'errors', 'rollback', 'verdict'),
  isRework: fc.boolean(),
} as const);
const recovery = fc
  .record({ target, deployment: fc.constantFrom('a', 'b'), openedAt: time, tookMs: fc.nat(40) })
  .map(({ tookMs, ...rest }) => ({ ...rest, closedAt: rest.openedAt + tookMs }));

const step = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('change' as const),
      row: fc.record({ target, at: time, leadMs: fc.nat(900) }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('deploy' as const), row: deployment }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('judge' as const), pick: fc.nat(), row: deployment }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('sweep' as const), pick: fc.nat() }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('incident' as const), incident: fc.nat(4), row: fc.option(recovery) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('await' as const), target, until: fc.option(time) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('move' as const), from: target, to: target }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.nat(60) }) },
);

/** What is shown of each target: rendered anew only where the book says so. */
class Screen {
  now = T0;
  readonly book = new WindowBook(WINDOWS, T0);
  readonly shown = new Map([1, 2, 3].map((id) => [id, this.#keys(id)]));
  deployments: (PlainDeployment & { readonly target: number })[] = [];
  leads: { readonly target: number; readonly at: number; readonly leadMs: number }[] = [];
  readonly incidents = new Map<number, ReturnType<typeof recoveryOf>>();
  awaited: { readonly target: number; readonly until: number }[] = [];

  take(changes: Partial<WindowChanges>): void {
    this.#render(this.book.take({ ...NO_WINDOW_CHANGES, ...changes }, this.now));
  }

  wait(ms: number): void {
    this.now += ms;
    this.#render(this.book.advance(this.now));
  }

  expected(id: number): unknown {
    const deployments = this.deployments.filter((row) => row.target === id);
    const recoveries = [...this.incidents.values()].filter((row) => row?.target === id);
    const rows = {
      deployments,
      recoveries: recoveries.flatMap((row) => row ?? []),
      leads: this.leads.filter((row) => row.target === id),
      awaited: this.awaited.filter((row) => row.target === id).map(({ until }) => until),
    };
    return WINDOWS.map(({ ms }) => rounded(slowWindow(rows, this.now, ms, MIN_SAMPLES)));
  }

  #render(ids: Iterable<number>): void {
    for (const id of ids) this.shown.set(id, this.#keys(id));
  }

  #keys(id: number): WindowKeys[] {
    return WINDOWS.map((window) =>
      rounded(windowKeys(this.book.rowsOf(id), spanOf(window, this.book.now), MIN_SAMPLES)),
    );
  }
}

function recoveryOf(incident: number, row: Parameters<typeof Object.assign>[1] | null) {
  return row === null
    ? null
    : { ...(row as { target: number; deployment: string; openedAt: number; closedAt: number }), incident };
}

it('windows equal a slow reference while time passes, rows come late, are judged anew, swept and moved', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const screen = new Screen();
      for (const one of steps) {
        switch (one.kind) {
          case 'deploy':
            screen.deployments.push(one.row);
            screen.take({ added: [one.row] });
            break;
          case 'change':
            screen.leads.push(one.row);
            screen.take({ changes: [one.row] });
            break;
          case 'judge': {
            const before = screen.deployments[one.pick % screen.deployments.length];
            if (before === undefined) break;
            const now = { ...one.row, target: before.target, at: before.at };
            screen.deployments[one.pick % screen.deployments.length] = now;
            screen.take({ removed: [before], added: [now] });
            break;
          }
          case 'sweep': {
            const [swept] = screen.deployments.splice(one.pick % Math.max(1, screen.deployments.length), 1);
            if (swept !== undefined) screen.take({ removed: [swept] });
            break;
          }
          case 'incident': {
            const row = recoveryOf(one.incident, one.row);
            screen.incidents.set(one.incident, row);
            screen.take({ recoveries: [{ incident: one.incident, recovery: row }] });
            break;
          }
          case 'await': {
            const { until, target: id } = one;
            screen.awaited = screen.awaited.filter((row) => row.target !== id);
            if (until !== null) screen.awaited.push({ target: id, until });
            screen.take({ awaited: [{ target: id, until }] });
            break;
          }
          case 'move': {
            if (one.from === one.to) break;
            const moved = <R extends { readonly target: number }>(row: R) =>
              row.target === one.from ? { ...row, target: one.to } : row;
            screen.deployments = screen.deployments.map(moved);
            screen.leads = screen.leads.map(moved);
            screen.awaited = screen.awaited.map(moved);
            for (const [id, row] of screen.incidents) screen.incidents.set(id, row === null ? null : moved(row));
            screen.take({ moved: [{ from: one.from, to: one.to }] });
            break;
          }
          case 'wait':
            screen.wait(one.ms);
        }
        // What was committed is shown as of then; all the rest is as of the last tick, which comes now.
        screen.wait(0);
        for (const id of [1, 2, 3]) expect(screen.shown.get(id)).toEqual(screen.expected(id));
      }
    }),
    { numRuns: 1000 },
  );
});

it('a target is told of only when a row of it moves', () => {
  const book = new WindowBook(WINDOWS, T0);
  const row = { failuresSeen: true, changeFailure: null, isRework: false };
  expect([...book.take({ ...NO_WINDOW_CHANGES, added: [{ target: 1, at: T0, ...row }] }, T0)]).toEqual([1]);
  // Whatever a commit told of is told of once more by the tick that follows it.
  expect([...book.advance(T0)]).toEqual([1]);
  const told = [1, 19, 20, 21, 49, 50, 99, 100, 1_000, 100_000].filter((ms) => book.advance(T0 + ms).size > 0);
  expect(told).toEqual([20, 50, 100]);
});

it('a row of the future comes into the window when its time has come', () => {
  const book = new WindowBook(WINDOWS, T0);
  const row = { target: 1, at: T0 + 5, failuresSeen: true, changeFailure: null, isRework: false };
  book.take({ ...NO_WINDOW_CHANGES, added: [row] }, T0);
  const count = () => book.rowsOf(1).count({ after: book.now - 20, until: book.now }).deployments;
  book.advance(T0);
  expect([count(), [...book.advance(T0 + 4)], [...book.advance(T0 + 5)], count()]).toEqual([0, [], [1], 1]);
});

it('a clock that is set back makes rows young again', () => {
  const book = new WindowBook(WINDOWS, T0);
  const row = { target: 1, at: T0, failuresSeen: true, changeFailure: null, isRework: false };
  book.take({ ...NO_WINDOW_CHANGES, added: [row] }, T0);
  const count = () => book.rowsOf(1).count({ after: book.now - 100, until: book.now }).deployments;
  book.advance(T0 + 200);
  expect(count()).toBe(0);
  expect([...book.advance(T0 + 50)]).toEqual([1]);
  expect(count()).toBe(1);
});
