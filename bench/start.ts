import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { openBenchLedger, story } from './ledger-story.ts';
import type { Row } from './row.ts';
import { measured } from './stall.ts';

const TARGETS = 10_000;
const RECORDED = 100_000;
const BATCH = 20_000;
/** Starting with a full ledger: opening it and reading what `/metrics` shows, against reading the same rows bare. */
export async function benchStart(): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'dora-bench-'));
  try {
    const file = join(folder, 'ledger.db');
    const filling = await openBenchLedger(file);
    for (const batch of story(RECORDED, TARGETS, BATCH)) await filling.record(batch);
    await filling.close();
    fill(file);

    const bareMs = readBare(file);
    const { result, tookMs, stallMs } = await measured(async () => {
      const ledger = await openBenchLedger(file);
      return { ledger, snapshot: await ledger.snapshot() };
    });
    const shown = result.snapshot.targets.length;
    await result.ledger.close();
    return [
      {
        name: 'start: open and read 10,000 targets, 1,000,000 deployments in the ledger',
        figure: tookMs,
        unit: 'ms',
        target: 'ready in 3 s',
        ratio: tookMs / bareMs,
        ok: tookMs <= 3000 && shown === TARGETS,
      },
      {
        name: 'start, longest stall',
        figure: stallMs,
        unit: 'ms',
        target: 'at most 50 ms (1,000,000 series)',
        ratio: null,
        ok: stallMs <= 50,
      },
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Recording a million would take longer than all the rest: each row is copied, further back in time. */
function fill(file: string): void {
  using database = new DatabaseSync(file);
  const columns = database
    .prepare('select * from deployments limit 0')
    .columns()
    .map(({ name }) => name);
  const others = columns.filter((name) => !['id', 'upstream_id', 'at'].includes(name)).join();
  database.exec(`insert into deployments (upstream_id, at, ${others})
    select upstream_id || ' copy ' || copy.value, at - 1000000000 * copy.value, ${others}
    from deployments, json_each('[1, 2, 3, 4, 5, 6, 7, 8, 9]') as copy`);
}

function readBare(file: string): number {
  const start = performance.now();
  using database = new DatabaseSync(file, { readOnly: true });
  database.prepare('select * from targets').all();
  database.prepare('select * from incidents where outcome is null').all();
  return performance.now() - start;
}
