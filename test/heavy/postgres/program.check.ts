import { connect, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { goodPoll, items, keysOf, nextPoll, pageWith, Stage, scrape } from '../../e2e/stage.ts';
import { STORY, TOLD, tellStory } from '../../e2e/story.ts';
import { startRawLoopback } from '../../support/loopback.ts';
import { runProgram } from '../../support/program.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';

const CERTIFICATES = fileURLToPath(new URL('../../fixtures/tls', import.meta.url));

let server: TestPostgres;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server[Symbol.asyncDispose]());

test('B8: kill -9 and a new start on PostgreSQL: the same page, each counted once; explain, export and doctor read it', async () => {
  const database = await server.create();
  await using stage = await Stage.open();
  stage.configure({ ledger: server.url(database) });
  tellStory(stage, stage.repo('acme/shop'));
  const before = await (async () => {
    await using program = await stage.start();
    await goodPoll(program);
    const page = await nextPoll(stage, program);
    await program.kill();
    return page;
  })();
  expect(keysOf(before, 'acme/shop', stage.epoch)).toEqual(TOLD);

  await using program = await stage.start();
  // It waits until the lease of the one that was killed has run out.
  const first = await pageWith(program, (page) => page.value('dora_exporter_leader') === 1, 'it leads');
  expect(first.targets()).toEqual(before.targets());
  expect(keysOf(await goodPoll(program), 'acme/shop', stage.epoch)).toEqual(TOLD);
  expect(await items(program, 'deployments')).toHaveLength(4);
  expect(await items(program, 'incidents')).toHaveLength(1);

  const config = `--config.file=${stage.config}`;
  const explained = await runProgram(['explain', config, '--app=acme/shop', '--key=deployment_frequency']);
  expect(explained).toMatchObject({ code: 0, stderr: '' });
  const exported = await runProgram(['export', config, '--since=2d']);
  expect(exported).toMatchObject({ code: 0, stderr: '' });
  expect(exported.stdout).toContain('dora_deployments_total{');
  const events = await runProgram(['export', config, '--format=ndjson']);
  expect(events.stdout.split('\n').length).toBeGreaterThan(5);
  const looked = await runProgram(['doctor', config]);
  expect(looked.stdout).toContain(`${database} on PostgreSQL`);
  expect(await program.stop()).toEqual({ code: 0, signal: null });
});

test('B12: the server goes and comes, and connections are cut: failed polls, the old page, and all of it counted once', async () => {
  const database = await server.create();
  const open = new Set<Socket>();
  let through = true;
  await using proxy = await startRawLoopback((socket) => {
    open.add(socket);
    socket.on('error', () => {}).on('close', () => open.delete(socket));
    if (!through) return void socket.destroy();
    const there = connect(server.port, '127.0.0.1').on('error', () => socket.destroy());
    there.on('close', () => socket.destroy());
    socket.on('close', () => there.destroy());
    socket.pipe(there).pipe(socket);
  });
  await using stage = await Stage.open();
  stage.configure({ ledger: `postgres://dora@127.0.0.1:${proxy.port}/${database}` });
  const shop = stage.repo('acme/shop');
  const [first, second, third, fourth] = STORY;
  stage.push(shop, ...first);
  await using program = await stage.start();
  const before = await goodPoll(program);
  const failures = (page: Awaited<ReturnType<typeof scrape>>) =>
    page.value('dora_collector_poll_failures_total', { reason: 'store' }) ?? 0;

  through = false;
  for (const socket of open) socket.destroy();
  stage.push(shop, ...second);
  const cut = await pageWith(program, (page) => failures(page) >= 1, 'a poll failed for the cut connection');
  expect(cut.targets()).toEqual(before.targets());
  through = true;
  await goodPoll(program);

  await server.stop('crash');
  stage.push(shop, ...third);
  stage.push(shop, ...fourth);
  const failed = failures(await scrape(program));
  await pageWith(program, (page) => failures(page) > failed, 'a poll failed for the server that is gone');
  await server.start();
  const after = await pageWith(program, (page) => page.value('dora_collector_up') === 1, 'the next poll is good');
  expect(keysOf(after, 'acme/shop', stage.epoch)).toEqual(TOLD);
  expect(await items(program, 'deployments')).toHaveLength(4);
  expect(await server.ask(database, 'select count(*) as n from incidents')).toEqual([{ n: 1 }]);
  expect(await program.stop()).toEqual({ code: 0, signal: null });
});

test('what is wrong with the database is one clear line without the password, and exit code 1', async () => {
  const database = await server.create();
  await server.ask(database, "create role locked login password 'right-word'; create role sealed login");
  await server.ask(database, 'grant create, usage on schema public to locked, sealed');
  await using stage = await Stage.open();
  const at = (user: string, name = database) => `postgres://${user}@127.0.0.1:${server.port}/${name}`;
  const start = async (keys: Record<string, string>, env = {}) => {
    stage.configure(keys);
    const ended = await runProgram([`--config.file=${stage.config}`], { env });
    expect(ended.code).toBe(1);
    const lines = ended.stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(1);
    expect(ended.output).not.toContain('word-s3cret');
    return lines[0];
  };
  stage.write('password', 'word-s3cret');
  const locked = { ledger: at('locked'), ledger_password_file: './password' };
  expect(await start(locked)).toContain('password authentication failed for user');
  expect(await start({ ledger: at('locked') })).toContain('the database asks for a password and there is none');
  expect(await start({ ledger: at('dora', 'nowhere') })).toContain('database \\"nowhere\\" does not exist');
  expect(await start({ ledger: at('sealed') })).toMatch(/pg_hba.conf rejects connection/);
  const other = `?sslmode=verify-full&sslrootcert=${CERTIFICATES}/other-ca.pem`;
  expect(await start({ ledger: at('sealed') + other })).toMatch(/unable to verify|self-signed|local issuer/);

  stage.write('password', 'right-word');
  stage.configure({
    ledger: `${at('locked')}?sslmode=verify-full&sslrootcert=${CERTIFICATES}/ca.pem`,
    ledger_password_file: './password',
  });
  stage.push(stage.repo('acme/shop'), 'success', 100);
  await using program = await stage.start();
  await goodPoll(program);
  const encrypted = 'select bool_and(ssl) as all from pg_stat_ssl join pg_stat_activity using (pid) where usename = ';
  expect(await server.ask(database, `${encrypted}'locked'`)).toEqual([{ all: true }]);

  // Another word from now on: whatever connects anew reads it again.
  await server.ask(database, "alter role locked password 'new-word'");
  stage.write('password', 'new-word');
  await server.ask(database, "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'locked'");
  stage.push(stage.repo('acme/other'), 'success', 200);
  await pageWith(
    program,
    (page) => page.value('dora_deployments_total', { app: 'acme/other', outcome: 'success' }) === 1,
    'it is in again',
  );
});
