import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { setPermission } from '../../src/demo/woodpecker/state.ts';
import { startLoopback, startTlsLoopback } from '../support/loopback.ts';
import { runProgram } from '../support/program.ts';
import { ARGOCD_TOKEN, ArgocdStage } from './argocd-stage.ts';
import { type Keys, Stage } from './stage.ts';

const MINUTE_MS = 60_000;
/** The simulated Argo CD server begins a day ago. */
const DAY_S = 86_400;

/** What doctor says, line by line, and how it ends. */
async function examine(config: string, ...words: string[]) {
  const { code, stdout, stderr } = await runProgram(['doctor', `--config.file=${config}`, ...words]);
  expect(stderr).toBe('');
  const lines = stdout.trimEnd().split('\n');
  return { code, lines, first: lines[0] ?? '', stdout };
}

/** The first line of a doctor who looks at one Woodpecker server with these settings. */
async function firstLine(stage: Stage, keys: Keys): Promise<{ code: number | null; first: string }> {
  stage.configure({}, keys);
  return await examine(stage.config);
}

describe('doctor names the cause in its first line, and what to do', () => {
  it('of a wrong token', async () => {
    await using stage = await Stage.open();
    stage.write('token', 'another');
    expect(await examine(stage.config)).toMatchObject({
      code: 1,
      first: expect.stringMatching(/^problem {2}woodpecker: .*401, the token is missing, wrong.* -> make a new token/),
    });
  });

  it('of a token without permission', async () => {
    await using stage = await Stage.open();
    setPermission(stage.repo('acme/shop'), stage.user, 'none');
    expect(await examine(stage.config)).toMatchObject({
      code: 1,
      first: expect.stringMatching(/sees no repositories -> give its user push or admin permission/),
    });
    await using argocd = await ArgocdStage.open();
    argocd.pass(DAY_S);
    expect(await examine(`${argocd.folder}/config.yml`)).toMatchObject({
      code: 1,
      first: expect.stringMatching(/sees no applications -> allow it: p, role:dora-exporter, applications, get/),
    });
  });

  it('of a server that cannot be reached', async () => {
    await using stage = await Stage.open();
    expect(await firstLine(stage, { url: 'http://127.0.0.1:1' })).toMatchObject({
      code: 1,
      first: expect.stringMatching(/ECONNREFUSED.* -> nothing answers there: check host and port/),
    });
  });

  it('of a certificate of an authority that is not trusted', async () => {
    await using stage = await Stage.open();
    await using server = await startTlsLoopback(await identity(), (_, response) => response.end());
    expect(await firstLine(stage, { url: server.url })).toMatchObject({
      code: 1,
      first: expect.stringMatching(/certificate.* -> set ca_file to the certificate authority/),
    });
  });

  it('of HTML where JSON should be', async () => {
    await using stage = await Stage.open();
    await using page = await startLoopback((_, response) => {
      response.writeHead(200, { 'content-type': 'text/html' });
      response.end('<!doctype html><title>Log in</title>');
    });
    expect(await firstLine(stage, { url: page.url })).toMatchObject({
      code: 1,
      first: expect.stringMatching(/200 text\/html, expected application\/json.* -> set url to the address/),
    });
  });

  it('of a server that is too old', async () => {
    await using stage = await Stage.open('2.3.0');
    stage.push(stage.repo('acme/shop'), 'success', 60);
    expect(await examine(stage.config)).toMatchObject({
      code: 1,
      first: expect.stringMatching(/the server is too old: Woodpecker 2\.3\.0.* -> upgrade Woodpecker/),
    });
  });

  it('of filters that no deployment matched', async () => {
    await using stage = await Stage.open();
    const repo = stage.repo('acme/shop');
    stage.push(repo, 'success', 60, { event: 'tag' });
    stage.push(repo, 'failure', 120, { event: 'tag' });
    stage.push(repo, 'success', 180, { branch: 'feature' });
    expect(await examine(stage.config)).toMatchObject({
      code: 1,
      first: expect.stringMatching(
        /no deployment matched the filters: of the newest 3 pipelines of 1 repository all are left out, 2 by event, 1 by branch -> add the event/,
      ),
    });
  });

  it('of a clock that is ten minutes off', async () => {
    await using stage = await Stage.open();
    await using server = await startLoopback((request, response) => {
      response.writeHead(200, {
        'content-type': 'application/json',
        date: new Date(Date.now() + 10 * MINUTE_MS).toUTCString(),
        'x-woodpecker-version': '3.17.0',
      });
      const repositories = [{ id: 1, full_name: 'acme/shop', owner: 'acme', name: 'shop', default_branch: 'main' }];
      response.end(JSON.stringify(request.url?.includes('user/repos') ? repositories : []));
    });
    expect(await firstLine(stage, { url: server.url })).toMatchObject({
      code: 1,
      first: expect.stringMatching(/its clock is (599|60[01]) s ahead of ours.* -> let both machines keep their time/),
    });
  });
});

