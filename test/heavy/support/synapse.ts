import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../../support/free-port.ts';
import { overHttp, type TestHomeserver, type Tokens } from '../../support/homeserver.ts';

const VERSION = '1.163.2';
const SECRET = 'shared by this test alone';
const PATIENCE_MS = 60_000;

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Where `scripts/install-synapse` puts it. */
export function synapseFolder(): string {
  // biome-ignore lint/style/noProcessEnv: the installer asks for the same.
  return join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), `dora-exporter/synapse-${VERSION}`);
}

/** Starts a real Synapse on loopback, with its default limits, and the bot, the person and the administrator. */
export async function startSynapse(): Promise<TestHomeserver> {
  const python = join(synapseFolder(), 'bin/python');
  if (!existsSync(python)) throw new Error(`there is no ${python}: run scripts/install-synapse first`);
  const folder = mkdtempSync(join(tmpdir(), 'dora-exporter-synapse-'));
  const port = await freePort();
  const config = join(folder, 'homeserver.yaml');
  writeFileSync(config, configuration(folder, port));
  writeFileSync(join(folder, 'log.yaml'), LOG);
  await promisify(execFile)(python, ['-m', 'synapse.app.homeserver', '-c', config, '--generate-keys']);
  const url = `http://127.0.0.1:${port}`;
  let server = await serve(python, config, url, folder);
  const stop = async () => {
    const exited = once(server, 'exit');
    if (server.exitCode === null && server.signalCode === null && server.kill('SIGKILL')) await exited;
    running.delete(server);
  };
  try {
    return {
      ...overHttp(url, await register(url)),
      down: stop,
      async up() {
        server = await serve(python, config, url, folder);
      },
      async [Symbol.asyncDispose]() {
        await stop();
        rmSync(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function configuration(folder: string, port: number): string {
  return `server_name: localhost
pid_file: ${folder}/homeserver.pid
listeners:
  - {port: ${port}, type: http, tls: false, bind_addresses: ["127.0.0.1"], resources: [{names: [client]}]}
database: {name: sqlite3, args: {database: ${folder}/homeserver.db}}
log_config: ${folder}/log.yaml
media_store_path: ${folder}/media
signing_key_path: ${folder}/signing.key
registration_shared_secret: "${SECRET}"
macaroon_secret_key: "of this test alone"
form_secret: "of this test alone too"
report_stats: false
trusted_key_servers: []
suppress_key_server_warning: true
federation_domain_whitelist: []
`;
}

const LOG = `version: 1
formatters: {plain: {format: '%(asctime)s %(levelname)s %(name)s %(message)s'}}
handlers: {console: {class: logging.StreamHandler, formatter: plain}}
root: {level: WARNING, handlers: [console]}
disable_existing_loggers: false
`;

async function serve(python: string, config: string, url: string, folder: string): Promise<ChildProcess> {
  const server = spawn(python, ['-m', 'synapse.app.homeserver', '-c', config], { stdio: ['ignore', 'ignore', 'pipe'] });
  running.add(server);
  const log: string[] = [];
  server.stderr?.on('data', (part) => log.push(String(part)));
  const until = performance.now() + PATIENCE_MS;
  for (;;) {
    if (server.exitCode !== null) throw new Error(`Synapse ended with ${server.exitCode}:\n${log.join('')}`);
    const ready = await fetch(`${url}/health`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (ready) return server;
    if (performance.now() > until) {
      server.kill('SIGKILL');
      throw new Error(`Synapse in ${folder} did not come up:\n${log.join('')}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** By the shared secret: logins by password are limited to a few in five minutes. */
async function register(url: string): Promise<Tokens> {
  const path = `${url}/_synapse/admin/v1/register`;
  const one = async (name: string, admin = false): Promise<string> => {
    const { nonce } = (await (await fetch(path)).json()) as { nonce: string };
    const password = 'of this test alone';
    const mac = createHmac('sha1', SECRET)
      .update([nonce, name, password, admin ? 'admin' : 'notadmin'].join('\0'))
      .digest('hex');
    const response = await fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ nonce, username: name, password, admin, mac }),
    });
    const answer = (await response.json()) as { access_token?: string };
    if (answer.access_token === undefined) throw new Error(`${name} was not registered: ${JSON.stringify(answer)}`);
    return answer.access_token;
  };
  return { bot: await one('bot'), human: await one('human'), admin: await one('admin', true) };
}
