import { copyFile, mkdtemp, readFile, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Loopback, startLoopback, startTlsLoopback } from '../support/loopback.ts';
import { open } from './support.ts';

const fixture = (name: string): string => join(import.meta.dirname, '../fixtures/tls', name);

let server: Loopback;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dora-tls-'));
  const identity = {
    key: await readFile(fixture('server-key.pem'), 'utf8'),
    cert: await readFile(fixture('server.pem'), 'utf8'),
  };
  server = await startTlsLoopback(identity, (_, response) => {
    response.setHeader('content-type', 'application/json').end('{"id":1,"name":"a"}');
  });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

test('a private authority is believed when it is named', async () => {
  await using opened = open(server.url, { caFile: fixture('ca.pem') });
  expect(await opened.get()).toMatchObject({ ok: true });
});

test('a private authority is not believed when it is not named', async () => {
  await using opened = open(server.url);
  expect(await opened.failure()).toMatchObject({ reason: 'tls', status: null });
  expect(opened.codes).toEqual(['error']);
});

test('another authority is not believed', async () => {
  await using opened = open(server.url, { caFile: fixture('other-ca.pem') });
  expect(await opened.failure()).toMatchObject({ reason: 'tls' });
});

test('a certificate for another host is not believed', async () => {
  await using opened = open(server.url.replace('127.0.0.1', 'localhost'), { caFile: fixture('ca.pem') });
  expect(await opened.failure()).toMatchObject({ reason: 'tls' });
});

test('insecureSkipVerify believes anything', async () => {
  await using opened = open(server.url, { insecureSkipVerify: true });
  expect(await opened.get()).toMatchObject({ ok: true });
});

test('https to a server that speaks http', async () => {
  await using plain = await startLoopback((_, response) => response.end());
  await using opened = open(plain.url.replace('http:', 'https:'));
  expect(await opened.failure()).toMatchObject({ reason: 'tls' });
});

test('a changed authority is read again; while its file is missing the last one goes on', async () => {
  const caFile = join(folder, 'ca.pem');
  await using opened = open(server.url, { caFile });
  expect(await opened.failure()).toMatchObject({ reason: 'tls', status: null });
  expect((await opened.failure()).detail).toBe(`GET /api/repos/1: ca_file ${caFile} cannot be read`);

  await copyFile(fixture('other-ca.pem'), caFile);
  await utimes(caFile, 1_000, 1_000);
  expect(await opened.failure()).toMatchObject({ reason: 'tls' });

  await copyFile(fixture('ca.pem'), caFile);
  await utimes(caFile, 2_000, 2_000);
  expect(await opened.get()).toMatchObject({ ok: true });

  await rm(caFile);
  expect(await opened.get()).toMatchObject({ ok: true });
});

test('an authority that is no certificate', async () => {
  await using opened = open(server.url, { caFile: fixture('README.md') });
  expect(await opened.failure()).toMatchObject({ reason: 'tls' });
});
