import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { isIPv6 } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Flags } from '../config/command-line.ts';
import type { ListenAddress } from '../config/listen-address.ts';
import { continueStory } from '../demo/story/continue-story.ts';
import { DEMO_TOKEN, seedStory } from '../demo/story/seed-story.ts';
import { startWoodpecker } from '../demo/woodpecker/start.ts';
import { systemClock } from '../polling/system-clock.ts';

const DAYS = 90;
const SEED = 20261122;
const STEP_MS = 1_000;

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));
/** Whoever tries it out does not mean to show it to the network. */
const USUAL_ADDRESS: ListenAddress = { host: '127.0.0.1', port: 3672 };

/** Runs this program, unmodified, against a simulated Woodpecker server that goes on living; ends with it. */
export async function demo(flags: Flags): Promise<number> {
  const { now } = systemClock;
  const woodpecker = await startWoodpecker({ version: '3.17.0', now });
  seedStory(woodpecker.state, { seed: SEED, now: now(), days: DAYS });
  const step = continueStory(woodpecker.state, { seed: SEED });
  const living = setInterval(() => step(now()), STEP_MS);

  const folder = mkdtempSync(join(tmpdir(), 'dora-exporter-demo-'));
  try {
    const config = join(folder, 'config.yml');
    writeFileSync(join(folder, 'woodpecker-token'), DEMO_TOKEN, { mode: 0o600 });
    writeFileSync(config, configuration(woodpecker.url, addressText(flags.listenAddress ?? USUAL_ADDRESS)));
    return await runProgram(config, (url) => process.stdout.write(guide(url, woodpecker.url, folder)));
  } finally {
    clearInterval(living);
    await woodpecker.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs the program to its end and shows its log; its exit code. `onServing` hears of the address once it serves. */
async function runProgram(config: string, onServing: (url: string) => void): Promise<number> {
  const program = spawn(process.execPath, [MAIN, `--config.file=${config}`], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(program, 'exit');
  // A terminal sends them to both, and a hangup would only make the program reload; a signal to this process alone is
  // handed on.
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => program.kill('SIGTERM'));
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

/** Two repositories of the story deploy by promotion: their pushes only build. */
function configuration(url: string, address: string): string {
  return `web: {listen_address: "${address}"}
ledger: sqlite:./dora.db
log: {format: pretty}
birth_hold: 30s
sources:
  - type: woodpecker
    url: ${url}
    token_file: ./woodpecker-token
    poll_interval: 2s
    settle: 5s
    relabel_configs:
      - source_labels: [__meta_woodpecker_repo, __meta_woodpecker_event]
        regex: (payments/ledger|shop/catalogue);push
        action: drop
      - source_labels: [__meta_woodpecker_owner]
        target_label: team
`;
}

function guide(url: string, upstream: string, folder: string): string {
  return `
dora-exporter runs against a simulated Woodpecker server with ${DAYS} days of history that goes on living.

  status page   ${url}/
  metrics       ${url}/metrics
  incidents     ${url}/api/v1/incidents
  deployments   ${url}/api/v1/deployments
  upstream      ${upstream} (simulated)
  files         ${folder} (gone when the demo ends)

Point a Prometheus at ${url}/metrics, and try:

  mean time to recover, seconds, by app
    sum by (app) (dora_recovery_time_seconds_sum) / sum by (app) (dora_recovery_time_seconds_count)

  the last recovery of each target, seconds
    (dora_deployment_recovery_timestamp - dora_deployment_failure_timestamp) > 0

  failed deployments of all deployments
    sum by (app) (dora_change_failures_total) / sum by (app) (dora_deployments_total)

A deployment fails every few minutes, and is mended: watch the status page. Ctrl-C ends the demo.

`;
}
