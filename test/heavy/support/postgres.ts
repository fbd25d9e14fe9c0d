import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { freePort } from '../../support/free-port.ts';

/** A PostgreSQL of a test's own, on loopback. The user `dora` may do everything and needs no password. */
export interface TestPostgres extends AsyncDisposable {
  readonly port: number;
  /** The folder of its Unix socket. */
  readonly socketFolder: string;
  /** What it has logged so far. */
  log(): string;
  /** The address of a database, as the configuration takes it. */
  url(database: string): string;
  /** Makes an empty database, or one like `template`, and returns its name. */
  create(template?: string): Promise<string>;
  /** Runs statements as `dora` and returns the rows of the last one, by a connection of its own. */
  ask(database: string, text: string): Promise<readonly Record<string, unknown>[]>;
  /** Runs a statement in a transaction that stays open until it is disposed of: what it locks stays locked. */
  hold(database: string, text: string): Promise<AsyncDisposable>;
  /** Ends it as an administrator does who does not wait, or as a crash; and starts it again with what it had. */
  stop(how?: 'fast' | 'crash'): Promise<void>;
  start(): Promise<void>;
}

const PATIENCE_MS = 30_000;
const CERTIFICATES = fileURLToPath(new URL('../../fixtures/tls', import.meta.url));

/** What a name may be asked for to be let in: `locked` by a password, `sealed` only over TLS, all others by nothing. */
const WHO_IS_LET_IN = `local all all trust
host all locked all scram-sha-256
hostssl all sealed all trust
hostnossl all sealed all reject
host all all all trust
`;

const SETTINGS = `listen_addresses = '127.0.0.1'
max_connections = 80
shared_buffers = 64MB
fsync = off
full_page_writes = off
synchronous_commit = off
autovacuum = off
wal_level = minimal
max_wal_senders = 0
ssl = on
ssl_cert_file = 'server.pem'
ssl_key_file = 'server-key.pem'
`;

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Starts one in a folder of its own, which goes with it. Throws what to do where there is none. */
export async function startPostgres(): Promise<TestPostgres> {
  const programs = programsFolder();
  const owner = serverUser();
  const folder = mkdtempSync(join(tmpdir(), 'dora-exporter-postgres-'));
  const give = (path: string, mode: number) => {
    chmodSync(path, mode);
    if ('uid' in owner) chownSync(path, owner.uid, owner.gid);
  };
  give(folder, 0o755);
  const data = join(folder, 'data');
  const words = ['-D', data, '--username=dora', '--auth=trust', '--encoding=UTF8', '--no-sync', '--locale=C.UTF-8'];
  execFileSync(join(programs, 'initdb'), words, { ...owner, cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  for (const name of ['server.pem', 'server-key.pem']) {
    copyFileSync(join(CERTIFICATES, name), join(data, name));
    give(join(data, name), 0o600);
  }
  const port = await freePort();
  writeFileSync(join(data, 'pg_hba.conf'), WHO_IS_LET_IN);
  writeFileSync(join(data, 'postgresql.conf'), `${SETTINGS}port = ${port}\nunix_socket_directories = '${folder}'\n`);

  const said: string[] = [];
  let server: ChildProcess | null = null;
  const connect = async (database: string) => {
    const client = new pg.Client({ host: '127.0.0.1', port, user: 'dora', database, types: { getTypeParser } });
    client.on('error', () => {});
    await client.connect();
    return client;
  };
  const ask: TestPostgres['ask'] = async (database, text) => {
    const client = await connect(database);
    try {
      const answer = (await client.query(text)) as pg.QueryResult | pg.QueryResult[];
      return (Array.isArray(answer) ? answer.at(-1) : answer)?.rows ?? [];
    } finally {
      await client.end();
    }
  };
  async function start(): Promise<void> {
    const child = spawn(join(programs, 'postgres'), ['-D', data], {
      ...owner,
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    server = child;
    running.add(child);
    child.stderr.on('data', (part) => said.push(String(part)));
    const until = performance.now() + PATIENCE_MS;
    for (;;) {
      if (child.exitCode !== null) throw new Error(`PostgreSQL ended with ${child.exitCode}:\n${said.join('')}`);
      const ready = await ask('postgres', 'select 1').then(
        () => true,
        () => false,
      );
      if (ready) return;
      if (performance.now() > until) throw new Error(`PostgreSQL did not come up:\n${said.join('')}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  async function stop(how: 'fast' | 'crash' = 'fast'): Promise<void> {
    const child = server;
    server = null;
    if (child === null) return;
    const exited = once(child, 'exit');
    // A postmaster that is killed outright leaves its children to find out by themselves: SIGQUIT ends them at once.
    if (child.exitCode === null && child.signalCode === null) {
      child.kill(how === 'fast' ? 'SIGINT' : 'SIGQUIT');
      await exited;
    }
    running.delete(child);
  }
  const dispose = async () => {
    await stop('crash');
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await start();
  } catch (error) {
    await dispose();
    throw error;
  }
  let made = 0;
  return {
    port,
    socketFolder: folder,
    log: () => said.join(''),
    url: (database) => `postgres://dora@127.0.0.1:${port}/${database}`,
    async create(template = 'template0') {
      made += 1;
      await ask('postgres', `create database test_${made} template ${template}`);
      return `test_${made}`;
    },
    ask,
    async hold(database, text) {
      const client = await connect(database);
      await client.query(`begin; ${text}`);
      return { [Symbol.asyncDispose]: () => client.end() };
    },
    stop,
    start,
    [Symbol.asyncDispose]: dispose,
  };
}

/** 64-bit integers come as text otherwise. */
function getTypeParser(oid: number, format?: 'text' | 'binary') {
  return oid === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(oid, format as 'text');
}

/** Where Debian keeps the newest one's programs. */
function programsFolder(): string {
  const root = '/usr/lib/postgresql';
  const versions = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a)) : [];
  const found = versions.map((version) => join(root, version, 'bin')).find((path) => existsSync(join(path, 'initdb')));
  if (found === undefined) throw new Error('there is no PostgreSQL: run scripts/install-postgres');
  return found;
}

/** It does not run as root: then as the user whom Debian made for it. */
function serverUser(): { readonly uid: number; readonly gid: number } | Record<string, never> {
  if (userInfo().uid !== 0) return {};
  const number = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: number('-u'), gid: number('-g') };
}
