import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { vi } from 'vitest';
import { runProgram } from '../../support/program.ts';
import { Prometheus } from './prometheus.ts';
import { requireTool, runTool } from './tool.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const PATIENCE = { timeout: 120_000, interval: 250 };

/** The job under which the demo is scraped. */
export const DEMO_JOB = 'dora-exporter';

/** The demo's history; a sample each six hours keeps export and blocks to seconds, and ranges are right all the same. */
const SINCE = '90d';
const COARSE = '6h';

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/**
 * The demo, and a real Prometheus that has scraped it and was given the 90 days before as blocks from `export`, as
 * docs/history.md tells operators to. `await using` ends both. It takes about 20 s to start: share one in a file.
 */
export class DemoPrometheus implements AsyncDisposable {
  /** Of the demo, without a slash at the end. */
  readonly url: string;
  readonly prometheus: Prometheus;
  readonly #end: () => Promise<void>;

  private constructor(url: string, prometheus: Prometheus, end: () => Promise<void>) {
    this.url = url;
    this.prometheus = prometheus;
    this.#end = end;
  }

  /**
   * `rules`: rule files that it evaluates every second; their groups may name an interval of their own. `since` and
   * `step`: how far back its past reaches, and the time between two samples of it; promtool takes the longer the more there are.
   */
  static async start({
    rules = [],
    since = SINCE,
    step = COARSE,
  }: {
    readonly rules?: readonly string[];
    readonly since?: string;
    readonly step?: string;
  } = {}): Promise<DemoPrometheus> {
    requireTool('promtool', 'scripts/install-prometheus');
    const folder = mkdtempSync(join(tmpdir(), 'dora-exporter-demo-prometheus-'));
    const demo = spawn(process.execPath, ['src/main.ts', 'demo', '--web.listen-address=127.0.0.1:0'], {
      cwd: ROOT,
      env: { TMPDIR: folder },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running.add(demo);
    const output = outputOf(demo);
    const end = async () => {
      await ended(demo);
      running.delete(demo);
      rmSync(folder, { recursive: true, force: true });
    };
    try {
      const { url, config } = await historyRead(output);
      const data = join(folder, 'tsdb');
      await pastOf(url, config, data, [`--since=${since}`, `--step=${step}`]);
      const prometheus = await Prometheus.start({ [DEMO_JOB]: url }, {}, { data, rules });
      try {
        // Two samples of each series: a rate needs them.
        await prometheus.scrapes([DEMO_JOB], 3);
      } catch (error) {
        await prometheus[Symbol.asyncDispose]();
        throw error;
      }
      return new DemoPrometheus(url, prometheus, end);
    } catch (error) {
      await end();
      throw new Error(`${error}\nThe demo wrote:\n${output().slice(-4000)}`, { cause: error });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.prometheus[Symbol.asyncDispose]();
    await this.#end();
  }
}

/** Waits until the demo serves, its sources have read their history, and the commits of it are known. */
async function historyRead(output: () => string): Promise<{ readonly url: string; readonly config: string }> {
  return await vi.waitFor(async () => {
    const said = (what: string) => new RegExp(`^ {2}${what} +(\\S+)`, 'm').exec(output())?.[1];
    const [metrics, folder] = [said('metrics'), said('files')];
    if (metrics === undefined || folder === undefined) throw new Error('it does not say where its metrics are');
    const pending = new Map(
      [...output().matchAll(/history read source=(\S+) .*\bpending=(\d+)/g)].map(([, source, left]) => [source, left]),
    );
    if (pending.size < 2) throw new Error('no history was read yet');
    for (const [source, left] of pending) if (left !== '0') throw new Error(`${source} still reads its history`);
    const page = await (await fetch(metrics)).text();
    if (/^dora_collector_up\{.*\} 0$/m.test(page)) throw new Error('a source is down');
    if (!/^dora_lead_time_seconds_count\{.*\} [1-9]/m.test(page)) throw new Error('no lead time is known yet');
    const { origin } = new URL(metrics);
    // Lead times of windows are absent until then, and from the past that is exported they would be for good.
    const keys = await (await fetch(`${origin}/api/v1/keys?window=90d&limit=500`)).text();
    if (!keys.includes('"lead_time"')) throw new Error(`no keys: ${keys.slice(0, 200)}`);
    if (keys.includes('still looked up')) throw new Error('commits of the history are still looked up');
    return { url: origin, config: join(folder, 'config.yml') };
  }, PATIENCE);
}

/** Makes blocks in `data` of what the demo would have shown until now, with the labels that its scrapes will have. */
async function pastOf(url: string, config: string, data: string, past: readonly string[]): Promise<void> {
  const labels = [`--label=job=${DEMO_JOB}`, `--label=instance=${new URL(url).host}`];
  const words = ['export', `--config.file=${config}`, ...past, ...labels];
  const { code, stdout, stderr } = await runProgram(words);
  if (code !== 0) throw new Error(`export: ${stderr}`);
  const file = `${data}.om`;
  writeFileSync(file, stdout);
  const make = ['tsdb', 'create-blocks-from', '--max-block-duration=768h', 'openmetrics', file, data];
  const made = await runTool('promtool', make);
  rmSync(file);
  if (made.code !== 0) throw new Error(`promtool: ${made.stderr}`);
}

function outputOf({ stdout, stderr }: ChildProcess): () => string {
  let text = '';
  for (const stream of [stdout, stderr]) {
    stream?.setEncoding('utf8').on('data', (more: string) => {
      text += more;
    });
  }
  return () => text;
}

async function ended(demo: ChildProcess): Promise<void> {
  if (demo.exitCode !== null || demo.signalCode !== null) return;
  const exit = once(demo, 'exit');
  demo.kill('SIGTERM');
  await exit;
}
