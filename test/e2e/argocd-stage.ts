import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addAccount, type Token } from '../../src/demo/argocd/accounts.ts';
import { type ApplicationFields, addApplication } from '../../src/demo/argocd/applications.ts';
import { endOperation } from '../../src/demo/argocd/end-operation.ts';
import type { Application } from '../../src/demo/argocd/model.ts';
import { startOperation } from '../../src/demo/argocd/operations.ts';
import { requestRollback, requestSync } from '../../src/demo/argocd/request-sync.ts';
import { type SimulatedArgocd, startArgocd } from '../../src/demo/argocd/start.ts';
import { setHealth, setSync } from '../../src/demo/argocd/status.ts';
import type { Outcome } from '../../src/demo/argocd/sync-result.ts';
import { type Program, startProgram } from '../support/program.ts';
import type { Page } from './page.ts';
import { pageWith, scrape } from './stage.ts';

export const ARGOCD_TOKEN = 'a-token-that-only-argocd-may-see';

/** How a sync fails, and what a person must get to see of it. */
export const NO_IMAGE = { phase: 'Failed', message: 'one or more objects failed to apply: no such image' } as const;

/** How long a sync takes, in seconds. */
const SYNC_S = 20;
const DAY_MS = 86_400_000;

/** One source, or the whole file: YAML reads JSON. */
type Settings = Readonly<Record<string, unknown>>;

/** A simulated Argo CD server whose clock stands still but for `pass`, and a folder with what the program needs. */
export class ArgocdStage implements AsyncDisposable {
  readonly argocd: SimulatedArgocd;
  readonly token: Token;
  readonly folder: string;
  /** Unix seconds: a day ago. The server's clock begins here. */
  readonly epoch: number;
  readonly #clock: { now: number };

  private constructor(argocd: SimulatedArgocd, clock: { now: number }) {
    this.argocd = argocd;
    this.#clock = clock;
    this.epoch = clock.now / 1000;
    this.token = addAccount(argocd.state, 'exporter', ARGOCD_TOKEN);
    this.folder = mkdtempSync(join(tmpdir(), 'dora-exporter-e2e-'));
    writeFileSync(join(this.folder, 'argocd-token'), ARGOCD_TOKEN);
    this.configure([this.source()]);
  }

  static async open(): Promise<ArgocdStage> {
    const clock = { now: Math.floor((Date.now() - DAY_MS) / 1000) * 1000 };
    return new ArgocdStage(await startArgocd({ version: '3.5.1', now: () => clock.now }), clock);
  }

  /** The server as a source that polls quickly and takes Degraded seriously after a second. */
  source(settings: Settings = {}): Settings {
    const usual = { type: 'argocd', url: this.argocd.url, token_file: join(this.folder, 'argocd-token') };
    return { ...usual, poll_interval: '1s', degraded_for: '1s', ...settings };
  }

  configure(sources: readonly Settings[]): void {
    const top = { web: { listen_address: '127.0.0.1:0' }, ledger: 'sqlite:./dora.db', birth_hold: '0s' };
    writeFileSync(join(this.folder, 'config.yml'), JSON.stringify({ ...top, sources }));
  }

  async start(...words: readonly string[]): Promise<Program> {
    return await startProgram([`--config.file=${join(this.folder, 'config.yml')}`, ...words]);
  }

  /** So many seconds pass on the server. */
  pass(seconds: number): void {
    this.#clock.now += seconds * 1000;
  }

  /** Seconds on the server since the epoch. */
  get second(): number {
    return this.#clock.now / 1000 - this.epoch;
  }

  app(name: string, fields: Partial<ApplicationFields> = {}): Application {
    return addApplication(this.argocd.state, { name, ...fields });
  }

  /** A minute later a sync to the commit whose SHA is this digit over and over, which ends after `SYNC_S` seconds. */
  deploy(app: Application, digit: string, outcome: Outcome = { phase: 'Succeeded' }): void {
    const revisions = [digit.repeat(40)];
    this.pass(60);
    setSync(this.argocd.state, app, 'OutOfSync', revisions);
    requestSync(this.argocd.state, app, { revisions });
    this.#run(app, outcome);
  }

  /** A minute later a person goes back to what the history's entry `id` deployed. */
  rollBack(app: Application, id: number): void {
    this.pass(60);
    requestRollback(this.argocd.state, app, id);
    this.#run(app, { phase: 'Succeeded' });
  }

  #run(app: Application, outcome: Outcome): void {
    const { state } = this.argocd;
    startOperation(state, app);
    this.pass(SYNC_S);
    endOperation(state, app, outcome);
    if (outcome.phase !== 'Succeeded') return;
    setSync(state, app, 'Synced');
    setHealth(state, app, 'Healthy');
  }

  /** How often the server was asked for what matches. */
  asked(path: RegExp): number {
    return this.argocd.requests.filter((request) => path.test(request.path)).length;
  }

  /** The page after so many whole polls that began after now: polls do not overlap, so the next one has begun. */
  async polls(program: Program, count = 1): Promise<Page> {
    const list = /^\/api\/v1\/applications\?/;
    const goal = this.asked(list) + count + 1;
    await program.until(() => this.asked(list) >= goal, `${count} more polls of argocd`);
    return await scrape(program);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.argocd.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** What the page says of one application and one kind of incident; times in seconds after `epoch`. */
export function toldOf(page: Page, app: string, epoch: number, kind: 'deployment' | 'degraded' = 'deployment') {
  const since = (name: string) => {
    const value = page.value(name, { app });
    return value === undefined ? null : value - epoch;
  };
  const causes = (name: string) =>
    Object.fromEntries(
      page
        .all(name, { app })
        .filter(({ value }) => value > 0)
        .map(({ labels, value }) => [labels['cause'], value]),
    );
  return {
    successes: page.value('dora_deployments_total', { app, outcome: 'success' }),
    failures: page.value('dora_deployments_total', { app, outcome: 'failure' }),
    changeFailures: causes('dora_change_failures_total'),
    rework: causes('dora_rework_deployments_total'),
    failureAt: since('dora_deployment_failure_timestamp'),
    recoveryAt: since('dora_deployment_recovery_timestamp'),
    open: page.value('dora_incident_open', { app, kind }),
    recoveries: page.value('dora_recovery_time_seconds_count', { app, kind }),
    recoverySeconds: page.value('dora_recovery_time_seconds_sum', { app, kind }),
  };
}

/** The page of a target once its deployments are this many. */
export async function deployed(program: Program, app: string, outcome: string, count: number): Promise<Page> {
  return await pageWith(
    program,
    (page) => page.value('dora_deployments_total', { app, outcome }) === count,
    `${count} times ${outcome} of ${app}`,
  );
}