it('doctor says that all is well, which row becomes which target, and what each will lack', async () => {
  await using stage = await Stage.open();
  const repo = stage.repo('acme/shop');
  stage.push(repo, 'success', 60);
  stage.push(repo, 'success', 120, { event: 'deployment', deploy_to: 'staging' });
  const { code, lines, stdout } = await examine(stage.config);
  expect(lines.filter((line) => !line.startsWith('ok ') && !line.startsWith('note '))).toEqual([]);
  expect(code).toBe(0);
  expect(stdout).toContain('ok       woodpecker: it is Woodpecker 3.17.0\n');
  for (const environment of ['production', 'staging']) {
    expect(stdout).toContain(
      `acme/shop is app acme/shop, environment ${environment}; it will lack lead_time, as no forge is configured\n`,
    );
  }
  expect(stdout).toContain('dora.db is not there yet');
  const { findings } = JSON.parse((await examine(stage.config, '--json')).stdout);
  expect(findings).toContainEqual({
    level: 'ok',
    subject: 'woodpecker',
    says: 'it is Woodpecker 3.17.0',
    remedy: null,
  });
  expect(stage.woodpecker.requests.every(({ method }) => method === 'GET')).toBe(true);
  // The daemon makes the folder of its ledger, too.
  stage.configure({ ledger: 'sqlite:./not/yet/dora.db' });
  const early = await examine(stage.config);
  expect(early).toMatchObject({ code: 0, stdout: expect.stringContaining('not/yet/dora.db is not there yet') });
});

it('doctor warns of what hangs, of a workflow that looks like the deployment, and of a service that two sources count', async () => {
  await using stage = await Stage.open();
  const repo = stage.repo('acme/shop');
  stage.push(repo, 'failure', 60, { workflows: [workflow('lint', 'failure'), workflow('deploy', 'success')] });
  stage.push(repo, 'running', 120, { finished: 0 });
  await using argocd = await ArgocdStage.open();
  const app = argocd.app('shop', { labels: { env: 'production' } });
  argocd.deploy(app, 'a');
  argocd.pass(DAY_S - argocd.second);
  stage.write('argocd-token', ARGOCD_TOKEN);
  const relabel = [{ target_label: 'app', replacement: 'shop' }];
  const woodpecker = { type: 'woodpecker', url: stage.woodpecker.url, token_file: './token', relabel_configs: relabel };
  const rollouts = { type: 'argocd', url: argocd.argocd.url, token_file: './argocd-token' };
  stage.write('config.yml', JSON.stringify({ ledger: 'sqlite:./dora.db', sources: [woodpecker, rollouts] }));
  const { code, stdout } = await examine(stage.config);
  expect(code).toBe(1);
  expect(stdout).toMatch(
    /^problem {2}services: app shop, environment production is counted by woodpecker and argocd: .* -> set deployments: false/,
  );
  expect(stdout).toMatch(
    /warning {2}woodpecker: acme\/shop: pipeline 2 runs since \d+ min, and its repository allows 60/,
  );
  expect(stdout).toMatch(
    /the workflow deploy looks like the deployment, but a failed lint counts .* -> set workflow: deploy/,
  );
});

it('doctor says in one line what holds of many repositories, and each of its own to machines', async () => {
  await using stage = await Stage.open();
  for (let number = 1; number <= 7; number += 1) {
    const workflows = [workflow('lint', 'success'), workflow('deploy', 'success')];
    stage.push(stage.repo(`acme/app-${number}`), 'success', 60, { workflows });
  }
  const { lines } = await examine(stage.config);
  const looks = lines.filter((line) => line.includes('looks like the deployment'));
  expect(looks).toEqual([
    expect.stringMatching(
      /^warning {2}woodpecker: (acme\/app-\d(, )?){5} and 2 more: the workflow deploy looks .* -> set workflow: deploy$/,
    ),
  ]);
  const { findings } = JSON.parse((await examine(stage.config, '--json')).stdout);
  const each = findings.filter(({ says }: { says: string }) => says.includes('looks like the deployment'));
  expect(each).toHaveLength(7);
  for (const one of each) expect(Object.keys(one)).toEqual(['level', 'subject', 'says', 'remedy']);
});

function workflow(name: string, state: string) {
  return { name, state };
}

/** Of a server whose certificate comes from an authority that nobody knows. */
async function identity() {
  const read = (name: string) => readFile(join(import.meta.dirname, '../fixtures/tls', name), 'utf8');
  return { key: await read('server-key.pem'), cert: await read('server.pem') };
}
