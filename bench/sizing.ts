import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import type { ErrorEvent } from '../src/domain/error-event.ts';
import { openBenchLedger, story } from './ledger-story.ts';
import { woodpeckerCosts } from './poll.ts';
import { argocdCosts } from './poll-argocd.ts';
import type { Row } from './row.ts';
import { CONFIGURATION, startWholeProgram } from './whole-program.ts';

const DEPLOYMENTS = 100_000;
const TARGETS = [1000, 10_000, 20_000];
const SCRAPES = 20;
const UPSTREAM = 10_000;
const ERROR_EVENTS = 50_000;
const PER_POST = 500;
/** Of /proc/PID/stat, in all Linux that Node.js runs on. */
const TICKS_PER_SECOND = 100;
const MB = 1_000_000;

/** How far one instance goes: what docs/operations.md says of memory, disk, scrapes and polls by numbers of targets. */
export async function benchSizing(): Promise<Row[]> {
  const rows: Row[] = [];
  for (const targets of TARGETS) rows.push(...(await wholeProgram(targets)));
  rows.push(await errorEvents());
  const name = UPSTREAM.toLocaleString('en');
  const repositories = await woodpeckerCosts(UPSTREAM);
  const applications = await argocdCosts(UPSTREAM);
  return [
    ...rows,
    row(`quiet poll, ${name} repositories, CPU`, repositories.quiet.cpuMs, 'ms'),
    row(`quiet poll, ${name} repositories`, repositories.quiet.requests, 'requests'),
    row(`first read, ${name} repositories`, repositories.firstReadMs / 1000, 's'),
    row(`quiet poll, ${name} applications, CPU`, applications.quiet.cpuMs, 'ms'),
    row(`quiet poll, ${name} applications`, applications.quiet.requests, 'requests'),
    row(`first read, ${name} applications`, applications.firstReadMs / 1000, 's'),
  ];
}

function row(name: string, figure: number, unit: string): Row {
  return { name, figure, unit, target: '-', ratio: null, ok: true };
}

/** The program as it is run, without limits of series, over targets that have all their deployments in the windows. */
async function wholeProgram(targets: number): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'dora-bench-'));
  try {
    const file = join(folder, 'dora.db');
    const ledger = await openBenchLedger(file);
    const begin = Date.now() - DEPLOYMENTS * 1000;
    for (const batch of story(DEPLOYMENTS, targets, 5000, begin)) await ledger.record(batch);
    await ledger.close();
    const bytes = statSync(file).size;
    using program = await startWholeProgram(folder, `${CONFIGURATION}series_limit: 10000000\n`);
    await scrape(program.url);
    const cpuBefore = cpuMs(program.pid);
    const took: number[] = [];
    let packed = Buffer.alloc(0);
    while (took.length < SCRAPES) {
      const start = performance.now();
      packed = await scrape(program.url);
      took.push(performance.now() - start);
    }
    const cpu = (cpuMs(program.pid) - cpuBefore) / SCRAPES;
    const page = gunzipSync(packed);
    const name = `${targets.toLocaleString('en')} targets`;
    return [
      row(`${name}: series`, seriesOf(page), 'series'),
      row(`${name}: a page, plain`, page.length / MB, 'MB'),
      row(`${name}: a page, gzip`, packed.length / MB, 'MB'),
      row(`${name}: a scrape over HTTP, gzip, median`, took.toSorted((a, b) => a - b)[SCRAPES / 2] as number, 'ms'),
      row(`${name}: CPU of a scrape`, cpu, 'ms'),
      row(`${name}: resident memory after ${SCRAPES} scrapes`, residentMb(program.pid), 'MB'),
      row(`${name}: start until it serves`, program.startMs, 'ms'),
      row(`${name}: the ledger, a deployment`, bytes / DEPLOYMENTS, 'bytes'),
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The page as a Prometheus gets it: OpenMetrics, packed. */
async function scrape(url: string): Promise<Buffer<ArrayBuffer>> {
  const headers = { accept: 'application/openmetrics-text;version=1.0.0', 'accept-encoding': 'gzip' };
  return await new Promise((resolve, reject) => {
    get(`${url}/metrics`, { headers }, (answer) => buffer(answer).then(resolve, reject)).on('error', reject);
  });
}

function seriesOf(page: Buffer): number {
  return page
    .toString()
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#')).length;
}

function cpuMs(pid: number): number {
  const [, fields = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ');
  // utime and stime, the 14th and 15th field.
  const [user = 0, system = 0] = fields.split(' ').slice(11, 13).map(Number);
  return ((user + system) * 1000) / TICKS_PER_SECOND;
}

function residentMb(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1024;
}

/** What an error event of usual length takes in the ledger. */
async function errorEvents(): Promise<Row> {
  const folder = mkdtempSync(join(tmpdir(), 'dora-bench-'));
  try {
    const file = join(folder, 'dora.db');
    const ledger = await openBenchLedger(file);
    const workspace = { id: '11111111-1111-4111-8111-111111111111', name: 'bench' };
    for (let first = 0; first < ERROR_EVENTS; first += PER_POST) {
      const events = Array.from({ length: PER_POST }, (_, offset) => eventOf(first + offset));
      await ledger.ingest([{ workspace, events, measurements: [] }], [], Date.now());
    }
    await ledger.close();
    return row(
      'the ledger, an error event with a message of 86 characters',
      statSync(file).size / ERROR_EVENTS,
      'bytes',
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function eventOf(number: number): ErrorEvent {
  return {
    id: `event-${number}`,
    subsystem: `subsystem-${number % 10}`,
    operation: `operation-${number % 7}`,
    errorType: 'TimeoutError',
    errorMessage: `no answer from upstream ${number} within five seconds, giving up after three attempts`,
    agentId: null,
    actionName: null,
    eventData: '{}',
    severity: 'warning',
    app: `subsystem-${number % 10}`,
    environment: 'production',
    origin: null,
    link: null,
    at: Date.now(),
  };
}
