import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Window } from '../src/domain/windows.ts';
import { WindowBook } from '../src/metrics/window-book.ts';
import { openBenchLedger, story } from './ledger-story.ts';
import type { Row } from './row.ts';
import { measured } from './stall.ts';
import { startWholeProgram } from './whole-program.ts';

const TARGETS = 10_000;
const RECORDED = 100_000;
const COPIES = 9;
const BATCH = 20_000;
const ROUNDS = 3;
const DAY_MS = 86_400_000;
const WINDOWS: readonly Window[] = [7, 30, 90].map((days) => ({ name: `${days}d`, ms: days * DAY_MS }));

/**
 * Starting with a full ledger, all of whose deployments are in the windows: opening it and reading what `/metrics` shows,
 * against reading the same rows bare; and the whole program until it serves. Of some rounds the best counts.
 */
export async function benchStart(): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'dora-bench-'));
  try {
    const file = join(folder, 'dora.db');
    const filling = await openBenchLedger(file);
    for (const batch of story(RECORDED, TARGETS, BATCH, Date.now() - RECORDED * 1000)) await filling.record(batch);
    await filling.close();
    fill(file);

    const rounds: { bareMs: number; tookMs: number; stallMs: number; wholeMs: number }[] = [];
    while (rounds.length < ROUNDS) {
      const bareMs = readBare(file);
      const { tookMs, stallMs } = await measured(() => readAll(file));
      using program = await startWholeProgram(folder);
      rounds.push({ bareMs, tookMs, stallMs, wholeMs: program.startMs });
    }
    const best = (of: keyof (typeof rounds)[number]) => Math.min(...rounds.map((round) => round[of]));
    const unit = 'ms';
    return [
      {
        name: 'start: open and read 10,000 targets, 1,000,000 deployments in the windows',
        figure: best('tookMs'),
        unit,
        target: '-',
        ratio: best('tookMs') / best('bareMs'),
        ok: true,
      },
      {
        name: 'start: the whole program over that ledger, until it serves',
        figure: best('wholeMs'),
        unit,
        target: 'ready in 3 s',
        ratio: null,
        ok: best('wholeMs') <= 3000,
      },
      {
        name: 'start, longest stall',
        figure: best('stallMs'),
        unit,
        target: 'at most 50 ms (1,000,000 series)',
        ratio: null,
        ok: best('stallMs') <= 50,
      },
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function readAll(file: string): Promise<void> {
  const ledger = await openBenchLedger(file);
  const { targets } = await ledger.snapshot();
  const now = Date.now();
  const book = new WindowBook(WINDOWS, now);
  let added = 0;
  for await (const rows of ledger.windowRows(now - 90 * DAY_MS)) {
    book.fill(rows.added);
    book.take({ ...rows, added: [] }, now);
    added += rows.added.length;
  }
  book.advance(now);
  await ledger.close();
  const expected = RECORDED * (1 + COPIES);
  if (targets.length !== TARGETS || added !== expected) throw new Error(`${targets.length} targets, ${added} rows`);
}

/** Recording a million would take longer than all the rest: each row is copied, nine days further back for each copy. */
function fill(file: string): void {
  using database = new DatabaseSync(file);
  const columns = database
    .prepare('select * from deployments limit 0')
    .columns()
    .map(({ name }) => name);
  const others = columns.filter((name) => !['id', 'upstream_id', 'at'].includes(name)).join();
  const copies = JSON.stringify(Array.from({ length: COPIES }, (_, index) => index + 1));
  database.exec(`insert into deployments (upstream_id, at, ${others})
    select upstream_id || ' copy ' || copy.value, at - ${9 * DAY_MS} * copy.value, ${others}
    from deployments, json_each('${copies}') as copy`);
}

function readBare(file: string): number {
  const start = performance.now();
  using database = new DatabaseSync(file, { readOnly: true });
  database.prepare('select * from targets').all();
  database.prepare('select * from incidents where outcome is null').all();
  const rows = database.prepare('select at, target_id, failures_seen, change_failure, rework from deployments');
  for (const _ of rows.iterate()) void _;
  return performance.now() - start;
}
