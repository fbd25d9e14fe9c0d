import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { isIPv6 } from 'node:net';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Flags } from '../config/command-line.ts';
import type { ListenAddress } from '../config/listen-address.ts';
import { startArgocd } from '../demo/argocd/start.ts';
import { startErrorSink } from '../demo/error-sink/start.ts';
import { startForge } from '../demo/forge/start.ts';
import { furnish } from '../demo/homeserver/furnish.ts';
import { startHomeserver } from '../demo/homeserver/start.ts';
import { continueStory } from '../demo/story/continue-story.ts';
import { continueFaults, FAULTY, type PostedError } from '../demo/story/faulty-service.ts';
import { continueForge, DEMO_FORGE_TOKEN } from '../demo/story/forge-story.ts';
import { continueErrors, DEMO_SINK } from '../demo/story/polled-errors.ts';
import { SERVICES } from '../demo/story/rollout-cast.ts';
import { continueRollouts, DEMO_ARGOCD_TOKEN, seedRollouts } from '../demo/story/rollout-story.ts';
import { DEMO_TOKEN, seedStory } from '../demo/story/seed-story.ts';
import { startWoodpecker } from '../demo/woodpecker/start.ts';
import { systemClock } from '../polling/system-clock.ts';

const DAYS = 90;
const SEED = 20261122;
const STEP_MS = 1_000;
/** By which the services post their errors. */
const ERRORS_TOKEN = 'demo-errors-token';

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));
/** Whoever tries it out does not mean to show it to the network. */
const USUAL_ADDRESS: ListenAddress = { host: '127.0.0.1', port: 3672 };

/**
 * Runs this program, unmodified, against simulated servers that go on living: Woodpecker, Argo CD behind it, an error sink that
 * is polled, and a Matrix homeserver whose rooms are told.
 * `onSignalsTaken` is called once signals end the demo in order.
 */
