import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openBenchLedger, story } from './ledger-story.ts';
import type { Row } from './row.ts';
import { startWholeProgram } from './whole-program.ts';

const DEPLOYMENTS = 100_000;
const SCRAPES = 5;

/** Resident memory of the whole program over a ledger whose rows are all in the windows, after some scrapes as Prometheus makes them. */
export async function benchMemory(): Promise<Row[]> {
  return [await residentMemory(1000, 160), await residentMemory(10_000, 600)];
}

async function residentMemory(targets: number, limit: number): Promise<Row> {
  const folder = mkdtempSync(join(tmpdir(), 'dora-bench-'));
  try {
    const ledger = await openBenchLedger(join(folder, 'dora.db'));
    const begin = Date.now() - DEPLOYMENTS * 1000;
    for (const batch of story(DEPLOYMENTS, targets, 5000, begin)) await ledger.record(batch);
    await ledger.close();
    const figure = await scraped(folder);
    return {
      name: `resident memory, ${targets.toLocaleString('en')} targets, 100,000 deployments in the windows`,
      figure,
      unit: 'MB',
      target: `at most ${limit} MB`,
      ratio: null,
      ok: figure <= limit,
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function scraped(folder: string): Promise<number> {
  using program = await startWholeProgram(folder);
  for (let scrape = 0; scrape < SCRAPES; scrape += 1) {
    const answer = await fetch(`${program.url}/metrics`, {
      headers: { accept: 'application/openmetrics-text;version=1.0.0' },
    });
    await answer.arrayBuffer();
  }
  const status = readFileSync(`/proc/${program.pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1024;
}
