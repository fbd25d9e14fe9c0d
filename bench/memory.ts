import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { openBenchLedger, story } from './ledger-story.ts';
import type { Row } from './row.ts';

const DEPLOYMENTS = 100_000;
const SCRAPES = 5;

/** Resident memory of the whole program over a full ledger, after some scrapes as Prometheus makes them. */
export async function benchMemory(): Promise<Row[]> {
  return [await residentMemory(1000, 160), await residentMemory(10_000, 600)];
}

async function residentMemory(targets: number, limit: number): Promise<Row> {
  const folder = mkdtempSync(join(tmpdir(), 'dora-bench-'));
  try {
    const ledger = await openBenchLedger(join(folder, 'dora.db'));
    for (const batch of story(DEPLOYMENTS, targets, 5000)) await ledger.record(batch);
    await ledger.close();
    writeFileSync(join(folder, 'token'), 'bench-token');
    writeFileSync(join(folder, 'config.yml'), CONFIGURATION);
    const figure = await scraped(join(folder, 'config.yml'));
    return {
      name: `resident memory, ${targets.toLocaleString('en')} targets, 100,000 deployments`,
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

/** Nothing answers at its upstream: what is measured is the ledger's targets on the page. */
const CONFIGURATION = `web: {listen_address: "127.0.0.1:0"}
ledger: sqlite:./dora.db
sources: [{type: woodpecker, name: ci, url: "http://127.0.0.1:9", token_file: ./token}]
`;

async function scraped(config: string): Promise<number> {
  const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
  const program = spawn(process.execPath, [main, `--config.file=${config}`], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const url = await urlOf(program.stdout);
    for (let scrape = 0; scrape < SCRAPES; scrape += 1) {
      const answer = await fetch(`${url}/metrics`, {
        headers: { accept: 'application/openmetrics-text;version=1.0.0' },
      });
      await answer.arrayBuffer();
    }
    const status = readFileSync(`/proc/${program.pid}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1024;
  } finally {
    program.kill('SIGKILL');
  }
}

async function urlOf(output: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface({ input: output })) {
    const { msg, url } = JSON.parse(line);
    if (msg === 'serving') return url;
  }
  throw new Error('the program did not start');
}