export async function demo(flags: Flags, onSignalsTaken: () => void): Promise<number> {
  const stop = new AbortController();
  // A hangup, too: it would only make the program reload.
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => stop.abort());
  onSignalsTaken();

  const { now } = systemClock;
  const woodpecker = await startWoodpecker({ version: '3.17.0', now });
  const argocd = await startArgocd({ version: '3.5.1', now });
  const forge = await startForge({ now, token: DEMO_FORGE_TOKEN });
  const errorSink = await startErrorSink(now);
  const { state: rooms, token: matrixToken, rooms: names } = furnish(now);
  const homeserver = await startHomeserver(rooms);
  const begin = now();
  seedStory(woodpecker.state, { seed: SEED, now: begin, days: DAYS });
  seedRollouts(argocd.state, { seed: SEED, now: begin, days: DAYS, builds: woodpecker.state });
  continueForge(forge.state, woodpecker.state);
  const build = continueStory(woodpecker.state, { seed: SEED });
  const rollOut = continueRollouts(argocd.state, { seed: SEED, builds: woodpecker.state });
  const collect = continueErrors(errorSink.state);
  collect(begin);
  let fail: ((now: number) => readonly PostedError[]) | null = null;
  let posting = '';
  const living = setInterval(() => {
    const at = now();
    build(at);
    post(posting, fail?.(at) ?? []);
    continueForge(forge.state, woodpecker.state);
    rollOut(at);
    collect(at);
  }, STEP_MS);

  const folder = mkdtempSync(join(tmpdir(), 'dora-exporter-demo-'));
  try {
    const config = join(folder, 'config.yml');
    writeFileSync(join(folder, 'woodpecker-token'), DEMO_TOKEN, { mode: 0o600 });
    writeFileSync(join(folder, 'argocd-token'), DEMO_ARGOCD_TOKEN, { mode: 0o600 });
    writeFileSync(join(folder, 'forge-token'), DEMO_FORGE_TOKEN, { mode: 0o600 });
    writeFileSync(join(folder, 'matrix-token'), matrixToken, { mode: 0o600 });
    writeFileSync(join(folder, 'errors-token'), ERRORS_TOKEN, { mode: 0o600 });
    writeFileSync(join(folder, 'sink-key'), DEMO_SINK.apiKey, { mode: 0o600 });
    const address = addressText(flags.listenAddress ?? USUAL_ADDRESS);
    const matrix = notifications(homeserver.url, names, address, begin);
    const sources = configuration(woodpecker.url, argocd.url, forge.url, address) + polled(errorSink.url);
    writeFileSync(config, sources + SINK + matrix);
    return await runProgram(config, stop.signal, (url) => {
      posting = url;
      // What it does begins only where somebody hears of it.
      fail = continueFaults(woodpecker.state, { seed: SEED });
      process.stdout.write(guide(url, woodpecker.url, argocd.url, homeserver.url, folder));
    });
  } finally {
    clearInterval(living);
    await woodpecker.close();
    await argocd.close();
    await forge.close();
    await errorSink.close();
    await homeserver.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs the program to its end and shows its log; its exit code. `onServing` hears of the address once it serves. */
async function runProgram(config: string, stop: AbortSignal, onServing: (url: string) => void): Promise<number> {
  const program = spawn(process.execPath, [MAIN, `--config.file=${config}`], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(program, 'exit');
  // A terminal sends a signal to both; one to this process alone is handed on.
  const end = () => program.kill('SIGTERM');
  stop.addEventListener('abort', end, { once: true });
  if (stop.aborted) end();
  let serving = false;
  for await (const line of createInterface({ input: program.stdout })) {
    process.stdout.write(`${line}\n`);
    const url = serving ? undefined : / serving .*\burl=(\S+)/.exec(line)?.[1];
    if (url === undefined) continue;
    serving = true;
    onServing(url);
  }
  const [code] = await exited;
  return code ?? 1;
}

function addressText({ host, port }: ListenAddress): string {
  return `${host !== null && isIPv6(host) ? `[${host}]` : (host ?? '')}:${port}`;
}

/**
 * Some repositories of the story only build, and Argo CD rolls them out: their pipelines count nowhere, and its
 * applications are given the names of the repositories, so that the two are one service. Two others deploy by
 * promotion: their pushes only build.
 */
function configuration(woodpecker: string, argocd: string, forge: string, address: string): string {
  const rolledOut = SERVICES.map(({ fullName }) => fullName);
  return `web: {listen_address: "${address}"}
ledger: sqlite:./dora.db
log: {format: pretty}
birth_hold: 30s
sources:
  - type: woodpecker
    url: ${woodpecker}
    token_file: ./woodpecker-token
    poll_interval: 2s
    settle: 5s
    forge: {type: forgejo, url: "${forge}", token_file: ./forge-token}
    relabel_configs:
      - source_labels: [__meta_woodpecker_repo]
        regex: ${rolledOut.join('|')}
        action: drop
      - source_labels: [__meta_woodpecker_repo, __meta_woodpecker_event]
        regex: (payments/ledger|shop/catalogue);push
        action: drop
      - source_labels: [__meta_woodpecker_owner]
        target_label: team
  - type: woodpecker
    name: builds
    url: ${woodpecker}
    token_file: ./woodpecker-token
    poll_interval: 10s
    deployments: false
    repositories: [${rolledOut.join(', ')}]
  - type: argocd
    url: ${argocd}
    token_file: ./argocd-token
    poll_interval: 2s
    degraded_for: 30s
    forge: {type: forgejo, url: "${forge}", token_file: ./forge-token}
    relabel_configs:
      - source_labels: [__meta_argocd_label_team, __meta_argocd_label_app]
        separator: /
        target_label: app
`;
}

/** Of an older program. It counts what is fewer than makes an incident. */
function polled(url: string): string {
  return `  - type: errors
    url: ${url}
    api_key_file: ./sink-key
    workspace_id: ${DEMO_SINK.workspace}
    poll_interval: 10s
    relabel_configs:
      - source_labels: [__meta_errors_subsystem]
        regex: ([^/]+)/.*
        target_label: team
`;
}

/** One workspace for all services. The rule is quick, so that one sees an incident begin and end. */
const SINK = `sink:
  workspaces:
    - {id: 5f0c1c0a-8f5d-4d0e-9a53-0c7b8f1f2a11, name: services, token_file: ./errors-token}
  rules:
    - {name: burst, window: 20s, threshold: 20, hold: 10s, severity: critical}
`;

/** Posts errors as a service would that goes on whatever becomes of them. */
function post(url: string, errors: readonly PostedError[]): void {
  if (errors.length === 0) return;
  fetch(`${url}/api/v1/errors`, {
    method: 'POST',
    headers: { authorization: `Bearer ${ERRORS_TOKEN}`, 'content-type': 'application/json' },
    body: JSON.stringify(errors),
  }).then(
    (answer) => answer.body?.cancel(),
    () => {},
  );
}

/**
 * Where no Grafana is, the program's own page of the app takes the place of the dashboard, if its port is known. The daily
 * self-test is due at the start.
 */
function notifications(
  homeserver: string,
  rooms: { critical: string; warning: string },
  address: string,
  begin: number,
): string {
  const dashboard = address.endsWith(':0') ? '' : `http://${address}/apps?app={app}&environment={environment}`;
  return `notify:
  dashboard_url: "${dashboard}"
  matrix:
    homeserver: ${homeserver}
    token_file: ./matrix-token
    rooms: {critical: "${rooms.critical}", warning: "${rooms.warning}"}
    heartbeat: {at: "${new Date(begin).toISOString().slice(11, 16)}", room: warning}
`;
}

function guide(url: string, woodpecker: string, argocd: string, homeserver: string, folder: string): string {
  return `
dora-exporter runs against simulated Woodpecker, Argo CD and Matrix servers with ${DAYS} days of history that go on living.

  status page   ${url}/
  metrics       ${url}/metrics
  incidents     ${url}/api/v1/incidents
  deployments   ${url}/api/v1/deployments
  Woodpecker    ${woodpecker} (simulated)
  Argo CD       ${argocd} (simulated)
  Matrix rooms  ${homeserver}/ (simulated)
  files         ${folder} (gone when the demo ends)

Point a Prometheus at ${url}/metrics, and try:

  mean time to recover, seconds, by app
    sum by (app) (dora_recovery_time_seconds_sum) / (sum by (app) (dora_recovery_time_seconds_count) > 0)

  the last recovery of each target, seconds
    (dora_deployment_recovery_timestamp - dora_deployment_failure_timestamp) > 0

  change failure rate of what happened since
    sum by (app) (increase(dora_change_failures_total[1h])) / (sum by (app) (increase(dora_deployments_total[1h])) > 0)

A deployment fails every few minutes, and is mended; ${FAULTY.fullName} is deployed well and then posts errors, which are found to
be that deployment's: watch the status page and the rooms. To see a message at once:

    ${ownNode()} src/main.ts test-alert --config.file=${folder}/config.yml --form=dag

Ctrl-C ends the demo.

`;
}

/** This Node.js, as a shell in this folder finds it: `npm run` takes the one that `npm ci` brought, which the machine's own need not equal. */
function ownNode(): string {
  const path = relative(process.cwd(), process.execPath);
  return path.startsWith('..') ? 'node' : path;
}
