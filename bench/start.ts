import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { openBenchLedger, story } from './ledger-story.ts';
import type { Row } from './row.ts';
import { measured } from './stall.ts';

const DEPLOYMENTS = 1_000_000;
const TARGETS = 10_000;
const BATCH = 50_000;

/** Starting with a full ledger: opening it and reading what `/metrics` shows, against reading the same rows bare. */
export async function benchStart(): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'dora-bench-'));
  try {
    const file = join(folder, 'ledger.db');
    const filling = await openBenchLedger(file);
    for (const batch of story(DEPLOYMENTS, TARGETS, BATCH)) await filling.record(batch);
    await filling.close();

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

function readBare(file: string): number {
  const start = performance.now();
  using database = new DatabaseSync(file, { readOnly: true });
  database.prepare('select * from targets').all();
  database.prepare('select * from incidents where outcome is null').all();
  return performance.now() - start;
}
