import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Pipeline, Repo, User } from '../../src/demo/woodpecker/model.ts';
import { addPipeline, type PipelineFields } from '../../src/demo/woodpecker/pipelines.ts';
import { type SimulatedWoodpecker, startWoodpecker } from '../../src/demo/woodpecker/start.ts';
import { addRepo, addUser } from '../../src/demo/woodpecker/state.ts';
import { type Program, startProgram } from '../support/program.ts';
import { Page } from './page.ts';

export const TOKEN = 'a-token-that-only-the-upstream-may-see';

/** Names of settings and their values, as YAML has them. */
export type Keys = Readonly<Record<string, string>>;

/** A simulated Woodpecker server that one user may see, and a folder with what the program needs to poll it. */
export class Stage implements AsyncDisposable {
  readonly woodpecker: SimulatedWoodpecker;
  readonly user: User;
  readonly folder: string;
  /** Unix seconds: a day ago. Times of pipelines count from here. */
  readonly epoch = Math.floor(Date.now() / 1000) - 86_400;

  private constructor(woodpecker: SimulatedWoodpecker) {
    this.woodpecker = woodpecker;
    this.user = addUser(woodpecker.state, 'exporter', TOKEN);
    this.folder = mkdtempSync(join(tmpdir(), 'dora-exporter-e2e-'));
    writeFileSync(join(this.folder, 'token'), TOKEN);
    this.configure();
  }

  static async open(version = '3.17.0'): Promise<Stage> {
    return new Stage(await startWoodpecker({ version, now: () => Date.now() }));
  }

  get config(): string {
    return join(this.folder, 'config.yml');
  }

  get ledger(): string {
    return join(this.folder, 'dora.db');
  }

  /** Writes the configuration: one source for each of `sources`, which polls quickly and decides at once. */
  configure(top: Keys = {}, ...sources: readonly Keys[]): void {
    const usual = { type: 'woodpecker', url: this.woodpecker.url, token_file: './token' };
    const quick = { poll_interval: '1s', settle: '0s' };
    const all = (sources.length === 0 ? [{}] : sources).map((keys) => ({ ...usual, ...quick, ...keys }));
    const file = { web: '{listen_address: "127.0.0.1:0"}', ledger: 'sqlite:./dora.db', birth_hold: '0s', ...top };
    this.write(
      'config.yml',
      `${lines(file)}sources:\n${all.map((keys) => `  - ${lines(keys, '    ').trim()}\n`).join('')}`,
    );
  }

  /** Writes a file into the folder. */
  write(file: string, content: string): void {
    writeFileSync(join(this.folder, file), content);
  }

  repo(fullName: string): Repo {
    return addRepo(this.woodpecker.state, { full_name: fullName });
  }

  /** Adds a push to the default branch that ended `second` seconds after the epoch, having run for 30 s. */
  push(repo: Repo, status: string, second: number, fields: PipelineFields = {}): Pipeline {
    const finished = this.epoch + second;
    const started = finished - 30;
    return addPipeline(this.woodpecker.state, repo, {
      status,
      created: started,
      started,
      finished,
      updated: finished,
      ...fields,
    });
  }

  /** How often the server was asked for what matches. */
  asked(path: RegExp): number {
    return this.woodpecker.requests.filter((request) => path.test(request.path)).length;
  }

  /** Starts the program as `node src/main.ts --config.file=...` and waits until it serves. */
  async start(...words: readonly string[]): Promise<Program> {
    return await startProgram([`--config.file=${this.config}`, ...words]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.woodpecker.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function lines(keys: Keys, indent = ''): string {
  return Object.entries(keys)
    .map(([key, value]) => `${indent}${key}: ${value}\n`)
    .join('');
}

/** The page as it is now. */
export async function scrape(program: Program): Promise<Page> {
  const answer = await fetch(`${program.url}/metrics`);
  if (answer.status !== 200) throw new Error(`/metrics says ${answer.status}`);
  return new Page(await answer.text());
}

/** The page as soon as `condition` holds of it. */
export async function pageWith(program: Program, condition: (page: Page) => boolean, what: string): Promise<Page> {
  let page = new Page('');
  await program.until(async () => {
    page = await scrape(program);
    return condition(page);
  }, what);
  return page;
}

/** The page after the end of a poll that began after now. */
export async function nextPoll(stage: Stage, program: Program, source = 'woodpecker'): Promise<Page> {
  const now = Date.now();
  await program.until(async () => {
    const begun = stage.woodpecker.requests.find(({ path, at }) => at > now && path.startsWith('/api/user/repos'));
    const collectors = await items(program, `collectors?source=${source}`);
    return begun !== undefined && Date.parse(String(collectors[0]?.['last_poll_at'])) >= begun.at;
  }, `another poll of ${source}`);
  return await scrape(program);
}

/** The page once a poll was complete and good. */
export async function goodPoll(program: Program, source = 'woodpecker'): Promise<Page> {
  return await pageWith(
    program,
    (page) => page.value('dora_collector_up', { source }) === 1,
    `a complete good poll of ${source}`,
  );
}

/** What the page says of one app, of a certain source where several know it; times in seconds after `epoch`. */
export function keysOf(page: Page, app: string, epoch: number, source: { readonly source?: string } = {}) {
  const labels = { ...source, app };
  const since = (name: string) => {
    const value = page.value(name, labels);
    return value === undefined ? null : value - epoch;
  };
  return {
    failureAt: since('dora_deployment_failure_timestamp'),
    recoveryAt: since('dora_deployment_recovery_timestamp'),
    lastSuccessAt: since('dora_deployment_last_success_timestamp'),
    recoverySum: page.value('dora_recovery_time_seconds_sum', labels),
    recoveryCount: page.value('dora_recovery_time_seconds_count', labels),
    failures: page.value('dora_deployments_total', { ...labels, outcome: 'failure' }),
    successes: page.value('dora_deployments_total', { ...labels, outcome: 'success' }),
    open: page.value('dora_incident_open', labels),
  };
}

/** The items of a list of the API. */
export async function items(program: Program, path: string): Promise<Readonly<Record<string, unknown>>[]> {
  const answer = await fetch(`${program.url}/api/v1/${path}`);
  if (answer.status !== 200) throw new Error(`${path} says ${answer.status}: ${await answer.text()}`);
  return ((await answer.json()) as { items: Readonly<Record<string, unknown>>[] }).items;
}
