import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Deployment } from '../../src/domain/deployment.ts';
import { openLedger } from '../../src/ledger/ledger.ts';
import { systemClock } from '../../src/polling/system-clock.ts';
import { runProgram } from '../support/program.ts';

const TARGETS = 1000;
const DEPLOYMENTS = 40_000;
const DAY_MS = 86_400_000;
const DAYS = 90;
/** The program itself takes most of it; the events are several times as much. */
const HEAP_MB = 40;

it('the events of 1,000 targets over 90 days are written by a program whose memory they do not fit into', async () => {
  const folder = mkdtempSync('/tmp/dora-exporter-memory-');
  try {
    const begin = Date.now() - DAYS * DAY_MS;
    const ledger = await openLedger({
      file: join(folder, 'dora.db'),
      rules: { expiryMs: 30 * DAY_MS },
      plan: () => [],
      clock: systemClock,
      observe: () => {},
    });
    for (let first = 0; first < DEPLOYMENTS; first += 5000) await ledger.record(batchFrom(first, begin));
    await ledger.close();
    writeFileSync(join(folder, 'token'), 'a token');
    writeFileSync(
      join(folder, 'config.yml'),
      `ledger: sqlite:./dora.db
sources: [{type: woodpecker, name: ci, url: "http://127.0.0.1:9", token_file: ./token}]
`,
    );
    const words = ['export', '--format=ndjson', `--config.file=${join(folder, 'config.yml')}`];
    const exported = await runProgram(words, { env: { NODE_OPTIONS: `--max-old-space-size=${HEAP_MB}` } });
    expect({ code: exported.code, stderr: exported.stderr }).toEqual({ code: 0, stderr: '' });
    const lines = exported.stdout.trimEnd().split('\n');
    expect(lines.filter((line) => line.startsWith('{"kind":"deployment"'))).toHaveLength(DEPLOYMENTS);
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ kind: 'end', lines: lines.length - 2 });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}, 240_000);

function batchFrom(first: number, begin: number): Parameters<Awaited<ReturnType<typeof openLedger>>['record']>[0] {
  const deployments = Array.from({ length: 5000 }, (_, index) => deployment(first + index, begin));
  return {
    source: 'ci',
    origin: 'backfill',
    now: begin + DAYS * DAY_MS,
    capabilities: { kinds: ['deployment'], causes: ['deployment'], rework: ['deployment'] },
    deployments,
    ignored: [],
    targets: Array.from({ length: TARGETS }, (_, index) => ({
      target: targetOf(index),
      team: 'a team',
      observedSince: begin,
    })),
    moves: [],
    listings: [],
    state: new Map(),
    gaps: 0,
    complete: true,
  };
}

function targetOf(number: number) {
  return { source: 'ci', app: `team/app-${number % TARGETS}`, environment: 'production' };
}

function deployment(number: number, begin: number): Deployment {
  const commit = number.toString(16).padStart(40, '0');
  return {
    id: String(number),
    target: targetOf(number),
    outcome: (number + Math.floor(number / TARGETS)) % 10 === 0 ? 'failure' : 'success',
    at: begin + Math.floor((number * DAYS * DAY_MS) / DEPLOYMENTS),
    sequence: number,
    order: number,
    durationMs: 60_000,
    identity: commit,
    commit,
    link: `https://ci.example.org/repos/1/pipeline/${number}`,
    rule: 'the pipeline ended',
    details: { event: 'push', branch: 'main', number },
    beginningKnown: true,
  };
}
