import { spanOf, type Window, windowKeys } from '../src/domain/windows.ts';
import { NO_WINDOW_CHANGES } from '../src/ledger/window-log.ts';
import { WindowBook } from '../src/metrics/window-book.ts';
import type { Row } from './row.ts';

const NOW = 1_750_000_000_000;
const DAY_MS = 86_400_000;
const TARGETS = 10_000;
const DEPLOYMENTS_EACH = 10;
/** A history so many times as long must not make a tick dearer. */
const LONGER = 10;
const AGEING = 100;
const ROUNDS = 9;
const WINDOWS: readonly Window[] = [7, 30, 90].map((days) => ({ name: `${days}d`, ms: days * DAY_MS }));

/** The tick of windows over 10,000 targets and 100,000 deployments, against taking all windows of all targets anew. */
export async function benchWindows(): Promise<Row[]> {
  const all = median((book) => recompute(book, ids()));
  const quiet = median((book, round) => recompute(book, book.advance(NOW + round)));
  // A week after `NOW` one target's row leaves that window every second.
  const ageing = median((book, round) => {
    const changed = book.advance(NOW + 7 * DAY_MS + (round + 1) * AGEING * 1000 - 1);
    if (changed.size < AGEING) throw new Error(`${changed.size} targets changed`);
    recompute(book, changed);
  });
  const longer = median((book, round) => recompute(book, book.advance(NOW + round)), DEPLOYMENTS_EACH * LONGER);
  const row = (name: string, figure: number, target: string, most: number): Row => ({
    name: `windows of 10,000 targets, ${name}`,
    figure,
    unit: 'ms',
    target,
    ratio: figure / all,
    ok: figure / all <= most,
  });
  return [
    { name: 'windows of 10,000 targets, all taken anew', figure: all, unit: 'ms', target: '-', ratio: null, ok: true },
    row('a tick with nothing ageing', quiet, 'at most 1/20 of that', 1 / 20),
    row(`a tick with ${AGEING} targets ageing`, ageing, 'at most 1/10 of that', 1 / 10),
    {
      name: `windows of 10,000 targets, a tick with nothing ageing over ${LONGER} times the history`,
      figure: longer,
      unit: 'ms',
      target: 'at most 2 times that of the shorter',
      ratio: longer / quiet,
      ok: longer / quiet <= 2,
    },
  ];
}

function ids(): Iterable<number> {
  return Array.from({ length: TARGETS }, (_, target) => target);
}

/** Each target has one deployment at its own second from `NOW` on, and the others evenly over the 72 days before. */
function filled(each: number): WindowBook {
  const book = new WindowBook(WINDOWS, NOW);
  for (let target = 0; target < TARGETS; target += 1) {
    const added = Array.from({ length: each }, (_, place) => ({
      target,
      at: place === 0 ? NOW + target * 1000 : NOW - ((80 * DAY_MS) / each) * place + target * 1000,
      failuresSeen: true,
      changeFailure: place % 10 === 1 ? ('deployment' as const) : null,
      isRework: place % 10 === 2,
    }));
    const openedAt = NOW - 2 * DAY_MS;
    const recovery = { target, incident: target, deployment: 'p', openedAt, closedAt: openedAt + 60_000 };
    book.take({ ...NO_WINDOW_CHANGES, added, recoveries: [{ incident: target, recovery }] }, NOW);
  }
  book.advance(NOW);
  return book;
}

function recompute(book: WindowBook, targets: Iterable<number>): number {
  let sum = 0;
  for (const target of targets) {
    const rows = book.rowsOf(target);
    for (const window of WINDOWS) sum += windowKeys(rows, spanOf(window, book.now), 5).deployments;
  }
  return sum;
}

/** In milliseconds, over one book that time passes for. */
function median(run: (book: WindowBook, round: number) => void, each = DEPLOYMENTS_EACH): number {
  const book = filled(each);
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const start = performance.now();
    run(book, round);
    times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? 0;
}
