import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { revokeToken } from '../../src/demo/woodpecker/state.ts';
import { startLoopback } from '../support/loopback.ts';
import { type Program, runProgram } from '../support/program.ts';
import { goodPoll, pageWith, Stage, TOKEN } from './stage.ts';
import { tellStory } from './story.ts';

const ADMIN_TOKEN = 'an-admin-token-that-only-we-may-see';
const PAGES = [
  '/',
  '/metrics',
  '/-/ready',
  '/api/v1/targets',
  '/api/v1/deployments',
  '/api/v1/incidents',
  '/api/v1/collectors',
];

/** Everything that the program gives away while it runs, and all that it has written. */
async function givenAway(stage: Stage, program: Program): Promise<string> {
  const pages = PAGES.map(async (page) => await (await fetch(program.url + page)).text());
  const files = readdirSync(stage.folder)
    .filter((file) => file.startsWith('dora.db'))
    .map((file) => readFileSync(join(stage.folder, file), 'latin1'));
  expect(files.length).toBeGreaterThan(1);
  const commandLine = readFileSync(`/proc/${program.pid}/cmdline`, 'utf8');
  return [program.output, commandLine, ...files, ...(await Promise.all(pages))].join('\n');
}

it('B37: tokens are in no log, page, answer, file or command line, not even while the upstream refuses them', async () => {
  await using stage = await Stage.open();
  stage.write('admin-token', ADMIN_TOKEN);
  const web = '{listen_address: "127.0.0.1:0", admin_tokens: [{name: me, token_file: ./admin-token}]}';
  stage.configure({ web });
  tellStory(stage, stage.repo('acme/shop'));
  await using program = await stage.start('--log.level=trace');
  await goodPoll(program);
  const reload = (token: string) =>
    fetch(`${program.url}/-/reload`, { method: 'POST', headers: { authorization: `Bearer ${token}` } });
  expect((await reload(ADMIN_TOKEN)).status).toBe(200);
  expect((await reload(`${ADMIN_TOKEN}-mistyped`)).status).toBe(401);
  await goodPoll(program);

  revokeToken(stage.user);
  await pageWith(
    program,
    (page) => (page.value('dora_collector_poll_failures_total', { reason: 'unauthorized' }) ?? 0) > 0,
    'the token is refused',
  );
  const all = await givenAway(stage, program);
  expect(all).toContain('acme/shop');
  expect(all).toContain('poll failed');
  for (const token of [TOKEN, ADMIN_TOKEN]) expect(all).not.toContain(token);
});

it('B37: an upstream that echoes the token in whatever it answers does not make us tell it', async () => {
  await using stage = await Stage.open();
  const answers: Record<string, (echo: string) => { status: number; type: string; body: string; location?: string }> = {
    refusal: (echo) => ({ status: 401, type: 'text/plain', body: `no such token: ${echo}` }),
    redirect: (echo) => ({ status: 302, type: 'text/plain', body: echo, location: `/login?token=${echo}` }),
    page: (echo) => ({ status: 200, type: 'text/html', body: `<p>${echo}</p>` }),
    text: (echo) => ({ status: 200, type: 'application/json', body: echo }),
    shape: (echo) => ({ status: 200, type: 'application/json', body: JSON.stringify([{ id: echo, full_name: echo }]) }),
    list: (echo) => ({ status: 200, type: 'application/json', body: JSON.stringify({ [echo]: echo }) }),
  };
  await using echo = await startLoopback((request, response) => {
    const name = /^\/([a-z]+)\//.exec(request.url ?? '')?.[1] ?? '';
    const token = (request.headers.authorization ?? '').replace('Bearer ', '');
    const { status, type, body, location } = answers[name]?.(token) ?? { status: 404, type: 'text/plain', body: '' };
    response.writeHead(status, { 'content-type': type, ...(location === undefined ? {} : { location }) }).end(body);
  });
  const sources = Object.keys(answers).map((name) => ({ name, url: `${echo.url}/${name}` }));
  stage.configure({}, ...sources);
  await using program = await stage.start('--log.level=trace');
  await pageWith(
    program,
    (page) => sources.every(({ name }) => page.value('dora_collector_up', { source: name }) === 0),
    'each source has failed',
  );
  const all = await givenAway(stage, program);
  expect(program.log.filter(({ msg }) => msg === 'poll failed')).toHaveLength(sources.length);
  // Not even the beginning, which is what parsers like to quote.
  expect(all).not.toContain(TOKEN.slice(0, 8));
});

it('B37: neither --config.check nor a refusal to start shows a secret', async () => {
  await using stage = await Stage.open();
  const check = async () => (await runProgram([`--config.file=${stage.config}`, '--config.check'])).output;
  expect(await check()).toContain('valid');
  expect(await check()).not.toContain(TOKEN);

  stage.write('token', `${TOKEN}\n${TOKEN}\n`);
  const twoLines = await check();
  expect(twoLines).toContain('token');
  stage.write('token', TOKEN);
  stage.configure({}, { token: TOKEN });
  const inYaml = await check();
  expect(inYaml).toContain('sources[0].token');
  stage.configure({}, { url: `http://exporter:${TOKEN}@127.0.0.1:1` });
  const inUrl = await check();
  expect(inUrl).toContain('sources[0].url');
  const { output } = await runProgram(['serve'], {
    env: { WOODPECKER_URL: 'not a url', WOODPECKER_TOKEN: TOKEN },
    cwd: stage.folder,
  });
  expect(output).toContain('WOODPECKER_URL');
  for (const text of [twoLines, inYaml, inUrl, output]) expect(text).not.toContain(TOKEN);
});
