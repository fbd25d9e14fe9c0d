import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { type Program, startProgram } from '../../src/main/program.ts';
import { beginningOf, type Step, showStep, stepsOf } from '../sources/argocd/support-cases.ts';
import { answerOf, type Holding, holding } from '../sources/argocd/support-server.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { type Loopback, startLoopback } from '../support/loopback.ts';
import { Page } from './page.ts';

const ROUND_S = 30;
/** Each state stands for so many completed polls. */
const POLLS_PER_STATE = 2;
const PATIENCE = { timeout: 20_000, interval: 10 };

/** One recorded case as one source sees it. */
interface Case {
  readonly source: string;
  readonly steps: readonly Step[];
  /** When the first step was, in milliseconds since the epoch. */
  readonly beginning: number;
  readonly held: Holding;
  /** It is polled once in so many rounds: a short case needs no more. */
  readonly every: number;
  shown: number;
}

/** What a case is replayed to: a name of its own, and its keys. */
export interface Replayed {
  readonly name: string;
  readonly source: string;
  readonly keys: Readonly<Record<string, unknown>>;
}

/**
 * Replays recorded cases over loopback, each to a source of its own, through the whole program in this process: one
 * round of polls for each state is over before the next begins. The page as it stands when all have been told.
 */
export async function replay(cases: readonly Replayed[]): Promise<Page> {
  const folder = mkdtempSync(join(tmpdir(), 'dora-exporter-e2e-'));
  const longest = Math.max(...cases.map(({ name }) => stepsOf(name).length));
  const all = cases.map(({ name, source }): Case => {
    const steps = stepsOf(name);
    const every = Math.floor(longest / steps.length);
    return { source, steps, beginning: beginningOf(steps), held: holding(), every, shown: 0 };
  });
  await using server = await serve(all);
  // Later than anything in the recordings.
  const clock = new FakeClock(Date.UTC(2026, 10, 22, 12));
  const config = () => {
    writeFileSync(join(folder, 'token'), 'token');
    const sources = cases.map(({ source, keys }, index) => ({
      type: 'argocd',
      name: source,
      url: `${server.url}/${source}`,
      token_file: 'token',
      poll_interval: `${ROUND_S * (all[index]?.every ?? 1)}s`,
      ...keys,
    }));
    const top = { web: { listen_address: '127.0.0.1:0' }, ledger: 'sqlite:./dora.db', birth_hold: '0s' };
    // YAML reads JSON.
    writeFileSync(join(folder, 'config.yml'), JSON.stringify({ ...top, sources }));
    return loadConfig({ file: 'config.yml', env: {}, cwd: folder, report: () => {} });
  };
  const loaded = config();
  if (!loaded.ok) throw new Error(loaded.problems.join('\n'));
  const quiet = () => {};
  const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };
  // No jitter: all polls are due at the same moment.
  const random = () => 0.5;
  const program = await startProgram({ config: loaded.config, load: config, clock, random, log });
  try {
    for (const one of all) showStep(one.held, one.steps, 0);
    await polled(program, all, clock.now());
    for (let round = 1; round < longest * POLLS_PER_STATE; round += 1) {
      const due = all.filter(({ every }) => round % every === 0);
      for (const one of due) {
        one.shown = Math.min(Math.floor(round / one.every / POLLS_PER_STATE), one.steps.length - 1);
        showStep(one.held, one.steps, one.shown);
      }
      await clock.advance(ROUND_S * 1000);
      await polled(program, due, clock.now());
    }
    // The first scrape shows counters as they were before.
    await scrape(program);
    return await scrape(program);
  } finally {
    await program.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** One server for all: each case under a path of its own, at the time of the state that it shows. */
async function serve(cases: readonly Case[]): Promise<Loopback> {
  const bySource = new Map(cases.map((one) => [one.source, one]));
  return await startLoopback((request, response) => {
    const [, source = '', path = ''] = /^\/([^/]+)(\/.*)$/.exec(request.url ?? '') ?? [];
    const one = bySource.get(source);
    const reply = one === undefined ? { status: 404 } : answerOf(one.held, new URL(path, 'http://argocd'));
    const at = (one?.beginning ?? 0) + (one?.steps[one.shown]?.after ?? 0) * 1000;
    const status = 'status' in reply ? reply.status : 200;
    response.writeHead(status, { date: new Date(at).toUTCString(), 'content-type': 'application/json' });
    response.end('body' in reply ? JSON.stringify(reply.body) : '"ok"');
  });
}

/** Waits until these sources have ended a poll well at this moment of the program's clock. */
async function polled(program: Program, due: readonly Case[], now: number): Promise<void> {
  const names = new Set(due.map(({ source }) => source));
  await vi.waitFor(async () => {
    const answer = await fetch(`${program.url}/api/v1/collectors`);
    const { items } = (await answer.json()) as { items: Collector[] };
    const done = items.filter(({ source, last_poll_at: at }) => names.has(source) && Date.parse(at ?? '') >= now);
    if (done.length < names.size) throw new Error(`${done.length} of ${names.size} sources have been polled`);
    const bad = done.filter(({ up }) => up !== true);
    if (bad.length > 0) throw new Error(`a poll failed: ${JSON.stringify(bad)}`);
  }, PATIENCE);
}

interface Collector {
  readonly source: string;
  readonly up: boolean | null;
  readonly last_poll_at: string | null;
}

async function scrape({ url }: Program): Promise<Page> {
  return new Page(await (await fetch(`${url}/metrics`)).text());
}
