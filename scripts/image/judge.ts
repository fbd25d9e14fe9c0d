import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { DEMO_TOKEN, seedStory } from '../../src/demo/story/seed-story.ts';
import { startWoodpecker } from '../../src/demo/woodpecker/start.ts';
import { type ImageSettings, ofBuilt, ofDockerfile } from './settings.ts';

const UID = 65532;
const PATIENCE_MS = 60_000;
const END_WITHIN_MS = 5_000;
const RUNNER = fileURLToPath(new URL('run-read-only', import.meta.url));
const DOCKERFILE = fileURLToPath(new URL('../../Dockerfile', import.meta.url));

/**
 * Runs the file tree of an image as a container would be, and throws what is wrong with it.
 *
 *     node scripts/image/judge.ts ROOT [INSPECTED]
 *
 * INSPECTED is a file with what `buildah inspect` says of the image; without it, the Dockerfile says how to run.
 */
async function judge(root: string, inspected: string | undefined): Promise<void> {
  const asked = ofDockerfile(readFileSync(DOCKERFILE, 'utf8'));
  const settings = inspected === undefined ? asked : ofBuilt(JSON.parse(readFileSync(inspected, 'utf8')).OCIv1.config);
  expectSettings(settings, asked);

  const woodpecker = await startWoodpecker({ version: '3.17.0', now: () => Date.now() });
  seedStory(woodpecker.state, { seed: 7, now: Date.now(), days: 30 });
  const folder = mkdtempSync(join(tmpdir(), 'dora-exporter-image-'));
  try {
    // mkdtemp's folders are its owner's alone.
    chmodSync(folder, 0o755);
    const mounts = { config: join(folder, 'config'), data: join(folder, 'data') };
    writeConfiguration(mounts.config, woodpecker.url);
    mkdirSync(mounts.data);
    chownSync(mounts.data, UID, UID);
    const run = { root, ...mounts, env: settings.env };
    expectReadOnly(run, settings);
    await expectService(run, settings);
    tell(`its files are those of ${readdirSync(mounts.data).join(', ')} in the data directory`);
  } finally {
    await woodpecker.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Run {
  readonly root: string;
  readonly config: string;
  readonly data: string;
  readonly env: readonly string[];
}

function words({ root, config, data, env }: Run, command: readonly string[]): string[] {
  return [root, config, data, ...env, '--', ...command];
}

function expectSettings(settings: ImageSettings, asked: ImageSettings): void {
  assert.equal(settings.user, `${UID}:${UID}`, 'the user is a number, and not root');
  assert.equal(settings.workingDir, '/');
  assert.deepEqual(settings.command, asked.command);
  assert.deepEqual(
    asked.env.filter((pair) => !settings.env.includes(pair)),
    [],
    'the environment is that of the Dockerfile',
  );
  for (const name of ['title', 'description', 'licenses', 'version', 'revision']) {
    assert.ok(settings.labels[`org.opencontainers.image.${name}`], `the label ${name}`);
  }
}

function writeConfiguration(folder: string, url: string): void {
  const secrets = join(folder, 'secrets');
  mkdirSync(secrets, { recursive: true });
  const token = join(secrets, 'woodpecker-token');
  writeFileSync(token, DEMO_TOKEN);
  // As Kubernetes mounts a Secret for a pod with an fsGroup.
  chownSync(token, 0, UID);
  chmodSync(token, 0o440);
  writeFileSync(
    join(folder, 'config.yml'),
    `web: {listen_address: "127.0.0.1:0"}
ledger: sqlite:/data/dora.db
sources: [{type: woodpecker, url: "${url}", token_file: ./secrets/woodpecker-token, poll_interval: 1s}]
`,
  );
}

/** Writes at several places, as the program's user and with its Node.js. */
function expectReadOnly(run: Run, settings: ImageSettings): void {
  const script = `
    const { writeFileSync, rmSync } = require('node:fs');
    const outcome = (path) => {
      try { writeFileSync(path, ''); rmSync(path); return 'written'; } catch (error) { return error.code; }
    };
    const places = ['/', '/app', '/app/src', '/tmp', '/etc/dora-exporter', '/data'];
    console.log(JSON.stringify([process.pid, process.getuid(), ...places.map((place) => outcome(place + '/probe'))]));`;
  const [node = ''] = settings.command;
  const probe = spawnSync(RUNNER, words(run, [node, '-e', script]), { encoding: 'utf8' });
  assert.equal(probe.status, 0, probe.stderr);
  assert.deepEqual(JSON.parse(probe.stdout), [1, UID, 'EROFS', 'EROFS', 'EROFS', 'EROFS', 'EROFS', 'written']);
  tell(`a write outside the data directory fails with EROFS, as uid ${UID}`);
}

async function expectService(run: Run, settings: ImageSettings): Promise<void> {
  const runner = spawn(RUNNER, words(run, settings.command), { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [runner.stdout, runner.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const ended = once(runner, 'exit');
  const until = async <T>(what: string, look: () => T | undefined | Promise<T | undefined>): Promise<T> => {
    const deadline = Date.now() + PATIENCE_MS;
    while (Date.now() < deadline && runner.exitCode === null) {
      const found = await look();
      if (found !== undefined) return found;
      await wait(50);
    }
    throw new Error(`not seen: ${what}\n${output}`);
  };
  try {
    const url = await until('it serves', () => /"url":"([^"]+)"[^\n]*"msg":"serving"/.exec(output)?.[1]);
    const page = await until('a complete good poll', async () => {
      const metrics = await (await fetch(`${url}/metrics`)).text();
      return /^dora_collector_up\{.*\} 1$/m.test(metrics) ? metrics : undefined;
    });
    assert.match(page, /^dora_deployments_total\{.*\} [1-9]/m);
    assert.equal((await fetch(`${url}/-/ready`)).status, 200);
    tell('it polls a server, and serves what it found on /metrics');

    const begun = performance.now();
    process.kill(childOf(runner), 'SIGTERM');
    const [code] = await ended;
    const took = performance.now() - begun;
    assert.equal(code, 0, output);
    assert.ok(took < END_WITHIN_MS, `it took ${took} ms to end`);
    tell(`it ends with exit code 0, ${Math.round(took)} ms after SIGTERM to PID 1`);
  } finally {
    // Its child goes with it.
    runner.kill('SIGKILL');
    if (runner.exitCode === null && runner.signalCode === null) await ended;
  }
}

/** The process that the runner waits for. */
function childOf({ pid }: ChildProcess): number {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
  assert.equal(children.length, 1);
  return Number(children[0]);
}

function tell(line: string): void {
  process.stdout.write(`  ${line}\n`);
}

const [root, inspected] = process.argv.slice(2);
if (root === undefined) throw new Error('usage: node scripts/image/judge.ts ROOT [INSPECTED]');
await judge(root, inspected);
