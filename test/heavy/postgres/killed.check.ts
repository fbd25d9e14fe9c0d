import { afterAll, beforeAll, expect, test } from 'vitest';
import { killedAfterTheAnswer, outage } from '../../e2e/killed-notifier.ts';
import { postWhileKilled } from '../../e2e/sink-killed.ts';
import { startSimulatedHomeserver } from '../../support/homeserver.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';

let server: TestPostgres;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server[Symbol.asyncDispose]());

test('1,000 events of 50 clients while the program is killed three times: each acknowledged one is there once', async () => {
  const database = await server.create();
  const ask = async (question: string) => (await server.ask(database, question))[0];
  await postWhileKilled(100, 10, { url: server.url(database), ask });
});

test('killed between the 200 of the homeserver and its own mark, twice: each event once', async () => {
  await using on = await startSimulatedHomeserver();
  await killedAfterTheAnswer(on, 2, server.url(await server.create()));
});

test('B29: a hundred alerts while the homeserver is down, and kill -9 twice: each event once, in order', async () => {
  await using on = await startSimulatedHomeserver();
  const database = await server.create();
  await outage(on, 0, server.url(database));
  expect(await server.ask(database, 'select count(*) as n from outbox')).toEqual([{ n: 101 }]);
});
