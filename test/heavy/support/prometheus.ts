import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import { requireTool } from './tool.ts';

export type Labels = Readonly<Record<string, string>>;

/** What a query says of one series now. */
export interface Value {
  readonly labels: Labels;
  readonly value: number;
}

/** The samples of one series as they were stored, oldest first; `at` in seconds since the epoch. */
export interface Samples {
  readonly labels: Labels;
  readonly samples: readonly { readonly at: number; readonly value: number }[];
}

export interface Range {
  readonly start: number;
  readonly end: number;
  readonly step: number;
}

export interface Exemplars {
  readonly seriesLabels: Labels;
  readonly exemplars: readonly { readonly labels: Labels; readonly value: string; readonly timestamp: number }[];
}

/** By the name of the job: the URL of a server, or the keys of a scrape configuration. */
export type Jobs = Readonly<Record<string, string | Readonly<Record<string, unknown>>>>;

export interface Options {
  /** A folder of blocks to begin with; it is the caller's to remove. */
  readonly data?: string;
  /** Rule files, evaluated every second unless a group says otherwise. */
  readonly rules?: readonly string[];
}

/** How long a condition may take to come true, and how often it is looked at, in milliseconds. */
const PATIENCE = { timeout: 60_000, interval: 200 };

/** Longer than any of these checks. */
const EVER = '1h';

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** A real Prometheus on 127.0.0.1 that scrapes every second. `await using` ends it and removes what it stored. */
export class Prometheus implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #folder: string;
  #log = '';
  #url = '';

  private constructor(jobs: Jobs, { data, rules = [] }: Options) {
    requireTool('prometheus', 'scripts/install-prometheus');
    this.#folder = mkdtempSync(join(tmpdir(), 'dora-exporter-prometheus-'));
    writeFileSync(join(this.#folder, 'prometheus.yml'), configuration(jobs, rules));
    this.#child = spawn(
      'prometheus',
      [
        `--config.file=${join(this.#folder, 'prometheus.yml')}`,
        `--storage.tsdb.path=${data ?? join(this.#folder, 'data')}`,
        '--storage.tsdb.retention.time=10y',
        '--web.listen-address=127.0.0.1:0',
        '--enable-feature=exemplar-storage',
        // What is wrong with a scrape it tells at this level only.
        '--log.level=debug',
      ],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
    running.add(this.#child);
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#log += text;
    });
  }

  /**
   * Starts it and waits until it has scraped every one of `jobs` well, and has failed to scrape any of `failing`.
   */
  static async start(jobs: Jobs, failing: Jobs = {}, options: Options = {}): Promise<Prometheus> {
    const prometheus = new Prometheus({ ...jobs, ...failing }, options);
    try {
      await prometheus.#serving();
      for (const job of Object.keys(jobs)) await prometheus.some(`up{job="${job}"} == 1`);
      for (const job of Object.keys(failing)) await prometheus.some(`up{job="${job}"} == 0`);
      return prometheus;
    } catch (error) {
      await prometheus[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** What a query gives now. */
  async query(query: string): Promise<readonly Value[]> {
    const { result } = await this.#ask<{ result: { metric: Labels; value: [number, string] }[] }>('query', { query });
    return result.map(({ metric, value: [, value] }) => ({ labels: metric, value: Number(value) }));
  }

  /** What a query gives at a time, in seconds since the epoch. */
  async queryAt(query: string, at: number): Promise<readonly Value[]> {
    const asked = { query, time: String(at) };
    const { result } = await this.#ask<{ result: { metric: Labels; value: [number, string] }[] }>('query', asked);
    return result.map(({ metric, value: [, value] }) => ({ labels: metric, value: Number(value) }));
  }

  /** What a query gives at each step of a range, in seconds since the epoch and seconds; the last one at `end`. */
  async queryRange(query: string, { start, end, step }: Range): Promise<readonly Samples[]> {
    const from = end - Math.floor((end - start) / step) * step;
    const asked = { query, start: String(from), end: String(end), step: String(step) };
    const { result } = await this.#ask<{ result: { metric: Labels; values: [number, string][] }[] }>(
      'query_range',
      asked,
    );
    return result.map(({ metric, values }) => ({
      labels: metric,
      samples: values.map(([at, value]) => ({ at, value: Number(value) })),
    }));
  }

  /** What a query gives as soon as that is anything. */
  async some(query: string): Promise<readonly Value[]> {
    return await vi.waitFor(async () => {
      const values = await this.query(query);
      if (values.length === 0) throw new Error(`nothing for ${query}\n${this.#log.slice(-2000)}`);
      return values;
    }, PATIENCE);
  }

  /** The one value that a query gives as soon as it gives one. */
  async one(query: string): Promise<number> {
    const [first, ...others] = await this.some(query);
    if (first === undefined || others.length > 0) throw new Error(`more than one value for ${query}`);
    return first.value;
  }

  /** Why the last scrape of each job failed, by its name; empty where it did not. */
  async lastErrors(): Promise<Readonly<Record<string, string>>> {
    const { activeTargets } = await this.#ask<{ activeTargets: { labels: Labels; lastError: string }[] }>(
      'targets',
      {},
    );
    return Object.fromEntries(activeTargets.map(({ labels, lastError }) => [labels['job'] ?? '', lastError]));
  }

  /** Waits until all `jobs` were scraped `times` more. */
  async scrapes(jobs: readonly string[], times: number): Promise<void> {
    for (const job of jobs) {
      const count = `count_over_time(up{job="${job}"}[${EVER}])`;
      const before = await this.one(count);
      await this.some(`${count} >= ${before + times}`);
    }
  }

  /** Every sample of the last `range` that was stored of the series of `selector`. */
  async stored(selector: string, range = EVER): Promise<readonly Samples[]> {
    const { result } = await this.#ask<{ result: { metric: Labels; values: [number, string][] }[] }>('query', {
      query: `${selector}[${range}]`,
    });
    return result.map(({ metric, values }) => ({
      labels: metric,
      samples: values.map(([at, value]) => ({ at, value: Number(value) })),
    }));
  }

  /** The exemplars of the series of `selector`, since `from`, in seconds since the epoch. */
  async exemplars(query: string, from: number): Promise<readonly Exemplars[]> {
    const end = Math.ceil(Date.now() / 1000) + 1;
    return await this.#ask<Exemplars[]>('query_exemplars', { query, start: String(from), end: String(end) });
  }

  /** The lines of its log that tell of something wrong with what it scraped. */
  get complaints(): readonly string[] {
    return (
      this.#log
        .split('\n')
        .filter((line) => line.includes('component="scrape manager"'))
        .filter((line) => /level=(?:warn|error)|failed|duplicate|out.of.order|err=/i.test(line))
        // A machine that is too busy for one scrape a second: no fault of the page's.
        .filter((line) => !line.includes('context deadline exceeded'))
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      this.#child.kill('SIGKILL');
      await once(this.#child, 'exit');
    }
    running.delete(this.#child);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #serving(): Promise<void> {
    await vi.waitFor(() => {
      const address = /msg="Listening on" address=(\S+)/.exec(this.#log)?.[1];
      if (address === undefined || !this.#log.includes('Server is ready')) throw new Error(`not ready:\n${this.#log}`);
      this.#url = `http://${address}`;
    }, PATIENCE);
  }

  async #ask<T>(path: string, query: Readonly<Record<string, string>>): Promise<T> {
    const answer = await fetch(`${this.#url}/api/v1/${path}?${new URLSearchParams(query)}`);
    const body = (await answer.json()) as { status: string; data: T; error?: string };
    if (body.status !== 'success') throw new Error(`${JSON.stringify(query)}: ${body.error}`);
    return body.data;
  }
}

function configuration(jobs: Jobs, rules: readonly string[]): string {
  // JSON is YAML.
  return JSON.stringify({
    global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
    rule_files: rules,
    scrape_configs: Object.entries(jobs).map(([job, what]) => ({
      job_name: job,
      ...(typeof what === 'string' ? { static_configs: [{ targets: [new URL(what).host] }] } : what),
    })),
  });
}
