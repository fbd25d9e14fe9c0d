import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openStore } from '../../../src/ledger/open-store.ts';
import { goodPoll, items, keysOf, nextPoll, Stage, scrape } from '../../e2e/stage.ts';
import { STORY, TOLD } from '../../e2e/story.ts';
import { contentOf, makeFilledLedger } from '../../ledger/filled.ts';
import { temporaryFolder } from '../../ledger/sqlite-store.ts';
import { Program, runProgram } from '../../support/program.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { addressOf } from '../support/postgres-store.ts';

let server: TestPostgres;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server[Symbol.asyncDispose]());

const move = (from: string, to: string, ...more: readonly string[]) =>
  runProgram(['ledger', 'migrate', `--from=${from}`, `--to=${to}`, ...more]);

/** How many rows a ledger has, leaving out what every new one has. */
async function rowsIn(database: string): Promise<number> {
  await server.ask(database, 'analyze');
  const counted = `select coalesce(sum(reltuples), 0)::int as n from pg_class join pg_namespace s on s.oid = relnamespace
    where relkind = 'r' and nspname = 'public' and relname not like 'kysely%' and relname <> 'leadership'
    and reltuples > 0`;
  return Number((await server.ask(database, counted))[0]?.['n']);
}

test('to PostgreSQL and back: every row of every table, by a password from a file', async () => {
  await using folder = await temporaryFolder();
  const [from, back] = [join(folder.path, 'from.db'), join(folder.path, 'back.db')];
  await makeFilledLedger(from, 603);
  const database = await server.create();
  await server.ask(
    database,
    "create role locked login password 'right-word'; grant create, usage on schema public to locked",
  );
  const postgres = `postgres://locked@127.0.0.1:${server.port}/${database}`;
  await writeFile(join(folder.path, 'password'), 'right-word\n');
  const password = `--ledger-password-file=${join(folder.path, 'password')}`;

  expect(await move(`sqlite:${from}`, postgres)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('the database asks for a password and there is none'),
  });
  const dry = await move(`sqlite:${from}`, postgres, password, '--dry-run');
  expect(dry).toMatchObject({ code: 0, stderr: '' });
  expect(dry.stdout).toContain('dry run, nothing was moved');
  expect(await rowsIn(database)).toBe(0);

  const there = await move(`sqlite:${from}`, postgres, password);
  expect(there).toMatchObject({ code: 0, stderr: '' });
  expect(there.stdout).toMatch(/^deployments: 601 rows, sha256 [0-9a-f]{16}$/m);
  expect(there.stdout).toMatch(/^moved \d+ rows of \d+ tables in \d+ s; each table was read back and is the same/m);
  const again = await move(`sqlite:${from}`, postgres, password);
  expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining('is not empty: it has rows in targets, ') });

  expect(await move(postgres, `sqlite:${back}`, password)).toMatchObject({ code: 0, stderr: '' });
  expect(contentOf(back)).toEqual(contentOf(from));
  const [next] = await server.ask(
    database,
    "insert into marks (target_id, kind, at) values (1, 'gone', 1) returning id",
  );
  expect(next).toEqual({ id: 3 * 602 + 2 });
});

test.each(['killed', 'cut off'])(
  '%s in the middle: the target is an empty ledger, and it can be done again',
  async (how) => {
    await using folder = await temporaryFolder();
    const from = join(folder.path, 'from.db');
    await makeFilledLedger(from, 603);
    const database = await server.create();
    await (await openStore({ postgres: { address: addressOf(server.url(database)), password: null } })).close();
    {
      // Others may read, so that it gets as far as this table.
      await using _held = await server.hold(database, 'lock table commits in share mode');
      await using moving = new Program(['ledger', 'migrate', `--from=sqlite:${from}`, `--to=${server.url(database)}`]);
      await moving.until(() => moving.stdout.includes('\nchanges: 601 rows'), 'all but one table are there');
      if (how === 'killed') await moving.kill();
      else {
        await server.ask(database, CUT);
        expect(await moving.ended).toEqual({ code: 1, signal: null });
        expect(moving.stderr).toMatch(/^nothing was moved: the ledger: .*\n$/);
      }
    }
    expect(await rowsIn(database)).toBe(0);
    expect(await move(`sqlite:${from}`, server.url(database))).toMatchObject({ code: 0, stderr: '' });
  },
);

const CUT = `select pg_terminate_backend(pid) from pg_stat_activity
  where application_name = 'dora-exporter' and datname = current_database()`;

test('the program goes on with a moved ledger: the same page and lists, and counters go on from there', async () => {
  await using stage = await Stage.open();
  const database = await server.create();
  const shop = stage.repo('acme/shop');
  const [first, second, third, fourth] = STORY;
  stage.push(shop, ...first);
  stage.push(shop, ...second);
  stage.push(shop, ...third);
  const lists = async (program: Program) => {
    const all = ['targets', 'deployments', 'incidents', 'notifications'].map((path) => items(program, path));
    return await Promise.all(all);
  };
  const [before, listed] = await (async () => {
    await using program = await stage.start();
    await goodPoll(program);
    const page = await nextPoll(stage, program);
    const found = [page, await lists(program)] as const;
    const refused = await move(`sqlite:${stage.ledger}`, server.url(database));
    expect(refused).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('another dora-exporter uses this ledger'),
    });
    await program.stop();
    return found;
  })();

  expect(await move(`sqlite:${stage.ledger}`, server.url(database))).toMatchObject({ code: 0, stderr: '' });
  stage.configure({ ledger: server.url(database) });
  await using program = await stage.start();
  expect((await scrape(program)).targets()).toEqual(before.targets());
  expect(await lists(program)).toEqual(listed);
  const refused = await move(server.url(database), `sqlite:${stage.ledger}2`);
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringMatching(/it is in use: .*; stop it, or what/) });
  stage.push(shop, ...fourth);
  await nextPoll(stage, program);
  expect(keysOf(await nextPoll(stage, program), 'acme/shop', stage.epoch)).toEqual(TOLD);
  expect(await items(program, 'deployments')).toHaveLength(4);
});
