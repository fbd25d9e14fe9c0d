import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { env, kill } from 'node:process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { Page } from '../../e2e/page.ts';
import { keysOf, Stage, TOKEN } from '../../e2e/stage.ts';
import { TOLD, tellStory } from '../../e2e/story.ts';
import { freePort } from '../../support/free-port.ts';
import { startPostgres } from '../support/postgres.ts';
import { requireTool, runTool } from '../support/tool.ts';

const REPOSITORY = fileURLToPath(new URL('../../..', import.meta.url));
const PATIENCE = { timeout: 60_000, interval: 250 };
const TAKEOVER_MS = 10_000;

/** The fenced blocks of the section, in their order. */
const SECTION = /^## Two replicas by hand\n(.*?)^## /ms.exec(
  readFileSync(join(REPOSITORY, 'docs/high-availability.md'), 'utf8'),
)?.[1];
const BLOCKS = [...(SECTION?.matchAll(/^```(?:sh|yaml)\n(.*?)^```$/gms) ?? [])].map(([, block = '']) => block);

/** A folder with the program after `npm ci`, and a shell in it. What that began ends with it. */
class Machine implements AsyncDisposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'dora-exporter-by-hand-'));
  readonly #groups: number[] = [];

  constructor() {
    for (const name of ['package.json', 'node_modules', 'src'])
      symlinkSync(join(REPOSITORY, name), join(this.#folder, name));
  }

  write(file: string, content: string): void {
    writeFileSync(join(this.#folder, file), content);
  }

  /** What a script prints; what it begins in the background goes on. Throws where it fails. */
  async run(script: string): Promise<string> {
    const shell = spawn('bash', ['-s'], {
      cwd: this.#folder,
      detached: true,
      env: { ...env, WOODPECKER_TOKEN: TOKEN },
    });
    if (shell.pid !== undefined) this.#groups.push(shell.pid);
    shell.stdin.end(script);
    const [out, err, [code]] = await Promise.all([text(shell.stdout), text(shell.stderr), once(shell, 'exit')]);
    if (code !== 0) throw new Error(`${script}\nends with ${code}: ${err}`);
    return out;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const group of this.#groups) {
      try {
        kill(-group, 'SIGKILL');
      } catch {} // It has ended.
    }
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  }
}

test('docs/high-availability.md, word for word: two replicas on PostgreSQL, scraped, and one takes over', async () => {
  requireTool('prometheus', 'scripts/install-prometheus');
  await using server = await startPostgres();
  await using stage = await Stage.open();
  tellStory(stage, stage.repo('acme/shop'));
  await using machine = new Machine();
  const [first, second, third] = [await freePort(), await freePort(), await freePort()];
  const ports: Readonly<Record<string, number>> = { 3672: first, 3673: second, 9090: third };
  // What a machine of its own has at these places, another test may have here.
  const here = (block: string) =>
    ['sudo apt-get install --yes postgresql\n', 'npm ci\n']
      .reduce((rest, word) => rest.replace(word, ''), block)
      .replaceAll('sudo -u postgres psql', `psql --host=127.0.0.1 --port=${server.port} --username=postgres`)
      .replace('dora@127.0.0.1/', `dora@127.0.0.1:${server.port}/`)
      .replace('https://ci.example.org', stage.woodpecker.url)
      .replace('scrape_configs:', 'global: {scrape_interval: 1s}\nscrape_configs:')
      .replace(/3672|3673|9090/g, (port) => `${ports[port]}`);
  expect(BLOCKS).toHaveLength(9);
  const [database = '', secrets = '', configuration = '', daemons = '', leaders = '', ...rest] = BLOCKS.map(here);
  const [scraping = '', prometheus = '', queries = '', blow = ''] = rest;

  // As the installation leaves it: an administrator `postgres`, and no `dora`.
  await server.ask('postgres', 'create role postgres superuser login');
  const admin = ['--host=127.0.0.1', `--port=${server.port}`, '--username=postgres'];
  expect((await runTool('psql', [...admin, '--command=alter role dora rename to installer'])).stderr).toBe('');

  await machine.run(database);
  await machine.run(secrets);
  machine.write('config.yml', configuration);
  await machine.run(daemons);
  const leads = async () => (await machine.run(leaders)).trim().split('\n').toSorted();
  await expect.poll(leads, PATIENCE).toEqual(['dora_exporter_leader 0', 'dora_exporter_leader 1']);

  machine.write('prometheus.yml', scraping);
  await machine.run(prometheus);
  // In whatever order they come: up and up, how many lead, failures and successes.
  const asked = async () => valuesOf(await machine.run(queries));
  await expect.poll(asked, PATIENCE).toEqual([1, 1, 1, TOLD.failures, TOLD.successes].toSorted());

  const page = async (port: number) => new Page(await (await fetch(`http://127.0.0.1:${port}/metrics`)).text());
  const [leader, follower] =
    (await page(first)).value('dora_exporter_leader') === 1 ? [first, second] : [second, first];
  const before = keysOf(await page(leader), 'acme/shop', stage.epoch);
  expect(before).toEqual(TOLD);
  await machine.run(blow.replaceAll(`${first}`, `${leader}`));
  const after = async () => keysOf(await page(follower), 'acme/shop', stage.epoch);
  await expect.poll(after, { ...PATIENCE, timeout: TAKEOVER_MS }).toEqual(before);
  await expect.poll(asked, PATIENCE).toEqual([0, 1, 1, TOLD.failures, TOLD.successes].toSorted());
  const everSeen = queries.replace(
    'query=dora_deployments_total',
    'query=count(last_over_time(dora_deployments_total[1h]))',
  );
  expect(valuesOf(await machine.run(everSeen)).at(-1), 'the series of a target go on under one identity').toBe(2);
}, 120_000);

/** The values of all instant vectors that Prometheus answers, in ascending order. */
function valuesOf(answers: string): readonly number[] {
  return [...answers.matchAll(/"value":\[[^,]*,"(\d+)"\]/g)]
    .map(([, value]) => Number(value))
    .toSorted((a, b) => a - b);
}
